// What a new snapshot needs of older objects is kept from deletion as the new ones are, in
// copies whose store does that (ObjectStore::protects()).
//
// Else the packs of a filestore, which are written once and used by every backup from then on,
// could be deleted when the retention of the first backup is over.
#pragma once

#include <unordered_set>

#include "base/id.h"
#include "repository/copies.h"

namespace skyhold {

// The packs that a producer's blobs were found in. Neighbours lie in one pack, mostly, so
// that noting one costs a comparison. Not thread-safe.
class ReusedPacks {
 public:
  void note(const Id& pack) {
    if (pack == last_) return;
    last_ = pack;
    packs_.insert(pack);
  }
  void absorb(ReusedPacks& other) { packs_.merge(other.packs_); }
  [[nodiscard]] const std::unordered_set<Id>& packs() const { return packs_; }

 private:
  Id last_;  // null: none so far
  std::unordered_set<Id> packs_;
};

// Whether any healthy copy's store keeps its objects.
[[nodiscard]] bool any_copy_protects(const Copies& copies);

// Protects these packs and all that leads to them (index files, keys, config) on every healthy
// copy whose store does that. A copy on which it fails is marked failed.
void protect_reused(Copies& copies, const std::unordered_set<Id>& packs);

}  // namespace skyhold
