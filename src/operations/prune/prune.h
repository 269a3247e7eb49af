// Prune: give back the space of what no snapshot needs, in two phases.
//
// Phase one repacks packs that are mostly unused and marks, in the index, the packs that
// nothing needs any more; phase two, at least `grace` later, deletes what was marked and
// is still not needed. Under restic's exclusive lock. Order: new packs, new index, old
// index deleted, packs deleted; killed anywhere, every snapshot still restores. Last, copies
// that let go late delete what was removed from them long enough ago.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "model/progress.h"
#include "repository/lock.h"
#include "repository/repository.h"
#include "stores/delayed_removal_store.h"

namespace skyhold {

struct PruneOptions {
  std::chrono::seconds grace{std::chrono::hours{24}};
  double max_unused_share = 0.05;  // of a repository's bytes that may stay unused inside packs
  LockTiming lock_timing{};
  std::vector<std::shared_ptr<DelayedRemovalStore>> late_copies{};  // of the repository's stores
};

struct PruneResult {
  std::uint64_t packs_total = 0;
  std::uint64_t packs_repacked = 0;
  std::uint64_t packs_marked = 0;     // now, to be deleted after the grace period
  std::uint64_t packs_recovered = 0;  // were marked, are needed again
  std::uint64_t packs_deleted = 0;
  std::uint64_t bytes_deleted = 0;  // in one copy
  std::uint64_t bytes_marked = 0;
  std::uint64_t objects_let_go = 0;  // by late copies
  std::uint64_t objects_held = 0;    // removed, but still there in late copies
};

// Refuses (kUnavailable, kCorrupt) when a copy does not answer or lacks something that a
// snapshot needs: what cannot be seen whole is not pruned.
Result<PruneResult> run_prune(Repository& repository, const PruneOptions& options, const Clock& clock,
                              ProgressSink& progress, const CancelToken& cancel);

}  // namespace skyhold
