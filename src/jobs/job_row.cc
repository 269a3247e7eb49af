#include "jobs/job_row.h"

#include <chrono>

#include <fmt/format.h>

#include "base/utf8.h"

namespace skyhold {
namespace {

constexpr std::string_view kEveryColumn =
    "id, kind, state, priority, project, branch, region, database_server, backup_id, created_by, "
    "unique_key, created_at_ms, not_before_ms, started_at_ms, attempt, worker, lease_until_ms, fence, "
    "cancel_requested, finished_at_ms, phase, done_bytes, total_bytes, done_items, total_items, "
    "rate_bytes_per_second, parameters, result, error_code, error_message, error_hint";
constexpr std::size_t kChoiceColumnCount = 19;

constexpr std::string_view first_columns(std::string_view columns, std::size_t count) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < count; ++i) end = columns.find(", ", end + 1);
  return columns.substr(0, end);
}

// Hands out a row's columns from left to right.
class ColumnReader {
 public:
  explicit ColumnReader(const SqlRow& row) : row_(row) {}
  std::int64_t integer() { return row_.integer(next_++); }
  std::uint64_t count() { return static_cast<std::uint64_t>(integer()); }
  const std::string& text() { return row_.text(next_++); }
  Instant instant() { return from_milliseconds(integer()); }
  std::optional<Instant> optional_instant() {
    const std::optional<std::int64_t> value = row_.optional_integer(next_++);
    if (!value) return std::nullopt;
    return from_milliseconds(*value);
  }
  std::optional<std::string> optional_text() { return row_.optional_text(next_++); }

 private:
  const SqlRow& row_;
  std::size_t next_ = 0;
};

Result<void> read_choice_columns(ColumnReader& column, Job& job) {
  job.id = column.text();
  job.kind = TRY(parse_job_kind(column.text()));
  job.state = TRY(parse_job_state(column.text()));
  job.priority = static_cast<JobPriority>(column.integer());
  job.project = column.text();
  job.branch = column.text();
  job.region = column.text();
  job.database_server = column.text();
  job.backup_id = column.text();
  job.created_by = column.text();
  job.unique_key = column.text();
  job.created_at = column.instant();
  job.not_before = column.optional_instant();
  job.started_at = column.optional_instant();
  job.attempt = static_cast<int>(column.integer());
  job.worker = column.text();
  job.lease_until = column.optional_instant();
  job.fence = column.integer();
  job.cancel_requested = column.integer() != 0;
  return {};
}

ErrorCode error_code_of(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    if (traits(static_cast<ErrorCode>(code)).name == name) return static_cast<ErrorCode>(code);
  }
  return ErrorCode::kInternal;  // written by a newer program
}

}  // namespace

const std::string_view kJobColumns = kEveryColumn;
const std::string_view kChoiceColumns = first_columns(kEveryColumn, kChoiceColumnCount);

std::int64_t to_milliseconds(Instant instant) {
  return std::chrono::floor<std::chrono::milliseconds>(instant.time_since_epoch()).count();
}

Instant from_milliseconds(std::int64_t milliseconds) {
  return Instant{std::chrono::milliseconds{milliseconds}};
}

SqlValue time_or_null(const std::optional<Instant>& instant) {
  if (!instant) return nullptr;
  return to_milliseconds(*instant);
}

SqlValue text_or_null(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  return *text;
}

std::string storable_text(std::string_view text, std::size_t most_bytes) {
  const bool too_long = text.size() > most_bytes;
  std::string stored(text.substr(0, most_bytes));
  if (too_long) {
    // A character that was cut in two goes whole.
    while (!stored.empty() && (static_cast<unsigned char>(stored.back()) & 0xC0U) == 0x80U) stored.pop_back();
    if (!stored.empty() && static_cast<unsigned char>(stored.back()) >= 0xC0U) stored.pop_back();
    stored += "…";
  }
  const bool utf8 = is_utf8(stored);
  for (char& character : stored) {
    if (character == '\0' || (!utf8 && static_cast<unsigned char>(character) >= 0x80U)) character = '?';
  }
  return stored;
}

