// What is left when workers die: their jobs, and in the end the rows of all.
#include <fmt/format.h>

#include "jobs/job_queue.h"
#include "jobs/job_row.h"

namespace skyhold {
namespace {

constexpr std::int64_t kMostReaped = 200;  // in one transaction; the next call takes the next
constexpr std::int64_t kSweptAtOnce = 100;

struct LostJob {
  Job job;
  std::int64_t lost_leases = 0;  // this one included
};

Result<std::vector<LostJob>> find_lost(SqlSession& session, Instant now) {
  // Those that are locked are being renewed, ended or reaped this very moment.
  const SqlRows rows = TRY(session.query(
      fmt::format("SELECT {}, lost_leases FROM jobs WHERE state = 'running' AND lease_until_ms <= ? "
                  "ORDER BY lease_until_ms LIMIT ?{}",
                  kJobColumns, session.for_update_skip_locked()),
      {to_milliseconds(now), kMostReaped}));
  std::vector<LostJob> lost;
  for (const SqlRow& row : rows) lost.push_back({TRY(read_job(row)), row.integer(row.size() - 1) + 1});
  return lost;
}

struct Verdict {
  JobState state = JobState::kQueued;
  std::optional<Error> error{};
  std::string story;
};

Verdict judge(const LostJob& lost, const std::function<bool(const Job&)>& restartable, int most_attempts) {
  const std::string gone = fmt::format("worker {} was not heard of any more", lost.job.worker);
  if (lost.job.cancel_requested) return {JobState::kCancelled, {}, fmt::format("cancelled: {}", gone)};
  if (lost.lost_leases >= most_attempts) {
    return {JobState::kFailed,
            Error{ErrorCode::kUnavailable,
                  fmt::format("{}, and {} workers were lost with this job before it failed", gone,
                              lost.lost_leases),
                  "see in the workers' logs why they ended (memory?), then start it again"},
            fmt::format("failed: {}; {} workers were lost with it", gone, lost.lost_leases)};
  }
  if (!restartable || !restartable(lost.job)) {
    return {JobState::kFailed,
            Error{ErrorCode::kUnavailable, fmt::format("{} while it ran this job", gone),
                  "it is not begun anew by itself; look at its target, then start it again"},
            fmt::format("failed: {}", gone)};
  }
  return {JobState::kQueued, {}, fmt::format("queued again: {}", gone)};
}

Status apply(SqlSession& session, const LostJob& lost, const Verdict& verdict, Instant now) {
  std::optional<Instant> finished_at;
  if (is_over(verdict.state)) finished_at = now;
  std::optional<std::string> code;
  if (verdict.error) code = traits(verdict.error->code).name;
  const Error error = verdict.error.value_or(Error{});
  const SqlRows rows = TRY(session.query(
      "UPDATE jobs SET state = ?, finished_at_ms = ?, error_code = ?, error_message = ?, error_hint = ?, "
      "lease_until_ms = NULL, lost_leases = ?, rate_bytes_per_second = 0, event_count = event_count + 1 "
      "WHERE id = ? RETURNING event_count",
      {std::string(to_string(verdict.state)), time_or_null(finished_at), text_or_null(code), error.message,
       error.hint, lost.lost_leases, lost.job.id}));
  return insert_event(session, lost.job.id, rows.front().integer(0), now, "state", verdict.story);
}

Result<bool> anything_lost(SqlSession& session, Instant now) {
  const SqlRows rows = TRY(session.query(
      "SELECT id FROM jobs WHERE state = 'running' AND lease_until_ms <= ? LIMIT 1", {to_milliseconds(now)}));
  return !rows.empty();
}

// The number of jobs that it removed.
Result<std::size_t> sweep_some(SqlSession& session, Instant before) {
  const SqlRows rows = TRY(
      session.query(fmt::format("SELECT id FROM jobs WHERE finished_at_ms IS NOT NULL AND finished_at_ms < ? "
                                "ORDER BY finished_at_ms, id LIMIT ?{}",
                                session.for_update_skip_locked()),
                    {to_milliseconds(before), kSweptAtOnce}));
  for (const SqlRow& row : rows) {
    TRY(session.execute("DELETE FROM job_events WHERE job = ?", {row.text(0)}));
    TRY(session.execute("DELETE FROM jobs WHERE id = ?", {row.text(0)}));
  }
  return rows.size();
}

}  // namespace

Result<std::vector<Job>> JobQueue::reap(const std::function<bool(const Job&)>& restartable) {
  const Instant now = clock_.now();
  const bool any = TRY(database_.read([&](SqlSession& session) { return anything_lost(session, now); }));
  if (!any) return std::vector<Job>{};
  return database_.write([&](SqlSession& session) -> Result<std::vector<Job>> {
    std::vector<Job> ended;
    const std::vector<LostJob> all = TRY(find_lost(session, now));
    for (const LostJob& lost : all) {
      const Verdict verdict = judge(lost, restartable, options_.most_attempts);
      TRY(apply(session, lost, verdict, now));
      if (is_over(verdict.state)) ended.push_back(TRY(find_job(session, lost.job.id)));
    }
    return ended;
  });
}

Status JobQueue::sweep(std::chrono::hours older_than) {
  const Instant before = clock_.now() - older_than;
  // In small transactions: a writer that sweeps a year must not keep the heartbeats waiting.
  std::size_t swept = 0;
  do {
    swept = TRY(database_.write([&](SqlSession& session) { return sweep_some(session, before); }));
  } while (swept == static_cast<std::size_t>(kSweptAtOnce));
  return database_.write([&](SqlSession& session) -> Status {
    TRY(session.execute("DELETE FROM job_workers WHERE seen_at_ms < ?", {to_milliseconds(before)}));
    return {};
  });
}

}  // namespace skyhold
