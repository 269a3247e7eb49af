// One file in locks/: who holds the repository, how, and since when.
//
//   stored = encrypt( 0x02 || zstd(JSON) ), named by its SHA-256
//   {"time":…,"exclusive":…,"hostname":…,"username":…,"pid":…,"uid":…,"gid":…,"process":…}
//
// restic's format. "process" is ours, and restic ignores it: it tells a process from a
// later one that got the same pid.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

struct LockFile {
  Instant time;  // when it was taken or last refreshed
  bool exclusive = false;
  std::string hostname;
  std::string username;
  std::int64_t pid = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string process;  // ProcessIdentity::text() of the holder; empty: restic's lock
};

Bytes encode_lock(const LockFile& lock);  // JSON
Result<LockFile> decode_lock(ByteView json);

// A process as no other ever was: the boot, the pid namespace, the ticks at its start.
struct ProcessIdentity {
  std::string boot_id;
  std::string pid_namespace;
  std::string start_ticks;
  [[nodiscard]] std::string text() const { return boot_id + " " + pid_namespace + " " + start_ticks; }
};

// What can be learned on this host about who holds a lock. A port, for tests.
class ProcessTable {
 public:
  virtual ~ProcessTable() = default;
  [[nodiscard]] virtual std::string hostname() const;
  // False only when there is surely no process of that pid.
  [[nodiscard]] virtual bool exists(std::int64_t pid) const;
  // Of a process that exists; empty members for what the kernel does not tell.
  [[nodiscard]] virtual ProcessIdentity identity(std::int64_t pid) const;
};

// A lock of this process, as of now.
LockFile own_lock(bool exclusive, Instant now, const ProcessTable& processes);

// Whether nobody stands behind a lock any more: not refreshed for 30 minutes, or its
// process ended on this host. In doubt it is held.
bool is_stale(const LockFile& lock, Instant now, const ProcessTable& processes);

// "process 71 on web1 (user odoo)", for errors.
std::string holder(const LockFile& lock);

}  // namespace skyhold
