#include "operations/prune/prune.h"

#include <future>

#include <fmt/format.h>

#include "crypto/hash.h"
#include "operations/prune/inventory.h"
#include "operations/prune/prune_plan.h"
#include "operations/prune/repack.h"
#include "repository/index_file.h"
#include "repository/lock.h"
#include "repository/pack.h"
#include "repository/tree_walk.h"
#include "repository/unpacked_file.h"

namespace skyhold {
namespace {

constexpr std::size_t kBlobsPerIndexFile = 50'000;
// Every backup adds an index file or two; so many more than are needed are worth merging.
constexpr std::size_t kSpareIndexFiles = 8;

// Collects what snapshots need, and gives up on the first tree that cannot be read.
class UsedBlobs final : public TreeVisitor {
 public:
  UsedBlobs(Repository& repository, const BlobIndex& index) : repository_(repository), index_(index) {}

  Result<Tree> load(const Id& tree) override {
    const auto location = index_.find({BlobType::kTree, tree});
    if (!location) return fail(ErrorCode::kCorrupt, "it lies in no pack that every copy holds");
    const Bytes json = TRY(repository_.copies().get_range(
        object_name(FileKind::kPack, location->pack), location->blob.offset, location->blob.length,
        [&](ByteView stored) { return decode_blob(repository_.key(), location->blob, stored); }));
    return decode_tree(json);
  }
  Status needs(const BlobHandle& blob) override {
    blobs.insert(blob);
    return {};
  }
  Status broken(const Id& tree, const Error& error) override {
    return fail(error.in(fmt::format("directory listing {}", tree.short_hex())));
  }

  std::unordered_set<BlobHandle> blobs;

 private:
  Repository& repository_;
  const BlobIndex& index_;
};

class PruneRun {
 public:
  PruneRun(Repository& repository, const PruneOptions& options, const Clock& clock, ProgressSink& progress,
           const CancelToken& cancel)
      : repository_(repository),
        copies_(repository.copies()),
        options_(options),
        now_(clock.now()),
        progress_(progress),
        cancel_(cancel) {}

  Result<PruneResult> run() {
    TRY(lock_every_copy());
    TRY(look_at_what_is_there());
    TRY(find_what_is_used());
    TRY(decide());
    if (plan_.changes_anything() || index_is_untidy()) TRY(carry_out());
    TRY(let_late_copies_go());
    return result_;
  }

 private:
  Status carry_out() {
    TRY(repack_blobs());
    TRY(write_new_index());
    TRY(remove_old_index());
    return delete_packs();
  }

  Status every_copy_answers() const {
    for (std::size_t copy = 0; copy < copies_.size(); ++copy) {
      const auto failure = copies_.failure(copy);
      if (!failure) continue;
      return fail(failure->code == ErrorCode::kBusy ? ErrorCode::kBusy : ErrorCode::kUnavailable,
                  fmt::format("prune needs every copy, and {} does not answer: {}",
                              copies_.store(copy).location(), failure->message),
                  "run prune again when every copy can be read and written; backups do not wait for it");
    }
    return {};
  }

  void tell(const char* phase) { progress_.report({.phase = phase}); }

  Status lock_every_copy() {
    tell("Locking");
    TRY(every_copy_answers());
    lock_ =
        TRY(RepositoryLock::acquire(copies_, repository_.key(), LockMode::kExclusive, options_.lock_timing));
    return every_copy_answers();
  }

  Status look_at_what_is_there() {
    tell("Reading the index");
    inventory_ = TRY(take_inventory(repository_, cancel_));
    for (const PlanPack& pack : inventory_.packs) result_.packs_total += pack.stored_bytes != 0 ? 1 : 0;
    return {};
  }

