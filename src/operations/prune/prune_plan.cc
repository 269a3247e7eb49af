#include "operations/prune/prune_plan.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/assert.h"

namespace skyhold {
namespace {

// What a pack is good for.
struct PackUse {
  const PlanPack* pack = nullptr;
  std::uint64_t total_bytes = 0;     // of its blobs
  std::uint64_t wanted_bytes = 0;    // of its blobs that are used, each once, here or elsewhere
  std::uint64_t provided_bytes = 0;  // of the blobs that it provides
  std::vector<PackedBlob> provided;  // what everybody relies on this pack for
  bool has_data = false;
  bool has_trees = false;

  [[nodiscard]] bool needed() const { return !provided.empty(); }
  [[nodiscard]] bool mixed() const { return has_data && has_trees; }
  [[nodiscard]] std::uint64_t unused_bytes() const { return total_bytes - provided_bytes; }
  [[nodiscard]] double wanted_share() const {
    return static_cast<double>(wanted_bytes) / static_cast<double>(std::max<std::uint64_t>(1, total_bytes));
  }
  [[nodiscard]] double unused_share() const {
    return static_cast<double>(unused_bytes()) / static_cast<double>(std::max<std::uint64_t>(1, total_bytes));
  }
};

class Planner {
 public:
  Planner(const std::vector<PlanPack>& packs, const std::unordered_set<BlobHandle>& used, Instant now,
          const PruneOptions& options)
      : used_(used), now_(now), options_(options) {
    uses_.reserve(packs.size());
    for (const PlanPack& pack : packs) uses_.push_back(measure(pack));
  }

  PrunePlan plan() {
    choose_providers();
    find_unavailable();
    choose_repacks();
    for (const PackUse& use : uses_) {
      const bool inserted = plan_.fates.emplace(use.pack->id, fate_of(use)).second;
      SKYHOLD_ASSERT(inserted);  // a pack comes once, whatever number of index files name it
    }
    return std::move(plan_);
  }

 private:
  PackUse measure(const PlanPack& pack) const {
    PackUse use;
    use.pack = &pack;
    std::unordered_set<BlobHandle> seen;
    for (const PackedBlob& blob : pack.blobs) {
      use.total_bytes += blob.length;
      (blob.handle.type == BlobType::kTree ? use.has_trees : use.has_data) = true;
      if (used_.contains(blob.handle) && seen.insert(blob.handle).second) use.wanted_bytes += blob.length;
    }
    return use;
  }

  // Each used blob gets one pack that provides it. Packs that are in use are asked before
  // marked ones, and the most useful before those that may become free.
  void choose_providers() {
    std::vector<PackUse*> order;
    for (PackUse& use : uses_) {
      if (use.pack->whole && use.wanted_bytes > 0) order.push_back(&use);
    }
    std::sort(order.begin(), order.end(), [](const PackUse* a, const PackUse* b) {
      return std::tuple(a->pack->marked_at.has_value(), -a->wanted_share(), b->wanted_bytes, a->pack->id) <
             std::tuple(b->pack->marked_at.has_value(), -b->wanted_share(), a->wanted_bytes, b->pack->id);
    });
    for (PackUse* use : order) {
      for (const PackedBlob& blob : use->pack->blobs) {
        if (!used_.contains(blob.handle) || !provided_.insert(blob.handle).second) continue;
        use->provided.push_back(blob);
        use->provided_bytes += blob.length;
      }
    }
  }

  void find_unavailable() {
    for (const BlobHandle& blob : used_) {
      if (!provided_.contains(blob)) plan_.unavailable.push_back(blob);
    }
    std::sort(plan_.unavailable.begin(), plan_.unavailable.end());
  }

  void choose_repacks() {
    std::vector<PackUse*> candidates;
    for (PackUse& use : uses_) {
      if (use.needed() && !use.pack->marked_at) candidates.push_back(&use);
    }
    repack_mixed(candidates);
    repack_until_unused_is_small(candidates);
    merge_small(candidates, BlobType::kData);
    merge_small(candidates, BlobType::kTree);
    for (PackUse* use : candidates) {
      if (!repacked_.contains(use->pack->id)) continue;
      std::sort(use->provided.begin(), use->provided.end(),
                [](const PackedBlob& a, const PackedBlob& b) { return a.offset < b.offset; });
      plan_.repack.push_back({use->pack->id, use->provided});
    }
  }

  void repack_mixed(const std::vector<PackUse*>& candidates) {
    for (const PackUse* use : candidates) {
      if (use->mixed()) repacked_.insert(use->pack->id);
    }
  }

  void repack_until_unused_is_small(std::vector<PackUse*>& candidates) {
    std::sort(candidates.begin(), candidates.end(), [](const PackUse* a, const PackUse* b) {
      return std::tuple(-a->unused_share(), a->pack->id) < std::tuple(-b->unused_share(), b->pack->id);
    });
    std::uint64_t used_bytes = 0;
    std::uint64_t unused_bytes = 0;
    for (const PackUse* use : candidates) {
      used_bytes += use->provided_bytes;
      if (!repacked_.contains(use->pack->id)) unused_bytes += use->unused_bytes();
    }
    for (const PackUse* use : candidates) {
      const double share = static_cast<double>(unused_bytes) / static_cast<double>(used_bytes + unused_bytes);
      if (use->unused_bytes() == 0 || share <= options_.max_unused_share) return;
      if (repacked_.insert(use->pack->id).second) unused_bytes -= use->unused_bytes();
    }
  }

  void merge_small(const std::vector<PackUse*>& candidates, BlobType type) {
    std::vector<Id> small;
    for (const PackUse* use : candidates) {
      const bool of_type = type == BlobType::kTree ? use->has_trees : use->has_data;
      if (of_type && use->pack->stored_bytes < kSmallPackBytes) small.push_back(use->pack->id);
    }
    if (small.size() >= kSmallPacksWorthMerging) repacked_.insert(small.begin(), small.end());
  }

  PackFate fate_of(const PackUse& use) const {
    const PlanPack& pack = *use.pack;
    if (use.needed()) {
      if (pack.marked_at) return PackFate::kRecover;
      return repacked_.contains(pack.id) ? PackFate::kRepack : PackFate::kKeep;
    }
    if (pack.stored_bytes == 0) return PackFate::kDropFromIndex;
    if (options_.grace <= std::chrono::seconds::zero()) return PackFate::kDelete;
    // A mark from the future comes from a clock that was wrong: its wait starts anew.
    if (!pack.marked_at || *pack.marked_at > now_) return PackFate::kMark;
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now_ - *pack.marked_at);
    return waited >= options_.grace ? PackFate::kDelete : PackFate::kStayMarked;
  }

  const std::unordered_set<BlobHandle>& used_;
  const Instant now_;
  const PruneOptions& options_;
  std::vector<PackUse> uses_;
  std::unordered_set<BlobHandle> provided_;
  std::unordered_set<Id> repacked_;
  PrunePlan plan_;
};

}  // namespace

bool PrunePlan::changes_anything() const {
  return std::any_of(fates.begin(), fates.end(), [](const auto& entry) {
    return entry.second != PackFate::kKeep && entry.second != PackFate::kStayMarked;
  });
}

PrunePlan plan_prune(const std::vector<PlanPack>& packs, const std::unordered_set<BlobHandle>& used,
                     Instant now, const PruneOptions& options) {
  return Planner(packs, used, now, options).plan();
}

}  // namespace skyhold
