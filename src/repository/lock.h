// restic's locks: a file in locks/ says that somebody reads or writes (shared) or
// rewrites (exclusive). Check the others, write, wait 200 ms, check again. Refreshed
// every 5 minutes by a new file; stale after 30, or when its process is dead on this host.
#pragma once

#include <chrono>
#include <memory>

#include "base/clock.h"
#include "crypto/cipher.h"
#include "repository/copies.h"

namespace skyhold {

enum class LockMode { kShared, kExclusive };

struct LockTiming {
  std::chrono::milliseconds settle{200};  // between writing a lock and trusting it
  std::chrono::milliseconds refresh_every{std::chrono::minutes{5}};
};

// One lock on every healthy copy; released by the destructor. Stale locks of others are
// removed on the way. kBusy names who holds a lock that is in the way, since when and
// on which copy, with what to do when that process is known to be gone. A copy that cannot
// take or keep a lock is marked failed, so that nothing is written to it without one.
//
// From the first lock on, the process ignores SIGHUP unless it handles that itself: restic
// asks with this signal whether the holder of a lock is alive.
class RepositoryLock {
 public:
  static Result<std::unique_ptr<RepositoryLock>> acquire(Copies& copies, const CipherKey& key, LockMode mode,
                                                         const LockTiming& timing = {});
  ~RepositoryLock();
  RepositoryLock(const RepositoryLock&) = delete;
  RepositoryLock& operator=(const RepositoryLock&) = delete;

  // To be called before a step that cannot be taken back (a snapshot written, packs
  // deleted): a machine may have slept for longer than a lock lives. Renews locks that have
  // grown old; a copy whose lock is lost is marked failed, and an error when none is left.
  Status confirm();

 private:
  struct State;
  explicit RepositoryLock(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skyhold
