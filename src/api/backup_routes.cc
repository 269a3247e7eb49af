// Backups: creating, looking at, keeping and deleting them; checking and completing their copies.
#include <fmt/format.h>

#include "api/backup_json.h"
#include "api/job_json.h"
#include "api/routes.h"
#include "api/work.h"
#include "base/log.h"
#include "model/ids.h"
#include "model/job_parameters.h"

namespace skyhold {
namespace {

Outcome<BackupFilter> filter_of(const ApiCall& call) {
  BackupFilter filter;
  filter.project = call.project->name;
  filter.branch = call.query.text("branch");
  if (const auto kind = call.query.optional_text("kind")) filter.kind = TRY(parse_backup_kind(*kind));
  if (const auto state = call.query.optional_text("state")) filter.state = TRY(parse_backup_state(*state));
  filter.deleted = filter.state == BackupState::kDeleted;
  filter.since = call.query_time("since");
  filter.until = call.query_time("until");
  return filter;
}

ApiResult list_backups(ApiCall& call) {
  const BackupFilter filter = TRY(filter_of(call));
  const Page<BackupRecord> page = TRY(call.services.catalog.backups(filter, call.page()));
  const auto retention = TRY(call.state.retention.of(call.services, *call.project));
  const StoresByName stores = stores_by_name(call.services.platform);
  JsonValue items = JsonValue::array();
  for (const BackupRecord& backup : page.items) {
    items.push(to_json(backup, stores, backup_detail(call.role), retention->find(backup.id)));
  }
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items)).set("next", page.next);
  return answer(std::move(json));
}

BackupRecord new_record(const ApiCall& call, const Job& job) {
  BackupRecord record;
  record.id = job.backup_id;
  record.project = job.project;
  record.branch = job.branch;
  record.kind = BackupKind::kManual;
  record.job = job.id;
  record.note = call.body.text("note");
  record.created_by = job.created_by;
  record.started_at = job.created_at;
  for (const RegionView& region : call.services.platform.regions()) {
    if (region.name != job.region) continue;
    for (const std::string& store : region.stores)
      record.copies.push_back({store, CopyState::kPending, {}, {}});
  }
  return record;
}

// A record without a job would run for ever.
Error end_record(const ApiCall& call, BackupRecord record, Error error) {
  record.state = BackupState::kFailed;
  record.finished_at = call.services.clock.now();
  record.error_code = traits(error.code).name;
  record.error_message = error.message;
  record.error_hint = error.hint;
  const Status ended = call.services.catalog.update_backup(record);
  if (!ended) log::warning("backup {} stays open: {}", record.id, ended.error().message);
  return error;
}

ApiResult create_backup(ApiCall& call) {
  const std::string name = call.body.text("branch");
  call.audit.subject = fmt::format("branch {}", name);
  if (const Status fine = check_text("note", call.body.text("note"), 2000); !fine) {
    return fail_at("note", fine.error());
  }
  const Result<Branch> branch = call.services.catalog.branch(call.project->name, name);
  if (!branch) return fail_at("branch", branch.error());
  const std::vector<JobKind> alone{JobKind::kBackup};
  if (const auto first = TRY(job_under_way(call, alone, name))) return fail(already_under_way(*first));
  Job job = new_job(call, JobKind::kBackup, JobPriority::kManual, *branch);
  job.backup_id = new_id("bk", job.created_at);
  const BackupRecord record = new_record(call, job);
  TRY(call.services.catalog.create_backup(record));
  call.audit.subject = record.id;
  const Result<JobQueue::Enqueued> queued = call.services.jobs.enqueue_alone(job, alone);
  if (!queued) return fail(end_record(call, record, queued.error()));
  if (queued->in_the_way) {
    // Somebody was quicker. Nothing was tried, so nothing failed.
    TRY(call.services.catalog.discard_backup(record.id));
    return fail(already_under_way(*queued->in_the_way));
  }
  JsonValue json = JsonValue::object();
  const BackupRecord created = TRY(call.services.catalog.backup(record.id));
  json.set("backup", TRY(show_backup(call, created)));
  json.set("job", to_json(TRY(call.services.jobs.job(queued->id))));
  return answer(std::move(json), 202);
}

ApiResult get_backup(ApiCall& call) {
  const BackupRecord backup = TRY(find_backup(call, call.parameter("id")));
  return answer(TRY(show_backup(call, backup)));
}

