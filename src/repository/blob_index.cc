#include "repository/blob_index.h"

#include "base/assert.h"

namespace skyhold {

void BlobIndex::add_pack(const Id& pack, const std::vector<PackedBlob>& blobs) {
  SKYHOLD_ASSERT(packs_.size() < UINT32_MAX);
  const auto number = static_cast<std::uint32_t>(packs_.size());
  packs_.push_back(pack);
  for (const PackedBlob& blob : blobs) {
    entries_.insert({blob.handle, number, blob.offset, blob.length, blob.raw_length});
  }
}

std::optional<BlobLocation> BlobIndex::find(const BlobHandle& handle) const {
  const Entry* const entry = entries_.find(handle);
  if (entry == nullptr) return std::nullopt;
  return BlobLocation{packs_[entry->pack_number], {handle, entry->offset, entry->length, entry->raw_length}};
}

}  // namespace skyhold
