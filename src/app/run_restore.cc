// JobKind::kRestore, kRefresh and kUndo: the jobs that change a branch.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/job_runner.h"
#include "app/service_platform.h"
#include "model/ids.h"
#include "model/job_parameters.h"
#include "operations/restore/restore.h"

namespace skyhold {
namespace {

using Json = nlohmann::ordered_json;

RestoreHooks hooks_of(const Branch& branch) {
  RestoreHooks hooks;
  if (!branch.before_swap.empty()) hooks.before_swap = shell_hook(branch.before_swap);
  if (!branch.after_swap.empty()) hooks.after_swap = shell_hook(branch.after_swap);
  hooks.project = branch.project;
  hooks.branch = branch.name;
  return hooks;
}

Result<RestoreOptions> options_of(JobRun& run, const Branch& target, const RestoreParameters& parameters) {
  RestoreOptions options;
  options.database = TRY(branch_database(target, run.master_key()));
  if (!target.filestore.empty()) options.filestore = target.filestore;
  options.replace = !parameters.new_branch;
  if (parameters.neutralize) options.neutralize = NeutralizeOptions{addons_paths_of(run, target)};
  options.identity = parameters.new_identity ? Identity::kNew : Identity::kKeep;
  options.hooks = hooks_of(target);
  return options;
}

Result<bool> database_is_there(const PgTarget& target) {
  const Result<PgSession> session = PgSession::connect(target);
  if (session) return true;
  if (session.error().code == ErrorCode::kNotFound) return false;
  return fail(session.error());
}

// Before anything is replaced: what is there now becomes a backup like any other.
Result<std::string> take_safety_backup(JobRun& run, const Branch& target, const std::string& why) {
  const PgTarget database = TRY(branch_database(target, run.master_key()));
  if (!TRY(database_is_there(database))) return std::string();
  run.context.event("phase", fmt::format("Safety backup of {}", target.name));
  const auto stores = TRY(run.services.repositories.store_names(run.project));
  BackupRecord record = new_backup_record(run, target.name, BackupKind::kSafety, why, stores);
  TRY(run.services.catalog.create_backup(record));
  return TRY(take_backup(run, record)).id;
}

Json report_of(const RestoreResult& result, const std::string& backup, const std::string& safety_backup) {
  Json report;
  report["backup"] = backup;
  report["safety_backup"] = safety_backup;
  report["database"] = result.database;
  report["replaced_database"] = result.replaced_database;
  report["replaced_filestore"] = result.replaced_filestore;
  report["tables"] = result.tables;
  report["rows"] = result.rows;
  report["table_bytes"] = result.table_bytes;
  report["files"] = result.files_fetched + result.files_linked;
  report["file_bytes"] = result.file_bytes;
  report["seconds"] = result.seconds;
  report["check"] = "every row counted, every part and file compared with the backup's hashes";
  report["notices"] = result.notices;
  if (result.neutralization)
    report["neutralization"] = Json::parse(neutralization_json(*result.neutralization));
  for (const HookOutcome& hook : result.hooks) {
    report["hooks"].push_back({{"name", hook.name},
                               {"seconds", hook.seconds},
                               {"output", hook.output},
                               {"error", hook.error ? hook.error->message : ""}});
  }
  return report;
}

// JSON text that is whole also when a program wrote odd bytes.
std::string text_of(const Json& report) {
  return report.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Errors here leave the branch as it was.
Result<std::string> restore(JobRun& run, const std::string& backup_id, const RestoreParameters& parameters) {
  const BackupRecord backup = TRY(run.services.catalog.backup(backup_id));
  if (!backup.restorable()) {
    return fail(ErrorCode::kNotFound, fmt::format("backup {} is {}", backup.id, to_string(backup.state)),
                "choose one that is good");
  }
  const Branch target = TRY(run.services.catalog.branch(run.project.name, run.job.branch));
  RestoreOptions options = TRY(options_of(run, target, parameters));
  std::string safety_backup;
  if (parameters.safety_backup && !parameters.new_branch) {
    safety_backup = TRY(take_safety_backup(run, target, fmt::format("before restoring {}", backup.id)));
  }
  auto opened = TRY(run.open_repository());
  TRY(opened.repository->load_index());
  const Snapshot snapshot = TRY(opened.repository->find_snapshot(backup.snapshot_id));
  // Another worker must not be at it as well.
  TRY(run.context.checkpoint());
  const RestoreResult result =
      TRY(run_restore(*opened.repository, snapshot, options, run.context.progress(), run.context.cancel()));
  for (const std::string& notice : result.notices) run.context.event("warning", notice);
  return text_of(report_of(result, backup.id, safety_backup));
}

}  // namespace

std::vector<std::filesystem::path> addons_paths_of(JobRun& run, const Branch& branch) {
  std::vector<std::filesystem::path> paths;
  for (std::size_t at = 0; at < branch.addons_path.size();) {
    const std::size_t end = std::min(branch.addons_path.find(',', at), branch.addons_path.size());
    const std::filesystem::path path = branch.addons_path.substr(at, end - at);
    std::error_code ignored;
    const bool is_here = !path.empty() && std::filesystem::is_directory(path, ignored);
    if (is_here) paths.push_back(path);
    if (!is_here && !path.empty()) {
      run.context.event("warning",
                        fmt::format("the addons path {} is not on this machine: what its modules say "
                                    "is not known, built-in rules stand in",
                                    path.string()));
    }
    at = end + 1;
  }
  return paths;
}

Result<std::string> run_restore_job(JobRun& run) {
  const RestoreParameters parameters = TRY(parse_restore_parameters(run.job.parameters));
  Result<std::string> restored = restore(run, run.job.backup_id, parameters);
  if (!restored && parameters.new_branch) {
    // It was made for this restore; what was not filled is no branch.
    const Status removed = run.services.catalog.delete_branch(run.project.name, run.job.branch);
    if (!removed) run.context.progress().warn(removed.error().message);
  }
  return restored;
}

Result<std::string> run_refresh_job(JobRun& run) {
  const RefreshParameters parameters = TRY(parse_refresh_parameters(run.job.parameters));
  // It was another branch when the schedule was made.
  const Branch target = TRY(run.services.catalog.branch(run.project.name, run.job.branch));
  if (target.type == BranchType::kProduction || target.name == parameters.source) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("branch {} is production now, which no refresh replaces", target.name),
                "delete the schedule that refreshes it; a restore puts a backup onto production");
  }
  std::string backup;
  if (parameters.fresh) {
    const auto stores = TRY(run.services.repositories.store_names(run.project));
    BackupRecord record = new_backup_record(run, parameters.source, BackupKind::kManual,
                                            fmt::format("to refresh {}", run.job.branch), stores);
    TRY(run.services.catalog.create_backup(record));
    backup = TRY(take_backup(run, record)).id;
  } else {
    const auto newest = TRY(run.services.catalog.newest_restorable(run.project.name, parameters.source));
    if (!newest) {
      return fail(ErrorCode::kNotFound, fmt::format("branch {} has no backup yet", parameters.source),
                  "back it up first, or refresh with a new backup");
    }
    backup = newest->id;
  }
  run.context.event("phase", fmt::format("Refreshing {} from {}", run.job.branch, backup));
  RestoreParameters restoring;
  restoring.safety_backup = false;  // it is a copy of another branch; undo puts back what was there
  return restore(run, backup, restoring);
}

Result<std::string> run_undo_job(JobRun& run) {
  const Branch target = TRY(run.services.catalog.branch(run.project.name, run.job.branch));
  UndoOptions options{.database = TRY(branch_database(target, run.master_key())),
                      .filestore = std::nullopt,
                      .hooks = hooks_of(target)};
  if (!target.filestore.empty()) options.filestore = target.filestore;
  run.context.progress().report({.phase = "Putting back what was replaced"});
  TRY(run.context.checkpoint());
  const UndoResult result = TRY(undo_restore(options));
  return text_of({{"database", result.database},
                  {"replaced_database", result.replaced_database},
                  {"replaced_filestore", result.replaced_filestore}});
}

}  // namespace skyhold