// What the job would refuse is refused here, in words, before it waits in a queue.
Outcome<void> check_deletable(const ApiCall& call, const BackupRecord& backup) {
  if (backup.state == BackupState::kDeleted) {
    return fail(Problem(409, "already_deleted", fmt::format("backup {} is deleted already", backup.id)));
  }
  if (backup.state == BackupState::kRunning) {
    return fail(Problem(423, "busy", fmt::format("backup {} is being made", backup.id),
                        fmt::format("cancel its job {} instead", backup.job)));
  }
  if (!backup.pin_reason.empty()) {
    return fail(Problem(423, "pinned", fmt::format("backup {} is pinned by {}", backup.id, backup.pinned_by),
                        "take the pin off first"));
  }
  if (TRY(call.services.catalog.kept_as_newest(backup.id))) {
    return fail(Problem(409, "newest_backup",
                        fmt::format("backup {} is the newest good one of {}", backup.id, backup.branch),
                        "make another backup of this branch first"));
  }
  const JobFilter active{.project = backup.project, .branch = {}, .kinds = {}, .state = {}, .active = true};
  const JobQueue::JobPage jobs = TRY(call.services.jobs.jobs(active, kMostPageItems));
  for (const Job& job : jobs.items) {
    if (job.backup_id != backup.id || job.kind == JobKind::kForget) continue;
    return fail(Problem(423, "busy", fmt::format("a {} uses backup {}", to_string(job.kind), backup.id),
                        fmt::format("wait for {} or cancel it", job.id)));
  }
  return {};
}

ApiResult delete_backup(ApiCall& call) {
  const BackupRecord backup = TRY(find_backup(call, call.parameter("id")));
  call.audit.subject = backup.id;
  if (call.query.text("confirm") != backup.id) {
    return fail(Problem(400, "invalid_argument", "the confirmation is not the backup's id",
                        fmt::format("repeat it: confirm={}", backup.id))
                    .at("confirm"));
  }
  TRY(check_deletable(call, backup));
  const JobFilter active{
      .project = backup.project, .branch = {}, .kinds = {JobKind::kForget}, .state = {}, .active = true};
  const JobQueue::JobPage jobs = TRY(call.services.jobs.jobs(active, kMostPageItems));
  for (const Job& job : jobs.items) {
    if (job.backup_id == backup.id) return answer(to_job_reference(job), 202);
  }
  Job job = new_job(call, JobKind::kForget, JobPriority::kManual);
  job.backup_id = backup.id;
  job.parameters = to_json(ForgetParameters{.backups = {backup.id}});
  return enqueue(call, job);
}

ApiResult pin_backup(ApiCall& call) {
  const BackupRecord backup = TRY(find_backup(call, call.parameter("id")));
  call.audit.subject = backup.id;
  const std::string reason = call.body.text("reason");
  if (const Status fine = check_text("reason", reason, 2000); !fine) return fail_at("reason", fine.error());
  TRY(call.services.catalog.pin(backup.id, reason, call.actor()));
  const BackupRecord changed = TRY(call.services.catalog.backup(backup.id));
  return answer(TRY(show_backup(call, changed)));
}

ApiResult unpin_backup(ApiCall& call) {
  const BackupRecord backup = TRY(find_backup(call, call.parameter("id")));
  call.audit.subject = backup.id;
  TRY(call.services.catalog.unpin(backup.id));
  const BackupRecord changed = TRY(call.services.catalog.backup(backup.id));
  return answer(TRY(show_backup(call, changed)));
}

// Of the whole project, one of a kind at a time.
ApiResult enqueue_upkeep(ApiCall& call, JobKind kind, std::string parameters) {
  Job job = new_job(call, kind, JobPriority::kManual);
  job.parameters = std::move(parameters);
  return enqueue_alone(call, job, {kind});
}

ApiResult verify_project(ApiCall& call) {
  return enqueue_upkeep(call, JobKind::kVerify,
                        to_json(VerifyParameters{.read_data = call.body.flag("read_data", false)}));
}

ApiResult mend_project(ApiCall& call) {
  return enqueue_upkeep(call, JobKind::kMend, "{}");
}

}  // namespace

void add_backup_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  constexpr std::string_view kAll = "/projects/{project}/backups";
  constexpr std::string_view kOne = "/projects/{project}/backups/{id}";
  constexpr std::string_view kPin = "/projects/{project}/backups/{id}/pin";
  routes.push_back({HttpMethod::kGet, kAll, kUser, "listBackups", list_backups});
  routes.push_back({HttpMethod::kPost, kAll, kAdmin, "createBackup", create_backup, "backup.create"});
  routes.push_back({HttpMethod::kGet, kOne, kUser, "getBackup", get_backup});
  routes.push_back({HttpMethod::kDelete, kOne, kAdmin, "deleteBackup", delete_backup, "backup.delete"});
  routes.push_back({HttpMethod::kPut, kPin, kAdmin, "pinBackup", pin_backup, "backup.pin"});
  routes.push_back({HttpMethod::kDelete, kPin, kAdmin, "unpinBackup", unpin_backup, "backup.unpin"});
  routes.push_back({HttpMethod::kPost, "/projects/{project}/verify", kAdmin, "verifyProject", verify_project,
                    "project.verify"});
  routes.push_back(
      {HttpMethod::kPost, "/projects/{project}/mend", kAdmin, "mendProject", mend_project, "project.mend"});
}

}  // namespace skyhold
