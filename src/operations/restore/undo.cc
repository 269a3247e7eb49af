// undo_restore() and discard_replaced(): what restores have kept, put back or dropped.
#include <algorithm>

#include <fmt/format.h>

#include "base/clock.h"
#include "operations/restore/hooked_swap.h"
#include "operations/restore/restore.h"
#include "operations/restore/restore_names.h"
#include "operations/restore/server_databases.h"
#include "operations/restore/swap.h"

namespace skyhold {
namespace {

Result<std::optional<std::filesystem::path>> resolve(const std::optional<std::filesystem::path>& filestore) {
  if (!filestore) return std::nullopt;
  return TRY(resolve_filestore(*filestore));
}

// The suffix begins with the time.
Result<std::string> newest_suffix(PgSession& session, const std::string& target) {
  std::string newest;
  for (const std::string& name : TRY(list_databases(session))) {
    newest = std::max(newest, suffix_of_replaced_database(target, name).value_or(""));
  }
  if (!newest.empty()) return newest;
  return fail(ErrorCode::kNotFound,
              fmt::format("no restore has replaced database \"{}\", so there is nothing to undo", target),
              "restore another snapshot instead; `skyhold repo list` shows them");
}

}  // namespace

Result<UndoResult> undo_restore(const UndoOptions& options) {
  const std::string& target = options.database.database();
  TRY(check_restore_target(target));
  const auto filestore = TRY(resolve(options.filestore));
  BranchLock lock = TRY(BranchLock::take(options.database));
  TRY(clear_leftovers(lock, options.database, filestore));
  const std::string kept = TRY(newest_suffix(lock.session(), target));

  const std::string token = new_restore_token();
  const std::string suffix = replaced_suffix(SystemClock().now(), token);
  SwapPlan plan{options.database, replaced_database_name(target, kept), suffix, token, filestore,
                std::nullopt};
  // A restore that found no filestore has kept none; its own files stay.
  if (filestore && std::filesystem::exists(replaced_directory(*filestore, kept))) {
    plan.incoming_directory = replaced_directory(*filestore, kept);
  }
  RestoreHooks hooks = options.hooks;
  if (hooks.operation.empty()) hooks.operation = "undo";
  UndoResult result;
  const SwapOutcome outcome =
      TRY(swap_between_hooks(lock, plan, hooks, CancelToken(), result.hooks, [](const std::string&) {}));
  result.database = target;
  result.replaced_database = outcome.replaced_database;
  result.replaced_filestore = outcome.replaced_filestore;
  return result;
}

Result<bool> can_undo(const UndoOptions& options) {
  BesideSession beside = TRY(connect_beside(options.database));
  const Result<std::string> newest = newest_suffix(beside.session, options.database.database());
  if (newest) return true;
  if (newest.error().code == ErrorCode::kNotFound) return false;
  return fail(newest.error());
}

Status discard_replaced(const UndoOptions& options) {
  TRY(check_restore_target(options.database.database()));
  const auto filestore = TRY(resolve(options.filestore));
  BranchLock lock = TRY(BranchLock::take(options.database));
  TRY(clear_leftovers(lock, options.database, filestore));
  return drop_replaced(lock, options.database, filestore, "");
}

}  // namespace skyhold
