#include "api/work.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/job_json.h"
#include "model/ids.h"

namespace skyhold {

Job new_job(const ApiCall& call, JobKind kind, JobPriority priority) {
  Job job;
  job.created_at = call.services.clock.now();
  job.id = new_id("jb", job.created_at);
  job.kind = kind;
  job.priority = priority;
  job.project = call.project->name;
  job.region = call.project->region;
  job.created_by = call.actor();
  job.parameters = "{}";
  return job;
}

Job new_job(const ApiCall& call, JobKind kind, JobPriority priority, const Branch& branch) {
  Job job = new_job(call, kind, priority);
  job.branch = branch.name;
  job.database_server = branch.database_server;
  return job;
}

Result<std::optional<Job>> job_under_way(const ApiCall& call, const std::vector<JobKind>& kinds,
                                         std::string_view branch) {
  const JobFilter filter{
      .project = call.project->name, .branch = std::string(branch), .kinds = {}, .state = {}, .active = true};
  const JobQueue::JobPage page = TRY(call.services.jobs.jobs(filter, kMostPageItems));
  for (const Job& job : page.items) {
    if (std::find(kinds.begin(), kinds.end(), job.kind) != kinds.end()) return job;
  }
  return std::nullopt;
}

Problem already_under_way(const Job& job) {
  const std::string where = job.branch.empty() ? "" : fmt::format(" of {}", job.branch);
  return {409, "already_exists",
          fmt::format("a {}{} is {} already", to_string(job.kind), where, to_string(job.state)),
          fmt::format("watch {}, or cancel it first", job.id)};
}

ApiResult enqueue(ApiCall& call, const Job& job) {
  const std::string id = TRY(call.services.jobs.enqueue(job));
  return answer(to_job_reference(TRY(call.services.jobs.job(id))), 202);
}

ApiResult enqueue_alone(ApiCall& call, const Job& job, const std::vector<JobKind>& among) {
  const JobQueue::Enqueued queued = TRY(call.services.jobs.enqueue_alone(job, among));
  if (queued.in_the_way) return fail(already_under_way(*queued.in_the_way));
  return answer(to_job_reference(TRY(call.services.jobs.job(queued.id))), 202);
}

Outcome<BackupRecord> find_backup(const ApiCall& call, std::string_view id) {
  Result<BackupRecord> backup = call.services.catalog.backup(id);
  if (!backup && backup.error().code != ErrorCode::kNotFound &&
      backup.error().code != ErrorCode::kInvalidArgument) {
    return fail(std::move(backup).error());
  }
  if (backup && backup->project == call.project->name) return std::move(*backup);
  return fail(Problem(404, "not_found",
                      fmt::format("the project {} has no backup \"{}\"", call.project->name, id),
                      "list its backups"));
}

}  // namespace skyhold