  Status find_what_is_used() {
    const BlobIndex index = inventory_.blob_index();
    UsedBlobs used(repository_, index);
    TreeWalk walk(used);
    const std::vector<Snapshot> snapshots = TRY(repository_.snapshots());
    Progress state{.phase = "Reading snapshots", .total_items = snapshots.size()};
    for (const Snapshot& snapshot : snapshots) {
      progress_.report(state);
      const Status walked = walk.from(snapshot.tree, cancel_);
      if (!walked) return fail(cannot_see(walked.error(), snapshot));
      ++state.done_items;
    }
    used_ = std::move(used.blobs);
    return every_copy_answers();
  }

  static Error cannot_see(const Error& error, const Snapshot& snapshot) {
    if (error.code == ErrorCode::kCancelled) return error;
    Error refused = error.in(
        fmt::format("nothing was pruned, for snapshot {} cannot be seen whole", snapshot.id.short_hex()));
    refused.hint =
        "`skyhold repo verify` shows what is missing where; mend it from another copy, or forget the "
        "snapshot";
    return refused;
  }

  Status decide() {
    plan_ = plan_prune(inventory_.packs, used_, now_, options_);
    if (!plan_.unavailable.empty()) return fail(unavailable());
    for (const PlanPack& pack : inventory_.packs) count(pack, plan_.fates.at(pack.id));
    return {};
  }

  // Names one blob, and a pack that would have it if the copies were equal.
  Error unavailable() const {
    const BlobHandle& first = plan_.unavailable.front();
    std::string where = "no index names it";
    for (const PlanPack& pack : inventory_.packs) {
      const auto lacking = inventory_.lacking.find(pack.id);
      if (lacking == inventory_.lacking.end()) continue;
      for (const PackedBlob& blob : pack.blobs) {
        if (blob.handle != first) continue;
        where = fmt::format("{} is missing or of a wrong size in {}", object_name(FileKind::kPack, pack.id),
                            copies_.store(lacking->second.front()).location());
      }
    }
    return Error{
        ErrorCode::kCorrupt,
        fmt::format("nothing was pruned, for {} blobs that snapshots need are not in every copy; the first "
                    "is {}: {}",
                    plan_.unavailable.size(), first.id.hex(), where),
        "copy the missing file from another copy (its name is the hash of its content), or forget the "
        "snapshots that need it"};
  }

  [[nodiscard]] bool without_grace() const { return options_.grace <= std::chrono::seconds::zero(); }

  void count(const PlanPack& pack, PackFate fate) {
    if (fate == PackFate::kRepack) {
      ++result_.packs_repacked;
      fate = without_grace() ? PackFate::kDelete : PackFate::kMark;
    }
    if (fate == PackFate::kRecover) ++result_.packs_recovered;
    if (fate == PackFate::kMark) {
      ++result_.packs_marked;
      result_.bytes_marked += pack.stored_bytes;
    }
    if (fate == PackFate::kDelete) {
      to_delete_.push_back(pack.id);
      bytes_to_delete_ += pack.stored_bytes;
    }
  }

  [[nodiscard]] bool index_is_untidy() const {
    std::size_t blobs = 0;
    for (const PlanPack& pack : inventory_.packs) blobs += pack.blobs.size();
    const std::size_t needed = blobs / kBlobsPerIndexFile + 1;
    return inventory_.index_files_differ || inventory_.index_files.size() > needed + kSpareIndexFiles;
  }

  Status repack_blobs() {
    new_packs_ = TRY(repack(repository_, plan_.repack, progress_, cancel_));
    return every_copy_answers();
  }

  // The entry of a pack in the new index; nothing for a pack that leaves it.
  std::optional<IndexedPack> entry_of(PlanPack& pack) const {
    switch (plan_.fates.at(pack.id)) {
      case PackFate::kKeep:
      case PackFate::kRecover: return IndexedPack{pack.id, std::move(pack.blobs), std::nullopt};
      case PackFate::kStayMarked: return IndexedPack{pack.id, std::move(pack.blobs), pack.marked_at};
      case PackFate::kRepack:
        if (without_grace()) return std::nullopt;
        return IndexedPack{pack.id, std::move(pack.blobs), now_};
      case PackFate::kMark: return IndexedPack{pack.id, std::move(pack.blobs), now_};
      case PackFate::kDelete:
      case PackFate::kDropFromIndex: return std::nullopt;
    }
    return std::nullopt;
  }

