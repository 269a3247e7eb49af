// What prune does with each pack. Pure: no clock, no store.
#pragma once

#include <map>
#include <optional>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "operations/prune/prune.h"
#include "repository/blob.h"

namespace skyhold {

// A pack below this size is small; so many small ones of a type are worth merging.
inline constexpr std::uint64_t kSmallPackBytes = 4U << 20;
inline constexpr std::size_t kSmallPacksWorthMerging = 8;

struct PlanPack {
  Id id;
  std::vector<PackedBlob> blobs;     // as the index has them; none for packs that no index names
  std::optional<Instant> marked_at;  // listed under packs_to_delete
  bool indexed = true;               // false: it only lies in data/
  bool whole = true;                 // every copy has it, with the size that the index implies
  std::uint64_t stored_bytes = 0;    // of the file; 0: no copy has one
};

enum class PackFate {
  kKeep,          // stays in the index as it is
  kRepack,        // what is used moves to new packs; then it is as kMark or kDelete
  kMark,          // listed under packs_to_delete from now on
  kStayMarked,    // waits for the end of its grace period
  kRecover,       // was marked, is needed again
  kDelete,        // leaves the index, then the copies
  kDropFromIndex  // no copy has it and nothing needs it
};

// The blobs to move out of a pack, each once.
struct RepackSource {
  Id pack;
  std::vector<PackedBlob> blobs;  // by offset
};

struct PrunePlan {
  std::map<Id, PackFate> fates;  // one for each pack
  std::vector<RepackSource> repack;
  // Used blobs that lie in no whole pack. Unless it is empty the plan must not be run.
  std::vector<BlobHandle> unavailable;

  // Whether running it would change anything.
  [[nodiscard]] bool changes_anything() const;
};

// Every blob of `used` lies, after the plan has run, in a whole pack that is kept or
// recovered, or is moved out of a repacked one: whatever lies twice in a pack, in several
// packs, or in a pack that some copy lacks.
PrunePlan plan_prune(const std::vector<PlanPack>& packs, const std::unordered_set<BlobHandle>& used,
                     Instant now, const PruneOptions& options);

}  // namespace skyhold
