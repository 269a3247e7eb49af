// Work that a route asks for: a job in the queue.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/state.h"

namespace skyhold {

// A job of the call's project and caller, not yet in the queue. It has an id already, so that a
// record can name it.
Job new_job(const ApiCall& call, JobKind kind, JobPriority priority);
// The same, at the branch's database server.
Job new_job(const ApiCall& call, JobKind kind, JobPriority priority, const Branch& branch);

// Queued or running, of these kinds, of the branch (empty: of the whole project); nothing when
// there is none. A look that spares work in vain: what holds is JobQueue::enqueue_alone().
Result<std::optional<Job>> job_under_way(const ApiCall& call, const std::vector<JobKind>& kinds,
                                         std::string_view branch);
// 409 with the job's id.
Problem already_under_way(const Job& job);

// 202 with a reference to the job, once it is in the queue.
ApiResult enqueue(ApiCall& call, const Job& job);
// The same, but already_under_way() when a job of one of these kinds is there for its branch (for its
// project, when it has no branch), whichever process was asked for that one.
ApiResult enqueue_alone(ApiCall& call, const Job& job, const std::vector<JobKind>& among);

// Of the call's project, by the id in the path; 404 when it is another's.
Outcome<BackupRecord> find_backup(const ApiCall& call, std::string_view id);

}  // namespace skyhold
