// Restore: one backup onto one branch, new or existing; and its undo.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "capture/odoo/neutralize.h"
#include "capture/pg_target.h"
#include "model/progress.h"
#include "operations/restore/hooks.h"
#include "repository/repository.h"

namespace skyhold {

enum class RestoreCheck {
  kCounted,  // rows counted by the server, hashes of what it was sent, every file's SHA-1
  kFull,     // and every table read back and compared with its row digest
};

struct RestoreOptions {
  PgTarget database;                               // the branch's database; need not exist
  std::optional<std::filesystem::path> filestore;  // the branch's filestore; need not exist
  bool replace = false;  // without it an existing database or non-empty filestore is kAlreadyExists
  RestoreCheck check = RestoreCheck::kCounted;
  std::string owner;  // own everything by this role, drop ACLs; empty: as captured when possible
  int workers = 0;    // sessions at once; 0: one more than cores, at least 3
  // Set: mail, crons, payments and the like are switched off before anyone can see the
  // database. Not set: exact.
  std::optional<NeutralizeOptions> neutralize;
  // kNew for a copy, exact ones too; kKeep when a branch is restored onto itself.
  Identity identity = Identity::kKeep;
  RestoreHooks hooks;
};

struct StageSeconds {
  std::string stage;   // "before the data", "data", "indexes", "foreign keys", "files", "check", "swap"
  double seconds = 0;  // wall time; stages overlap
};

struct RestoreResult {
  std::string database;
  std::uint64_t tables = 0;
  std::uint64_t rows = 0;
  std::uint64_t table_bytes = 0;
  std::uint64_t files_fetched = 0;
  std::uint64_t files_linked = 0;  // the target had them already
  std::uint64_t file_bytes = 0;
  double seconds = 0;
  std::vector<StageSeconds> stages;
  std::string replaced_database;  // kept for undo; empty: nothing was replaced
  std::string replaced_filestore;
  std::vector<std::string> notices;  // owners not kept, files missing in the backup, copies passed over
  std::optional<NeutralizationReport> neutralization;  // also when only the identity is new
  std::vector<HookOutcome> hooks;                      // those that ran, in order; after_swap may have failed
  std::string how_to_undo;                             // one line for people; empty: nothing was replaced
  // The restore stands, but the hook after it failed.
  [[nodiscard]] bool degraded() const {
    return std::any_of(hooks.begin(), hooks.end(), [](const HookOutcome& hook) { return hook.error; });
  }
};

// Until the swap the branch serves its old data; a failure leaves it as it was.
Result<RestoreResult> run_restore(Repository& repository, const Snapshot& snapshot,
                                  const RestoreOptions& options, ProgressSink& progress,
                                  const CancelToken& cancel);

struct UndoOptions {
  PgTarget database;
  std::optional<std::filesystem::path> filestore;
  RestoreHooks hooks{};
};
struct UndoResult {
  std::string database;
  std::string replaced_database;  // what the undo itself replaced, kept in the same way
  std::string replaced_filestore;
  std::vector<HookOutcome> hooks{};
};

// Puts back what the newest restore replaced; kNotFound when nothing was kept. What it
// replaces is kept in turn, so that undo twice is redo. Needs no repository.
Result<UndoResult> undo_restore(const UndoOptions& options);

// Whether undo_restore() has something to put back.
Result<bool> can_undo(const UndoOptions& options);

// Drops what restores onto this branch have kept for undo.
Status discard_replaced(const UndoOptions& options);

}  // namespace skyhold
