// restic's locks: a file in locks/ says that somebody reads or writes (shared) or
// rewrites (exclusive). Check the others, write, wait 200 ms, check again. Refreshed
// every 5 minutes by a new file; stale after 30, or when its process is dead on this host.
#pragma once

#include <memory>

#include "base/clock.h"
#include "crypto/cipher.h"
#include "repository/copies.h"

namespace skyhold {

enum class LockMode { kShared, kExclusive };

// One lock on every healthy copy; released by the destructor. Stale locks of others are
// removed on the way. kBusy names who holds a lock that is in the way, since when and
// on which copy, with what to do when that process is known to be gone.
class RepositoryLock {
 public:
  static Result<std::unique_ptr<RepositoryLock>> acquire(Copies& copies, const CipherKey& key, LockMode mode);
  ~RepositoryLock();
  RepositoryLock(const RepositoryLock&) = delete;
  RepositoryLock& operator=(const RepositoryLock&) = delete;

 private:
  struct State;
  explicit RepositoryLock(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skyhold
