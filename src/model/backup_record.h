// One backup and its copies, as the catalog knows of them. What a backup holds is in its
// manifest (manifest.h), in every copy.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/backup_kind.h"

namespace skyhold {

enum class BackupState {
  kRunning,
  kGood,      // complete on every store of its region
  kDegraded,  // complete on at least one
  kFailed,    // there is none; the record says why
  kDeleted,   // forgotten: its data goes with the next prune
};
std::string_view to_string(BackupState state);
Result<BackupState> parse_backup_state(std::string_view text);

enum class CopyState { kPending, kStored, kVerified, kMissing, kCorrupt };
std::string_view to_string(CopyState state);
Result<CopyState> parse_copy_state(std::string_view text);

struct CopyRecord {
  std::string store;  // its name in the settings
  CopyState state = CopyState::kPending;
  std::optional<Instant> checked_at;  // by a verification
  std::string problem;                // why it is not stored, or what is wrong with it
};

struct BackupRecord {
  std::string id;  // "bk_…"
  std::string project;
  std::string branch;
  BackupKind kind = BackupKind::kManual;
  BackupState state = BackupState::kRunning;
  std::string job;          // that makes or made it; empty: found in a store
  std::string snapshot_id;  // hex; empty until there is one
  std::string note;
  std::string created_by;  // an account's name, "schedule", or "recovered"
  Instant started_at;
  std::optional<Instant> point_in_time;  // of the exported PostgreSQL snapshot
  std::optional<Instant> finished_at;
  std::int64_t source_bytes = 0;  // tables, dumps and files
  std::int64_t added_bytes = 0;   // stored anew, in one copy
  std::int64_t table_count = 0;
  std::int64_t row_count = 0;
  std::int64_t file_count = 0;
  std::int64_t file_bytes = 0;
  std::int64_t missing_file_count = 0;  // at the source
  std::string odoo_version;
  std::string postgresql_version;
  std::string error_code;  // of a failure: code, words, hint
  std::string error_message;
  std::string error_hint;
  std::string pin_reason;  // not empty: pinned, never deleted by rule
  std::string pinned_by;
  std::optional<Instant> pinned_at;
  std::optional<Instant> deleted_at;
  std::string deleted_by;          // an account's name, or "retention"
  std::vector<CopyRecord> copies;  // one a store of the region

  [[nodiscard]] bool restorable() const {
    return state == BackupState::kGood || state == BackupState::kDegraded;
  }
};

}  // namespace skyhold