  Status write_new_index() {
    tell("Writing the index");
    std::vector<IndexedPack> entries = std::move(new_packs_);
    std::vector<IndexedPack> batch;
    std::size_t blobs = 0;
    for (PlanPack& pack : inventory_.packs) {
      if (auto entry = entry_of(pack)) entries.push_back(std::move(*entry));
    }
    for (IndexedPack& entry : entries) {
      blobs += entry.blobs.size();
      batch.push_back(std::move(entry));
      if (blobs < kBlobsPerIndexFile) continue;
      TRY(write_index_file(batch));
      batch.clear();
      blobs = 0;
    }
    if (!batch.empty()) TRY(write_index_file(batch));
    return every_copy_answers();
  }

  Status write_index_file(const std::vector<IndexedPack>& packs) {
    const Bytes bytes = encode_unpacked(repository_.key(), encode_index(packs), Compress::kYes);
    TRY(copies_.put_everywhere(object_name(FileKind::kIndex, sha256(bytes)), bytes));
    return every_copy_answers();
  }

  Status remove_old_index() {
    TRY(lock_->confirm());
    TRY(every_copy_answers());
    for (const Id& id : inventory_.index_files) {
      TRY(copies_.remove_everywhere(object_name(FileKind::kIndex, id)));
    }
    return every_copy_answers();
  }

  Status delete_packs() {
    TRY(lock_->confirm());
    TRY(every_copy_answers());
    tell("Deleting packs");
    std::vector<std::future<Status>> deletions;
    for (std::size_t copy = 0; copy < copies_.size(); ++copy) {
      deletions.push_back(std::async(std::launch::async, [this, copy] { return delete_packs_of(copy); }));
    }
    Status first;
    for (auto& deletion : deletions) {
      Status deleted = deletion.get();
      if (!deleted && first) first = std::move(deleted);
    }
    TRY(std::move(first));
    result_.packs_deleted = to_delete_.size();
    result_.bytes_deleted = bytes_to_delete_;
    return {};
  }

  Status let_late_copies_go() {
    for (const auto& copy : options_.late_copies) {
      tell("Letting go of what was removed before");
      TRY(lock_->confirm());
      result_.objects_let_go += TRY(copy->remove_due(cancel_));
      result_.objects_held += TRY(copy->removed()).size();
    }
    return {};
  }

  // Packs that stay behind here, nothing names any more; the next prune finds them.
  Status delete_packs_of(std::size_t copy) {
    for (const Id& id : to_delete_) {
      TRY(cancel_.check());
      const std::string name = object_name(FileKind::kPack, id);
      const Status removed = copies_.store(copy).remove(name);
      if (removed || removed.error().code == ErrorCode::kNotFound) continue;
      return fail(
          removed.error().in(fmt::format("cannot delete {} from {}", name, copies_.store(copy).location())));
    }
    return {};
  }

  Repository& repository_;
  Copies& copies_;
  const PruneOptions options_;
  const Instant now_;
  ProgressSink& progress_;
  const CancelToken& cancel_;

  std::unique_ptr<RepositoryLock> lock_;
  Inventory inventory_;
  std::unordered_set<BlobHandle> used_;
  PrunePlan plan_;
  std::vector<IndexedPack> new_packs_;
  std::vector<Id> to_delete_;
  std::uint64_t bytes_to_delete_ = 0;
  PruneResult result_;
};

}  // namespace

Result<PruneResult> run_prune(Repository& repository, const PruneOptions& options, const Clock& clock,
                              ProgressSink& progress, const CancelToken& cancel) {
  if (options.max_unused_share < 0 || options.max_unused_share > 1) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a share", options.max_unused_share),
                "give a number between 0 and 1");
  }
  return PruneRun(repository, options, clock, progress, cancel).run();
}

}  // namespace skyhold
