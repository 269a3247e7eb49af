// The index of a copy, joined from its index files.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "operations/verify/verify.h"
#include "repository/blob_index.h"
#include "repository/index_file.h"

namespace skyhold {

using IndexFilePtr = std::shared_ptr<const std::vector<IndexedPack>>;

struct PackTable {
  std::map<Id, const IndexedPack*> packs;   // in use; blobs as the index file has them
  std::map<Id, const IndexedPack*> marked;  // to be deleted, and not in use
  BlobIndex blobs;                          // of packs in use
  BlobIndex marked_blobs;
  std::vector<VerifyFinding> findings;  // where index files disagree
  std::vector<IndexFilePtr> files;      // what the pointers point into
};

// Copies hold the same index files as a rule; each is decoded once, and each combination
// of them is joined once. Thread-safe.
class IndexCache {
 public:
  // `json` is decoded only when the file is not known yet.
  Result<IndexFilePtr> file(const Id& id, const std::function<Result<Bytes>()>& json);
  // The table of files that file() has given, by ascending id.
  std::shared_ptr<const PackTable> table(const std::vector<Id>& files);

 private:
  std::mutex mutex_;
  std::map<Id, IndexFilePtr> files_;
  std::map<std::vector<Id>, std::shared_ptr<const PackTable>> tables_;
};

// The blobs of a pack by offset, as its header lists them.
std::vector<PackedBlob> in_pack_order(std::vector<PackedBlob> blobs);
bool same_blobs(const std::vector<PackedBlob>& a, const std::vector<PackedBlob>& b);

}  // namespace skyhold