Result<Job> read_choice(const SqlRow& row) {
  ColumnReader column(row);
  Job job;
  TRY(read_choice_columns(column, job));
  return job;
}

Result<Job> read_job(const SqlRow& row) {
  ColumnReader column(row);
  Job job;
  TRY(read_choice_columns(column, job));
  job.finished_at = column.optional_instant();
  job.progress.phase = column.text();
  job.progress.done_bytes = column.count();
  job.progress.total_bytes = column.count();
  job.progress.done_items = column.count();
  job.progress.total_items = column.count();
  job.rate_bytes_per_second = static_cast<double>(column.integer());
  job.parameters = column.text();
  job.result = column.text();
  const std::optional<std::string> code = column.optional_text();
  const std::string& message = column.text();
  const std::string& hint = column.text();
  if (code) job.error = Error{error_code_of(*code), message, hint};
  return job;
}

Result<std::vector<Job>> read_jobs(const SqlRows& rows, Result<Job> (*read)(const SqlRow&)) {
  std::vector<Job> jobs;
  jobs.reserve(rows.size());
  for (const SqlRow& row : rows) jobs.push_back(TRY(read(row)));
  return jobs;
}

Result<Job> find_job(SqlSession& session, std::string_view id, std::string_view lock) {
  const SqlRows rows = TRY(
      session.query(fmt::format("SELECT {} FROM jobs WHERE id = ?{}", kJobColumns, lock), {std::string(id)}));
  if (rows.empty()) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no job {}", id),
                "jobs that ended long ago are not kept");
  }
  return read_job(rows.front());
}

// An UPDATE and no SELECT FOR UPDATE: whatever the isolation, nobody then goes on with what he saw
// before his turn.
Status wait_for_turn(SqlSession& session) {
  TRY(session.execute("UPDATE job_turn SET turn = turn + 1 WHERE id = 1"));
  return {};
}

Result<std::optional<HeldRow>> update_held(SqlSession& session, const JobLease& lease,
                                           std::string_view assignments, SqlParameters parameters) {
  parameters.insert(parameters.end(), {lease.job, lease.worker, lease.fence});
  const SqlRows rows = TRY(session.query(
      fmt::format("UPDATE jobs SET {} WHERE id = ? AND worker = ? AND fence = ? AND state = 'running' "
                  "RETURNING event_count, cancel_requested",
                  assignments),
      parameters));
  if (rows.empty()) return std::nullopt;
  return HeldRow{rows.front().integer(0), rows.front().flag(1)};
}

Result<bool> ended_as(SqlSession& session, const JobLease& lease, JobState state) {
  const SqlRows rows =
      TRY(session.query("SELECT id FROM jobs WHERE id = ? AND worker = ? AND fence = ? AND state = ?",
                        {lease.job, lease.worker, lease.fence, std::string(to_string(state))}));
  return !rows.empty();
}

tl::unexpected<Error> lost_lease(const JobLease& lease) {
  return fail(
      ErrorCode::kBusy,
      fmt::format("job {} is no longer held by worker {} (fence {})", lease.job, lease.worker, lease.fence),
      "its lease ran out, or it was ended by somebody else; another worker may have it now");
}

Error without_busy(Error error) {
  if (error.code == ErrorCode::kBusy) error.code = ErrorCode::kUnavailable;
  return error;
}

Status insert_event(SqlSession& session, std::string_view job, std::int64_t sequence, Instant at,
                    std::string_view kind, std::string_view text) {
  std::string stored = storable_text(text);
  if (kind != "state") {
    if (sequence > kMostEvents) return {};
    if (sequence == kMostEvents)
      stored = fmt::format("more than {} events: the rest is not kept", kMostEvents);
  }
  TRY(session.execute(
      "INSERT INTO job_events (job, sequence, at_ms, kind, message) VALUES (?, ?, ?, ?, ?)",
      {std::string(job), sequence, to_milliseconds(at), std::string(kind), std::move(stored)}));
  return {};
}

}  // namespace skyhold
