// Which pack holds which blob, in memory: about 62 bytes a blob.
#pragma once

#include <optional>
#include <vector>

#include "repository/handle_table.h"
#include "repository/index_file.h"

namespace skyhold {

struct BlobLocation {
  Id pack;
  PackedBlob blob;
};

// Not thread-safe while it is written to.
class BlobIndex {
 public:
  // A blob that is held already stays where it was.
  void add_pack(const Id& pack, const std::vector<PackedBlob>& blobs);
  [[nodiscard]] std::optional<BlobLocation> find(const BlobHandle& handle) const;
  [[nodiscard]] bool contains(const BlobHandle& handle) const { return entries_.find(handle) != nullptr; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    BlobHandle handle;
    std::uint32_t pack_number = 0;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    std::uint32_t raw_length = 0;
  };
  HandleTable<Entry> entries_;
  std::vector<Id> packs_;
};

}  // namespace skyhold
