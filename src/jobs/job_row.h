// Jobs as rows, and the writes that several parts of the queue share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "db/sql_database.h"
#include "jobs/job_queue.h"
#include "model/job.h"

namespace skyhold {

// What is said of one job: more is cut, and more events are not kept (states always are).
inline constexpr std::size_t kMostEventBytes = 4000;
inline constexpr std::int64_t kMostEvents = 2000;
inline constexpr std::size_t kMostJsonBytes = std::size_t{1} << 20;

std::int64_t to_milliseconds(Instant instant);
Instant from_milliseconds(std::int64_t milliseconds);
SqlValue time_or_null(const std::optional<Instant>& instant);
SqlValue text_or_null(const std::optional<std::string>& text);

// Text that both databases take: an error about a file with an odd name must not be what keeps
// its job from ending. Bytes that are not UTF-8 and NUL become '?'.
std::string storable_text(std::string_view text, std::size_t most_bytes = kMostEventBytes);

// Columns for SELECT and RETURNING, in the order that read_job() expects.
extern const std::string_view kJobColumns;
// Those that a choice needs come first, so that ten thousand queued jobs are read in no time.
extern const std::string_view kChoiceColumns;
Result<Job> read_job(const SqlRow& row);
Result<Job> read_choice(const SqlRow& row);
Result<std::vector<Job>> read_jobs(const SqlRows& rows, Result<Job> (*read)(const SqlRow&) = read_job);

// kNotFound. `lock` is session.for_update() where the row must not change meanwhile.
Result<Job> find_job(SqlSession& session, std::string_view id, std::string_view lock = {});

// From here to the end of the transaction nobody else has the turn, in any process.
Status wait_for_turn(SqlSession& session);

// "UPDATE jobs SET … WHERE" the lease holds the job. The row's event_count and cancel_requested
// after it; no value when the lease does not hold it any more.
struct HeldRow {
  std::int64_t event_count = 0;
  bool cancel_requested = false;
};
Result<std::optional<HeldRow>> update_held(SqlSession& session, const JobLease& lease,
                                           std::string_view assignments, SqlParameters parameters);
// Whether a write that we were not told the outcome of has brought the job there already.
Result<bool> ended_as(SqlSession& session, const JobLease& lease, JobState state);
tl::unexpected<Error> lost_lease(const JobLease& lease);

// A write of a holder: kBusy is for a lost lease alone, so the database's own (a lock not had in
// time) becomes kUnavailable. `body` gives false when the lease does not hold.
template <typename Body>
Status write_held(SqlDatabase& database, const JobLease& lease, const Body& body);

// `sequence` is the event_count that its job was just given.
Status insert_event(SqlSession& session, std::string_view job, std::int64_t sequence, Instant at,
                    std::string_view kind, std::string_view text);

// ---- implementation
Error without_busy(Error error);

template <typename Body>
Status write_held(SqlDatabase& database, const JobLease& lease, const Body& body) {
  const Result<bool> held = database.write(body);
  if (!held) return fail(without_busy(held.error()));
  if (!*held) return lost_lease(lease);
  return {};
}

}  // namespace skyhold
