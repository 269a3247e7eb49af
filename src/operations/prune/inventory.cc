#include "operations/prune/inventory.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "repository/index_file.h"
#include "repository/pack.h"
#include "repository/unpacked_file.h"

namespace skyhold {
namespace {

// One pack, as the index files tell of it.
class PackRecord {
 public:
  Status add(IndexedPack pack) {
    std::sort(pack.blobs.begin(), pack.blobs.end(),
              [](const PackedBlob& a, const PackedBlob& b) { return a.offset < b.offset; });
    if (!known_) {
      blobs_ = std::move(pack.blobs);
      marked_at_ = pack.marked_at;
      known_ = true;
      return {};
    }
    const std::optional<Instant> marked_at = pack.marked_at;
    TRY(merge_blobs(std::move(pack)));
    // A prune that was interrupted leaves the index files of before and after: what one of
    // them has in use is in use, and the later mark counts.
    marked_at_ = marked_at_ && marked_at ? std::optional(std::max(*marked_at_, *marked_at)) : std::nullopt;
    return {};
  }

  [[nodiscard]] const std::vector<PackedBlob>& blobs() const { return blobs_; }
  std::vector<PackedBlob> take_blobs() { return std::move(blobs_); }
  [[nodiscard]] const std::optional<Instant>& marked_at() const { return marked_at_; }

 private:
  Status merge_blobs(IndexedPack pack) {
    if (pack.blobs.empty()) return {};  // the mark of a pack that no index named then
    if (blobs_.empty()) {
      blobs_ = std::move(pack.blobs);
      return {};
    }
    const bool same = std::equal(blobs_.begin(), blobs_.end(), pack.blobs.begin(), pack.blobs.end(),
                                 [](const PackedBlob& a, const PackedBlob& b) {
                                   return a.handle == b.handle && a.offset == b.offset &&
                                          a.length == b.length && a.raw_length == b.raw_length;
                                 });
    if (same) return {};
    return fail(ErrorCode::kCorrupt,
                fmt::format("two index files tell different things of pack {}", pack.id.hex()),
                "`restic rebuild-index` writes a new index from the packs themselves");
  }

  bool known_ = false;
  std::vector<PackedBlob> blobs_;
  std::optional<Instant> marked_at_;
};

using PackRecords = std::map<Id, PackRecord>;

Status read_index_files(Repository& repository, const CancelToken& cancel, Inventory& inventory,
                        PackRecords& records) {
  Copies& copies = repository.copies();
  std::map<Id, std::size_t> holders;
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    TRY(copies.list_copy(copy, FileKind::kIndex, [&](const Id& id, std::uint64_t) -> Status {
      ++holders[id];
      return {};
    }));
  }
  for (const auto& [id, count] : holders) {
    TRY(cancel.check());
    inventory.index_files.push_back(id);
    inventory.index_files_differ |= count != copies.size();
    const Bytes stored = TRY(copies.get(FileKind::kIndex, id));
    const Bytes json = TRY(decode_unpacked(repository.key(), stored));
    for (IndexedPack& pack : TRY(decode_index(json))) {
      PackRecord& record = records[pack.id];
      TRY(record.add(std::move(pack)));
    }
  }
  return {};
}

// pack -> its size in each copy; 0 where it is not.
using PackSizes = std::map<Id, std::vector<std::uint64_t>>;

Result<PackSizes> list_packs(Copies& copies) {
  PackSizes sizes;
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    TRY(copies.list_copy(copy, FileKind::kPack, [&](const Id& id, std::uint64_t size_bytes) -> Status {
      std::vector<std::uint64_t>& of_pack = sizes[id];
      of_pack.resize(copies.size());
      of_pack[copy] = size_bytes;
      return {};
    }));
  }
  return sizes;
}

PlanPack indexed_pack(const Id& id, PackRecord& record, const std::vector<std::uint64_t>& sizes,
                      Inventory& inventory) {
  PlanPack pack;
  pack.id = id;
  pack.blobs = record.take_blobs();
  pack.marked_at = record.marked_at();
  pack.stored_bytes = *std::max_element(sizes.begin(), sizes.end());
  const std::uint64_t expected = pack_file_bytes(pack.blobs);
  for (std::size_t copy = 0; copy < sizes.size(); ++copy) {
    if (sizes[copy] != expected) inventory.lacking[id].push_back(copy);
  }
  pack.whole = !inventory.lacking.contains(id);
  return pack;
}

PlanPack unindexed_pack(const Id& id, const std::vector<std::uint64_t>& sizes) {
  PlanPack pack;
  pack.id = id;
  pack.indexed = false;
  pack.whole = false;
  pack.stored_bytes = *std::max_element(sizes.begin(), sizes.end());
  return pack;
}

}  // namespace

BlobIndex Inventory::blob_index() const {
  BlobIndex index;
  for (const bool marked : {false, true}) {
    for (const PlanPack& pack : packs) {
      if (pack.whole && pack.marked_at.has_value() == marked) index.add_pack(pack.id, pack.blobs);
    }
  }
  return index;
}

Result<Inventory> take_inventory(Repository& repository, const CancelToken& cancel) {
  Inventory inventory;
  PackRecords records;
  TRY(read_index_files(repository, cancel, inventory, records));
  const PackSizes sizes = TRY(list_packs(repository.copies()));
  const std::vector<std::uint64_t> nowhere(repository.copies().size());
  for (auto& [id, record] : records) {
    const auto found = sizes.find(id);
    inventory.packs.push_back(
        indexed_pack(id, record, found == sizes.end() ? nowhere : found->second, inventory));
  }
  for (const auto& [id, of_pack] : sizes) {
    if (!records.contains(id)) inventory.packs.push_back(unindexed_pack(id, of_pack));
  }
  return inventory;
}

}  // namespace skyhold
