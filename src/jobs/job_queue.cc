#include "jobs/job_queue.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/utf8.h"
#include "db/migrations.h"
#include "jobs/job_row.h"
#include "jobs/job_tables.h"
#include "model/ids.h"

namespace skyhold {
namespace {

constexpr int kMostPageJobs = 500;

// What the queue itself says of a new job, whatever the caller's value held.
Job as_new(Job job, Instant now) {
  if (job.id.empty()) job.id = new_id("jb", now);
  job.state = JobState::kQueued;
  job.created_at = now;
  return job;
}

Status check(const Job& job) {
  if (job.region.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a job without a region", "no worker would ever take it");
  }
  if (job.parameters.size() > kMostJsonBytes || !is_utf8(job.parameters)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the parameters of a job are not UTF-8 or longer than {} bytes", kMostJsonBytes));
  }
  return {};
}

Status insert_job(SqlSession& session, const Job& job) {
  const std::int64_t inserted = TRY(session.execute(
      "INSERT INTO jobs (id, kind, state, priority, project, branch, region, database_server, backup_id, "
      "created_by, unique_key, created_at_ms, not_before_ms, attempt, lost_leases, worker, fence, "
      "cancel_requested, event_count, phase, done_bytes, total_bytes, done_items, total_items, "
      "rate_bytes_per_second, parameters, result, error_message, error_hint) "
      "VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '', 0, 0, 1, '', 0, 0, 0, 0, 0, ?, '', "
      "'', '') "
      "ON CONFLICT (id) DO NOTHING",
      {job.id, std::string(to_string(job.kind)), static_cast<std::int64_t>(job.priority), job.project,
       job.branch, job.region, job.database_server, job.backup_id, job.created_by, job.unique_key,
       to_milliseconds(job.created_at), time_or_null(job.not_before), job.parameters}));
  if (inserted == 0) return fail(ErrorCode::kAlreadyExists, fmt::format("there is a job {} already", job.id));
  return insert_event(session, job.id, 1, job.created_at, "state",
                      job.created_by.empty() ? "queued" : fmt::format("queued by {}", job.created_by));
}

Result<std::string> find_key(SqlSession& session, std::string_view unique_key) {
  const SqlRows rows =
      TRY(session.query("SELECT job FROM job_keys WHERE unique_key = ?", {std::string(unique_key)}));
  if (rows.empty()) return fail(ErrorCode::kNotFound, fmt::format("no job was made for {}", unique_key));
  return rows.front().text(0);
}

Status claim_key(SqlSession& session, const Job& job) {
  const std::int64_t claimed =
      TRY(session.execute("INSERT INTO job_keys (unique_key, job, created_at_ms) VALUES (?, ?, ?) ON "
                          "CONFLICT (unique_key) DO NOTHING",
                          {job.unique_key, job.id, to_milliseconds(job.created_at)}));
  if (claimed == 1) return {};
  return fail(
      ErrorCode::kAlreadyExists,
      fmt::format("job {} was made for {} already", TRY(find_key(session, job.unique_key)), job.unique_key),
      "it happens once; look at that job");
}

Result<std::string> insert_new(SqlSession& session, const Job& job) {
  if (!job.unique_key.empty()) TRY(claim_key(session, job));
  TRY(insert_job(session, job));
  return job.id;
}

// The places of these in a statement: "?, ?".
std::string add_kinds(const std::vector<JobKind>& kinds, SqlParameters& parameters) {
  std::string places;
  for (const JobKind kind : kinds) {
    places += places.empty() ? "?" : ", ?";
    parameters.emplace_back(std::string(to_string(kind)));
  }
  return places;
}

// The oldest one.
Result<std::optional<Job>> find_active(SqlSession& session, const Job& like,
                                       const std::vector<JobKind>& kinds) {
  SqlParameters parameters{like.project, like.branch, like.branch};
  const std::string places = add_kinds(kinds, parameters);
  const SqlRows rows = TRY(session.query(
      fmt::format("SELECT {} FROM jobs WHERE project = ? AND (? = '' OR branch = ?) AND kind IN ({}) AND "
                  "(state = 'queued' OR state = 'running') ORDER BY id LIMIT 1",
                  kJobColumns, places),
      parameters));
  if (rows.empty()) return std::nullopt;
  return TRY(read_job(rows.front()));
}

// The WHERE of a page, and its parameters.
struct Conditions {
  std::string sql = "1 = 1";
  SqlParameters parameters{};

