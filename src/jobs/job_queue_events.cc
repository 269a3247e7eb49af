#include <algorithm>

#include "jobs/job_queue.h"
#include "jobs/job_row.h"

namespace skyhold {
namespace {

constexpr int kMostPageEvents = 1000;

Result<std::vector<JobEvent>> find_events(SqlSession& session, std::string_view job, std::int64_t after,
                                          int limit) {
  const SqlRows rows = TRY(
      session.query("SELECT sequence, at_ms, kind, message FROM job_events WHERE job = ? AND sequence > ? "
                    "ORDER BY sequence LIMIT ?",
                    {std::string(job), after, std::int64_t{std::clamp(limit, 1, kMostPageEvents)}}));
  std::vector<JobEvent> events;
  events.reserve(rows.size());
  for (const SqlRow& row : rows) {
    events.push_back({row.integer(0), from_milliseconds(row.integer(1)), row.text(2), row.text(3)});
  }
  return events;
}

}  // namespace

Status JobQueue::add_event(const JobLease& lease, std::string_view kind, std::string_view text) {
  return add_events(lease, {JobEvent{0, clock_.now(), std::string(kind), std::string(text)}});
}

Status JobQueue::add_events(const JobLease& lease, const std::vector<JobEvent>& events) {
  if (events.empty()) return {};
  const auto count = static_cast<std::int64_t>(events.size());
  return write_held(database_, lease, [&](SqlSession& session) -> Result<bool> {
    const std::optional<HeldRow> held =
        TRY(update_held(session, lease, "event_count = event_count + ?", {count}));
    if (!held) return false;
    std::int64_t sequence = held->event_count - count;
    for (const JobEvent& event : events) {
      TRY(insert_event(session, lease.job, ++sequence, event.at, event.kind, event.text));
    }
    return true;
  });
}

Result<std::vector<JobEvent>> JobQueue::events(std::string_view job, std::int64_t after_sequence, int limit) {
  return database_.read(
      [&](SqlSession& session) { return find_events(session, job, after_sequence, limit); });
}

Result<JobQueue::JobNews> JobQueue::news(std::string_view job, std::int64_t after_sequence, int limit) {
  return database_.read([&](SqlSession& session) -> Result<JobNews> {
    JobNews news;
    news.job = TRY(find_job(session, job));
    news.events = TRY(find_events(session, job, after_sequence, limit));
    return news;
  });
}

}  // namespace skyhold
