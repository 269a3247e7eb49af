// Restores, their undo, and branches brought up to date.
#include <chrono>

#include <fmt/format.h>

#include "api/backup_json.h"
#include "api/job_json.h"
#include "api/restore_plan.h"
#include "api/routes.h"
#include "api/work.h"
#include "base/log.h"

namespace skyhold {
namespace {

// So recently written, a branch is one that somebody sits at.
constexpr std::chrono::hours kInUse{1};

// What replaces a branch's data: one at a time.
const std::vector<JobKind> kBranchWriters{JobKind::kRestore, JobKind::kUndo, JobKind::kRefresh};

Problem not_confirmed(std::string_view branch) {
  return Problem(400, "invalid_argument", "the confirmation is not the target branch's name",
                 fmt::format("repeat it: \"confirm\": \"{}\"", branch))
      .at("confirm");
}

ApiResult list_restores(ApiCall& call) {
  JobFilter filter;
  filter.project = call.project->name;
  filter.kinds = {JobKind::kRestore, JobKind::kRefresh, JobKind::kUndo};
  const PageRequest page = call.page();
  const JobQueue::JobPage jobs = TRY(call.services.jobs.jobs(filter, page.limit, page.after));
  return answer(job_page(jobs.items, jobs.next));
}

ApiResult create_restore(ApiCall& call) {
  call.audit.subject = call.body.text("backup");
  const RestorePlan plan = TRY(plan_restore(call));
  call.audit.detail = fmt::format("onto {}, {}", plan.target.name, restore_mode(plan.parameters));
  const std::optional<std::string> confirm = call.body.optional_text("confirm");
  // Nothing is lost where nothing is yet; a name that was given must still be right.
  if (plan.parameters.new_branch ? confirm.value_or(plan.target.name) != plan.target.name
                                 : confirm != plan.target.name) {
    return fail(not_confirmed(plan.target.name));
  }
  if (plan.parameters.new_branch) TRY(call.services.catalog.create_branch(plan.target));
  Job job = new_job(call, JobKind::kRestore, JobPriority::kRestore, plan.target);
  job.backup_id = plan.backup.id;
  job.parameters = to_json(plan.parameters);
  ApiResult queued = enqueue_alone(call, job, kBranchWriters);
  if (!queued && plan.parameters.new_branch) {
    const Status removed = call.services.catalog.delete_branch(plan.target.project, plan.target.name);
    if (!removed) log::warning("branch {} stays, empty: {}", plan.target.name, removed.error().message);
  }
  return queued;
}

ApiResult preview_restore(ApiCall& call) {
  RestorePlan plan = TRY(plan_restore(call));
  TargetView there;
  if (!plan.target.wrapped_database_url.empty()) {
    const Result<TargetView> seen = call.services.platform.inspect(plan.target);
    if (seen) there = *seen;
    if (!seen)
      plan.warnings.push_back(fmt::format("What is there now is not known: {}", seen.error().message));
  }
  if (there.last_write_at && call.services.clock.now() - *there.last_write_at < kInUse) {
    plan.warnings.emplace_back("People have worked in it within the last hour; what they made is replaced.");
  }
  JsonValue json = JsonValue::object();
  json.set("backup", TRY(show_backup(call, plan.backup)))
      .set("branch", plan.target.name)
      .set("new_branch", plan.parameters.new_branch)
      .set("branch_type", to_string(plan.target.type))
      .set("database", plan.target.database_label)
      .set("mode", restore_mode(plan.parameters))
      .set("identity", restore_identity(plan.parameters))
      .set("replaces", there.exists)
      .set("replaced_size_bytes", there.size_bytes)
      .set("replaced_last_write_at", there.last_write_at)
      .set("safety_backup", plan.parameters.safety_backup && there.exists)
      .set("warnings", json_strings(plan.warnings));
  return answer(std::move(json));
}

// The branch of the path, once its name was repeated.
Outcome<Branch> confirmed_branch(ApiCall& call) {
  const std::string& name = call.parameter("branch");
  call.audit.subject = fmt::format("branch {}", name);
  Branch branch = TRY(call.services.catalog.branch(call.project->name, name));
  if (call.body.text("confirm") != name) return fail(not_confirmed(name));
  return branch;
}

ApiResult undo_restore_of(ApiCall& call) {
  const Branch branch = TRY(confirmed_branch(call));
  if (const auto job = TRY(job_under_way(call, kBranchWriters, branch.name))) {
    return fail(already_under_way(*job));
  }
  // While another job is at the branch its server need not be asked what could be undone.
  if (const auto job = TRY(job_under_way(call, kBranchWriters, branch.name))) {
    return fail(already_under_way(*job));
  }
  const TargetView there = TRY(call.services.platform.inspect(branch));
  if (!there.can_undo) {
    return fail(Problem(409, "nothing_to_undo",
                        fmt::format("no restore onto {} has left anything to go back to", branch.name),
                        "restore one of its backups, such as the last safety backup"));
  }
  return enqueue_alone(call, new_job(call, JobKind::kUndo, JobPriority::kRestore, branch), kBranchWriters);
}

ApiResult refresh_branch(ApiCall& call) {
  const Branch branch = TRY(confirmed_branch(call));
  const Result<Branch> source = call.services.catalog.branch(call.project->name, call.body.text("source"));
  if (!source) return fail_at("source", source.error());
  call.audit.detail = fmt::format("from {}", source->name);
  if (branch.type == BranchType::kProduction || source->name == branch.name) {
    return fail(Problem(400, "invalid_argument",
                        "a refresh puts neutralized data onto another branch, never onto production",
                        "restore a backup instead"));
  }
  const RefreshParameters parameters{.source = source->name, .fresh = call.body.flag("fresh", false)};
  const auto newest = TRY(call.services.catalog.newest_restorable(call.project->name, source->name));
  if (!newest && !parameters.fresh) {
    return fail(Problem(409, "no_backup", fmt::format("the branch {} has no backup yet", source->name),
                        "ask for a fresh one: \"fresh\": true")
                    .at("source"));
  }
  Job job = new_job(call, JobKind::kRefresh, JobPriority::kRestore, branch);
  job.parameters = to_json(parameters);
  return enqueue_alone(call, job, kBranchWriters);
}

}  // namespace

void add_restore_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  constexpr std::string_view kAll = "/projects/{project}/restores";
  routes.push_back({HttpMethod::kGet, kAll, kUser, "listRestores", list_restores});
  routes.push_back({HttpMethod::kPost, kAll, kAdmin, "createRestore", create_restore, "restore.create"});
  routes.push_back(
      {HttpMethod::kPost, "/projects/{project}/restores/preview", kAdmin, "previewRestore", preview_restore});
  routes.push_back({HttpMethod::kPost, "/projects/{project}/branches/{branch}/undo", kAdmin, "undoRestore",
                    undo_restore_of, "restore.undo"});
  routes.push_back({HttpMethod::kPost, "/projects/{project}/branches/{branch}/refresh", kAdmin,
                    "refreshBranch", refresh_branch, "branch.refresh"});
}

}  // namespace skyhold