  void add(std::string_view condition) { sql += fmt::format(" AND {}", condition); }
  void add(std::string_view condition, std::string_view value) {
    add(condition);
    parameters.emplace_back(std::string(value));
  }
};

Conditions conditions_of(const JobFilter& filter, std::string_view after) {
  Conditions conditions;
  if (!filter.project.empty()) conditions.add("project = ?", filter.project);
  if (!filter.branch.empty()) conditions.add("branch = ?", filter.branch);
  if (!filter.kinds.empty()) {
    conditions.add(fmt::format("kind IN ({})", add_kinds(filter.kinds, conditions.parameters)));
  }
  if (filter.state) conditions.add("state = ?", to_string(*filter.state));
  if (filter.active) conditions.add("(state = 'queued' OR state = 'running')");
  if (!after.empty()) conditions.add("id < ?", after);
  return conditions;
}

}  // namespace

Result<std::unique_ptr<JobQueue>> JobQueue::open(SqlDatabase& database, const Clock& clock,
                                                 const JobQueueOptions& options) {
  TRY(migrate(database, "jobs", job_migrations()));
  return std::unique_ptr<JobQueue>(new JobQueue(database, clock, options));
}

Result<std::string> JobQueue::enqueue(Job job) {
  TRY(check(job));
  const Job made = as_new(std::move(job), clock_.now());
  return database_.write([&](SqlSession& session) { return insert_new(session, made); });
}

Result<JobQueue::Enqueued> JobQueue::enqueue_alone(Job job, const std::vector<JobKind>& among) {
  SKYHOLD_ASSERT(!among.empty());
  TRY(check(job));
  const Job made = as_new(std::move(job), clock_.now());
  return database_.write([&](SqlSession& session) -> Result<Enqueued> {
    TRY(wait_for_turn(session));
    std::optional<Job> first = TRY(find_active(session, made, among));
    if (first) return Enqueued{.id = {}, .in_the_way = std::move(first)};
    return Enqueued{.id = TRY(insert_new(session, made)), .in_the_way = {}};
  });
}

Result<std::string> JobQueue::job_of_key(std::string_view unique_key) {
  return database_.read([&](SqlSession& session) { return find_key(session, unique_key); });
}

Result<Job> JobQueue::job(std::string_view id) {
  return database_.read([&](SqlSession& session) { return find_job(session, id); });
}

Result<JobQueue::JobPage> JobQueue::jobs(const JobFilter& filter, int limit, std::string_view after) {
  const int most = std::clamp(limit, 1, kMostPageJobs);
  Conditions conditions = conditions_of(filter, after);
  conditions.parameters.emplace_back(std::int64_t{most} + 1);  // one more, to know whether there is more
  const std::string sql =
      fmt::format("SELECT {} FROM jobs WHERE {} ORDER BY id DESC LIMIT ?", kJobColumns, conditions.sql);
  return database_.read([&](SqlSession& session) -> Result<JobPage> {
    const SqlRows rows = TRY(session.query(sql, conditions.parameters));
    JobPage page{TRY(read_jobs(rows)), {}};
    if (page.items.size() > static_cast<std::size_t>(most)) {
      page.items.pop_back();
      page.next = page.items.back().id;
    }
    return page;
  });
}

Result<std::vector<Job>> JobQueue::ended_since(Instant since, int limit) {
  return database_.read([&](SqlSession& session) -> Result<std::vector<Job>> {
    return read_jobs(TRY(session.query(
        fmt::format("SELECT {} FROM jobs WHERE finished_at_ms IS NOT NULL AND finished_at_ms >= ? "
                    "ORDER BY finished_at_ms, id LIMIT ?",
                    kJobColumns),
        {to_milliseconds(since), std::int64_t{limit}})));
  });
}

Result<JobQueue::JobCounts> JobQueue::counts(Instant failed_since) {
  return database_.read([&](SqlSession& session) -> Result<JobCounts> {
    const SqlRows rows = TRY(session.query(
        "SELECT (SELECT COUNT(*) FROM jobs WHERE state = 'queued'), (SELECT COUNT(*) FROM jobs WHERE state = "
        "'running'), (SELECT COUNT(*) FROM jobs WHERE finished_at_ms IS NOT NULL AND finished_at_ms >= ? AND "
        "state = 'failed')",
        {to_milliseconds(failed_since)}));
    return JobCounts{rows.front().integer(0), rows.front().integer(1), rows.front().integer(2)};
  });
}

Result<std::vector<Job>> JobQueue::waiting(std::string_view region) {
  const std::int64_t now = to_milliseconds(clock_.now());
  return database_.read([&](SqlSession& session) -> Result<std::vector<Job>> {
    return read_jobs(TRY(session.query(
        fmt::format("SELECT {} FROM jobs WHERE state = 'queued' AND region = ? "
                    "AND (not_before_ms IS NULL OR not_before_ms <= ?) ORDER BY priority, created_at_ms, id",
                    kJobColumns),
        {std::string(region), now})));
  });
}

Result<std::vector<Job>> JobQueue::running() {
  return database_.read([&](SqlSession& session) -> Result<std::vector<Job>> {
    return read_jobs(TRY(session.query(
        fmt::format("SELECT {} FROM jobs WHERE state = 'running' ORDER BY started_at_ms, id", kJobColumns))));
  });
}

}  // namespace skyhold
