#include <fmt/format.h>

#include "jobs/job_queue.h"
#include "jobs/job_row.h"

namespace skyhold {
namespace {

constexpr std::string_view kReady =
    "state = 'queued' AND (region = ? OR ? = '') AND (not_before_ms IS NULL OR not_before_ms <= ?)";

// Whether it is worth while to wait for the turn. A worker that idles asks this every second.
Result<bool> anything_ready(SqlSession& session, const SqlParameters& ready) {
  const SqlRows rows = TRY(session.query(fmt::format("SELECT id FROM jobs WHERE {} LIMIT 1", kReady), ready));
  return !rows.empty();
}

Result<std::vector<std::string>> choose_now(SqlSession& session, const SqlParameters& ready,
                                            const JobQueue::Choose& choose) {
  const SqlRows waiting =
      TRY(session.query(fmt::format("SELECT {} FROM jobs WHERE {} ORDER BY priority, created_at_ms, id",
                                    kChoiceColumns, kReady),
                        ready));
  if (waiting.empty()) return std::vector<std::string>{};
  const SqlRows busy =
      TRY(session.query(fmt::format("SELECT {} FROM jobs WHERE state = 'running'", kChoiceColumns)));
  const std::vector<Job> queued = TRY(read_jobs(waiting, read_choice));
  const std::vector<Job> running = TRY(read_jobs(busy, read_choice));
  return choose(queued, running);
}

// No value when it is not there to be taken any more: somebody cancelled it meanwhile.
Result<std::optional<Job>> take_up(SqlSession& session, const std::string& id, std::string_view worker,
                                   Instant now, std::chrono::seconds lease, const SqlParameters& ready) {
  SqlParameters parameters{std::string(worker), to_milliseconds(now), to_milliseconds(now + lease), id};
  parameters.insert(parameters.end(), ready.begin(), ready.end());
  const SqlRows rows = TRY(session.query(
      fmt::format(
          "UPDATE jobs SET state = 'running', worker = ?, started_at_ms = ?, lease_until_ms = ?, "
          "fence = fence + 1, attempt = attempt + 1, event_count = event_count + 1, phase = '', "
          "done_bytes = 0, total_bytes = 0, done_items = 0, total_items = 0, rate_bytes_per_second = 0 "
          "WHERE id = ? AND {} RETURNING {}, event_count",
          kReady, kJobColumns),
      parameters));
  if (rows.empty()) return std::nullopt;
  const SqlRow& row = rows.front();
  Job job = TRY(read_job(row));
  TRY(insert_event(session, id, row.integer(row.size() - 1), now, "state",
                   fmt::format("taken up by worker {} (attempt {})", worker, job.attempt)));
  return job;
}

}  // namespace

Result<std::optional<TakenJob>> JobQueue::take(std::string_view worker, std::string_view region,
                                               const Choose& choose) {
  const Instant now = clock_.now();
  const SqlParameters ready{std::string(region), std::string(region), to_milliseconds(now)};
  const bool any = TRY(database_.read([&](SqlSession& session) { return anything_ready(session, ready); }));
  if (!any) return std::nullopt;
  return database_.write([&](SqlSession& session) -> Result<std::optional<TakenJob>> {
    TRY(wait_for_turn(session));
    const std::vector<std::string> order = TRY(choose_now(session, ready, choose));
    for (const std::string& id : order) {
      std::optional<Job> job = TRY(take_up(session, id, worker, clock_.now(), options_.lease, ready));
      if (!job) continue;
      JobLease lease{id, std::string(worker), job->fence};
      return TakenJob{std::move(*job), std::move(lease)};
    }
    return std::nullopt;
  });
}

}  // namespace skyhold
