// Verify: is each copy whole, readable and equal to the others?
#pragma once

#include <string>
#include <vector>

#include "base/cancel.h"
#include "crypto/master_key.h"
#include "model/progress.h"
#include "stores/object_store.h"

namespace skyhold {

struct VerifyOptions {
  const MasterKey* master_key = nullptr;  // null: names against SHA-256 only
  bool read_data = false;                 // every byte of every pack
};

struct VerifyFinding {
  std::string object;   // "data/ab/abcd…"; empty: the copy as a whole
  std::string problem;  // "content does not match its name", "missing; another copy has it"
};

struct CopyReport {
  std::string location;
  bool good = false;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;        // stored
  std::uint64_t bytes_read = 0;   // of those, read and checked
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
// the index. An error is returned only when the work itself could not be done.
Result<VerifyResult> run_verify(const std::vector<ObjectStorePtr>& stores, const VerifyOptions& options,
                                ProgressSink& progress, const CancelToken& cancel);

}  // namespace skyhold
