#include "jobs/job_queue.h"
#include "jobs/job_row.h"

namespace skyhold {

Status JobQueue::seen(const WorkerRecord& worker) {
  const SqlParameters parameters{worker.name,
                                 worker.region,
                                 worker.version,
                                 to_milliseconds(worker.started_at),
                                 to_milliseconds(worker.seen_at),
                                 std::int64_t{worker.running_jobs}};
  return database_.write([&](SqlSession& session) -> Status {
    TRY(session.execute(
        "INSERT INTO job_workers (name, region, version, started_at_ms, seen_at_ms, running_jobs) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET region = excluded.region, "
        "version = excluded.version, started_at_ms = excluded.started_at_ms, "
        "seen_at_ms = excluded.seen_at_ms, running_jobs = excluded.running_jobs",
        parameters));
    return {};
  });
}

Status JobQueue::left(std::string_view worker) {
  return database_.write([&](SqlSession& session) -> Status {
    TRY(session.execute("DELETE FROM job_workers WHERE name = ?", {std::string(worker)}));
    return {};
  });
}

Result<std::vector<WorkerRecord>> JobQueue::workers() {
  return database_.read([&](SqlSession& session) -> Result<std::vector<WorkerRecord>> {
    const SqlRows rows =
        TRY(session.query("SELECT name, region, version, started_at_ms, seen_at_ms, running_jobs FROM "
                          "job_workers ORDER BY name"));
    std::vector<WorkerRecord> workers;
    for (const SqlRow& row : rows) {
      workers.push_back({row.text(0), row.text(1), row.text(2), from_milliseconds(row.integer(3)),
                         from_milliseconds(row.integer(4)), static_cast<int>(row.integer(5))});
    }
    return workers;
  });
}

}  // namespace skyhold
