#include <fmt/format.h>

#include "jobs/job_queue.h"
#include "jobs/job_row.h"

namespace skyhold {
namespace {

Status cancel_queued(SqlSession& session, const Job& job, Instant now, std::string_view by) {
  const SqlRows rows =
      TRY(session.query("UPDATE jobs SET state = 'cancelled', finished_at_ms = ?, cancel_requested = 1, "
                        "event_count = event_count + 1 WHERE id = ? RETURNING event_count",
                        {to_milliseconds(now), job.id}));
  return insert_event(session, job.id, rows.front().integer(0), now, "state",
                      fmt::format("cancelled by {}", by));
}

Status ask_running(SqlSession& session, const Job& job, Instant now, std::string_view by) {
  if (job.cancel_requested) return {};
  const SqlRows rows =
      TRY(session.query("UPDATE jobs SET cancel_requested = 1, event_count = event_count + 1 WHERE id = ? "
                        "RETURNING event_count",
                        {job.id}));
  return insert_event(session, job.id, rows.front().integer(0), now, "state",
                      fmt::format("{} asked to cancel it", by));
}

}  // namespace

Result<Job> JobQueue::request_cancel(std::string_view id, std::string_view by) {
  const Instant now = clock_.now();
  return database_.write([&](SqlSession& session) -> Result<Job> {
    // Held until the end, or it could be taken up between the look and the write.
    const Job job = TRY(find_job(session, id, session.for_update()));
    if (job.state == JobState::kQueued) TRY(cancel_queued(session, job, now, by));
    if (job.state == JobState::kRunning) TRY(ask_running(session, job, now, by));
    return find_job(session, id);
  });
}

Result<std::vector<std::string>> JobQueue::cancel_requests(std::string_view worker) {
  return database_.read([&](SqlSession& session) -> Result<std::vector<std::string>> {
    const SqlRows rows = TRY(
        session.query("SELECT id FROM jobs WHERE state = 'running' AND worker = ? AND cancel_requested = 1",
                      {std::string(worker)}));
    std::vector<std::string> ids;
    for (const SqlRow& row : rows) ids.push_back(row.text(0));
    return ids;
  });
}

}  // namespace skyhold
