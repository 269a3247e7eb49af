// Mend: bring every copy to the same set of whole objects, from whichever copy has them.
//
// An object's name is the SHA-256 of its bytes, so any copy can vouch for an object, and no
// key is needed: bytes are written only when they match the name, and only over nothing or
// over bytes that do not. Order: keys, packs, index, snapshots, config; a copy that is cut
// off in the middle, or for which no good pack can be had, is shown no snapshot that it
// cannot give back, and the next mend goes on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "crypto/master_key.h"
#include "model/progress.h"
#include "repository/lock.h"
#include "stores/object_store.h"

namespace skyhold {

struct MendOptions {
  // With it a shared lock keeps prune away meanwhile, and a config is known to be right.
  // Without it mend refuses to work while anybody holds a lock.
  const MasterKey* master_key = nullptr;
  bool read_data = false;  // read every pack, to find the damaged ones
  bool dry_run = false;
  LockTiming lock_timing{};
};

struct UnmendedObject {
  std::string object;
  std::string problem;
};

struct MendedCopy {
  std::string location;
  std::string unreached;      // why nothing was done here; empty: it was reached to the end
  std::uint64_t objects = 0;  // that it had, but for locks
  std::uint64_t missing = 0;  // before; as are all that follow
  std::uint64_t damaged = 0;
  std::uint64_t mended = 0;  // in a dry run: that would be
  std::uint64_t mended_bytes = 0;
  std::vector<UnmendedObject> unmended;  // no copy has them right; at most 1000

  // Nothing is missing or damaged now, as far as was looked.
  [[nodiscard]] bool whole() const { return unreached.empty() && mended == missing + damaged; }
};

struct MendResult {
  std::vector<MendedCopy> copies;
  [[nodiscard]] bool whole() const;
};

// A copy that does not answer is left out and named. An empty directory or bucket is
// filled; one that does not exist is not made: it may be a disk that is not mounted.
// Errors: kInvalidArgument (the stores hold different repositories), kBusy (a lock),
// kWrongKey, kUnavailable (fewer than two copies can be reached), kCorrupt (it cannot be
// told which config is right), kCancelled. Memory: the names of all objects, and eight
// objects.
Result<MendResult> run_mend(const std::vector<ObjectStorePtr>& stores, const MendOptions& options,
                            ProgressSink& progress, const CancelToken& cancel);

}  // namespace skyhold
