// What the holder of a job writes, and who may end it.
#include <cmath>

#include <fmt/format.h>

#include "base/utf8.h"
#include "jobs/job_queue.h"
#include "jobs/job_row.h"

namespace skyhold {
namespace {

// The holder's last word. Said twice it is true once: the answer to the first may have been lost.
Result<bool> end_held(SqlSession& session, const JobLease& lease, JobState state, Instant now,
                      std::string_view assignments, SqlParameters parameters, std::string_view story) {
  const std::string all = fmt::format(
      "{}, state = ?, finished_at_ms = ?, lease_until_ms = NULL, event_count = event_count + 1", assignments);
  parameters.insert(parameters.end(), {std::string(to_string(state)), to_milliseconds(now)});
  const std::optional<HeldRow> held = TRY(update_held(session, lease, all, std::move(parameters)));
  if (!held) return ended_as(session, lease, state);
  TRY(insert_event(session, lease.job, held->event_count, now, "state", story));
  return true;
}

}  // namespace

Result<bool> JobQueue::heartbeat(const JobLease& lease) {
  bool cancel_requested = false;
  const auto renew = [&](SqlSession& session) -> Result<bool> {
    const SqlParameters until{to_milliseconds(clock_.now() + options_.lease)};
    const std::optional<HeldRow> held = TRY(update_held(session, lease, "lease_until_ms = ?", until));
    if (held) cancel_requested = held->cancel_requested;
    return held.has_value();
  };
  TRY(write_held(database_, lease, renew));
  return cancel_requested;
}

Status JobQueue::report(const JobLease& lease, const Progress& progress, double rate_bytes_per_second) {
  const auto count = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const SqlParameters parameters{
      storable_text(progress.phase), count(progress.done_bytes),
      count(progress.total_bytes),   count(progress.done_items),
      count(progress.total_items),   std::int64_t{std::llround(rate_bytes_per_second)}};
  return write_held(database_, lease, [&](SqlSession& session) -> Result<bool> {
    const auto held = TRY(update_held(session, lease,
                                      "phase = ?, done_bytes = ?, total_bytes = ?, done_items = ?, "
                                      "total_items = ?, rate_bytes_per_second = ?",
                                      parameters));
    return held.has_value();
  });
}

Status JobQueue::succeed(const JobLease& lease, std::string_view result_json) {
  if (result_json.size() > kMostJsonBytes || !is_utf8(result_json)) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the result of job {} is not UTF-8 or longer than {} bytes", lease.job, kMostJsonBytes));
  }
  return write_held(database_, lease, [&](SqlSession& session) {
    return end_held(session, lease, JobState::kSucceeded, clock_.now(), "result = ?",
                    {std::string(result_json)}, "succeeded");
  });
}

Status JobQueue::end_with_error(const JobLease& lease, const Error& error) {
  const bool cancelled = error.code == ErrorCode::kCancelled;
  const JobState state = cancelled ? JobState::kCancelled : JobState::kFailed;
  return write_held(database_, lease, [&](SqlSession& session) {
    return end_held(
        session, lease, state, clock_.now(), "error_code = ?, error_message = ?, error_hint = ?",
        {std::string(traits(error.code).name), storable_text(error.message), storable_text(error.hint)},
        fmt::format("{}: {}", to_string(state), error.message));
  });
}

Status JobQueue::release(const JobLease& lease) {
  const Instant now = clock_.now();
  return write_held(database_, lease, [&](SqlSession& session) -> Result<bool> {
    const std::optional<HeldRow> held = TRY(
        update_held(session, lease,
                    "state = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'queued' END, "
                    "finished_at_ms = CASE WHEN cancel_requested = 1 THEN CAST(? AS BIGINT) ELSE NULL END, "
                    "lease_until_ms = NULL, rate_bytes_per_second = 0, event_count = event_count + 1",
                    {to_milliseconds(now)}));
    if (!held) {
      return TRY(ended_as(session, lease, JobState::kQueued)) ||
             TRY(ended_as(session, lease, JobState::kCancelled));
    }
    TRY(insert_event(
        session, lease.job, held->event_count, now, "state",
        held->cancel_requested ? "cancelled" : fmt::format("given back by worker {}", lease.worker)));
    return true;
  });
}

}  // namespace skyhold
