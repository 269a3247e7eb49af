// Verify: is each copy whole, readable and equal to the others?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/id.h"
#include "crypto/master_key.h"
#include "model/progress.h"
#include "repository/lock.h"
#include "stores/object_store.h"

namespace skyhold {

// One of `parts` equal shares of all packs, by their names: share 0 to parts - 1 together
// are every pack, whatever comes and goes in between.
struct PackShare {
  std::uint32_t parts = 1;
  std::uint32_t share = 0;

  [[nodiscard]] bool holds(const Id& pack) const;
  // The one whose turn it is: each day (UTC) another, every one within `parts` days.
  static PackShare of_day(std::uint32_t parts, Instant day);
};

struct VerifyOptions {
  const MasterKey* master_key = nullptr;  // null: names against SHA-256 only
  bool read_data = false;                 // every byte of every pack, or of a share of them:
  PackShare share{};
  LockTiming lock_timing{};
};

struct VerifyFinding {
  std::string object;   // "data/ab/abcd…"; empty: the copy as a whole
  std::string problem;  // "content does not match its name", "missing; another copy has it"
};

struct CopyReport {
  std::string location;
  bool good = false;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;       // stored
  std::uint64_t bytes_read = 0;  // of those, read and checked
  std::uint64_t snapshots = 0;
  std::uint64_t unreferenced_packs = 0;  // harmless; prune removes them
  std::vector<VerifyFinding> findings;   // at most 1000
};

struct VerifyResult {
  std::vector<CopyReport> copies;
  [[nodiscard]] bool good() const;
};

// Without a key: every small file's name against its SHA-256, packs too with read_data,
// and what one copy has that another lacks. With a key also: config, key files, index,
// every snapshot's trees, every blob they need present in the index and its pack present
// with the right size; with read_data every blob decrypted and hashed, headers against
// the index. Each copy is judged by itself, and lacks nothing but what its or another copy's
// snapshots need: what an interrupted backup left in one copy alone is no finding.
//
// With a key a shared lock is held, where it can be written, so that prune waits. An error is
// returned only when the work itself could not be done: kWrongKey when the key opens no
// copy, kBusy, kCancelled. Memory: the index once (about 130 bytes a blob) if the copies'
// index files are equal, and two packs.
Result<VerifyResult> run_verify(const std::vector<ObjectStorePtr>& stores, const VerifyOptions& options,
                                ProgressSink& progress, const CancelToken& cancel);

}  // namespace skyhold
