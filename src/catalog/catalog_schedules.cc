#include <chrono>

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "catalog/catalog_checks.h"
#include "catalog/catalog_rows.h"
#include "catalog/catalog_session.h"
#include "db/sql_values.h"

namespace skyhold {
namespace {

// Runs are kept so that none happens twice; after so long the newest one alone says that.
constexpr std::chrono::hours kRunsAreKept{8 * 24};

Result<std::optional<Schedule>> schedule_in(SqlSession& session, std::string_view id) {
  const auto row = TRY(first_row(
      session, fmt::format("SELECT {} FROM schedules WHERE id = ?", kScheduleColumns), {std::string(id)}));
  if (!row) return std::nullopt;
  return TRY(schedule_from(*row));
}

// A named branch must be there. One that is refreshed loses what it holds, so it must not be production.
Status check_branches_of(SqlSession& session, const Schedule& schedule) {
  for (const std::string& name : {schedule.branch, schedule.refresh_source}) {
    if (name.empty() || name == kProductionBranch) continue;
    const auto row = TRY(first_row(session, "SELECT type FROM branches WHERE project = ? AND name = ?",
                                   {schedule.project, name}));
    if (!row) {
      return fail(ErrorCode::kNotFound, fmt::format("project {} has no branch {}", schedule.project, name),
                  "list its branches to see their names");
    }
    const bool production = row->text(0) == to_string(BranchType::kProduction);
    if (production && name == schedule.branch && !schedule.refresh_source.empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("branch {} is production and cannot be refreshed from another branch", name),
                  "restore a backup onto it by hand");
    }
  }
  return {};
}

// What was due before a change is not due because of it.
Instant active_since(const Schedule& schedule, const std::optional<Schedule>& before, Instant now) {
  if (!before) return schedule.created_at;
  const bool same = before->cron == schedule.cron && before->branch == schedule.branch &&
                    before->refresh_source == schedule.refresh_source;
  const bool switched_on = schedule.enabled && !before->enabled;
  return same && !switched_on ? before->active_since : now;
}

}  // namespace

Status Catalog::put_schedule(const Schedule& given) {
  TRY(check_schedule(given));
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(require_project(session, given.project));
    TRY(check_branches_of(session, given));
    const std::optional<Schedule> before = TRY(schedule_in(session, given.id));
    if (before && before->project != given.project) {
      return fail(ErrorCode::kAlreadyExists, fmt::format("schedule {} is one of another project", given.id));
    }
    Schedule schedule = given;
    schedule.created_at = before ? before->created_at : or_now(given.created_at, clock_);
    schedule.active_since = active_since(schedule, before, clock_.now());
    return insert_rows(session, "schedules", kScheduleColumns, {parameters_of(schedule)},
                       " ON CONFLICT (id) DO UPDATE SET branch = excluded.branch, cron = excluded.cron, "
                       "refresh_source = excluded.refresh_source, enabled = excluded.enabled, "
                       "active_since_at_ms = excluded.active_since_at_ms");
  });
}

Result<std::vector<Schedule>> Catalog::schedules(std::string_view project) {
  return database_.read([&](SqlSession& session) -> Result<std::vector<Schedule>> {
    TRY(require_project(session, project));
    const SqlRows rows = TRY(
        session.query(fmt::format("SELECT {} FROM schedules WHERE project = ? ORDER BY id", kScheduleColumns),
                      {std::string(project)}));
    return records_from(rows, schedule_from);
  });
}

Result<std::vector<Schedule>> Catalog::enabled_schedules() {
  return database_.read([&](SqlSession& session) -> Result<std::vector<Schedule>> {
    const SqlRows rows = TRY(
        session.query(fmt::format("SELECT {} FROM schedules WHERE enabled = 1 AND project IN (SELECT name "
                                  "FROM projects WHERE paused = 0) ORDER BY project, id",
                                  kScheduleColumns)));
    return records_from(rows, schedule_from);
  });
}

Status Catalog::delete_schedule(std::string_view project, std::string_view id) {
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(require_project(session, project));
    const std::int64_t deleted = TRY(session.execute("DELETE FROM schedules WHERE project = ? AND id = ?",
                                                     {std::string(project), std::string(id)}));
    if (deleted == 0) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("project {} has no schedule {}", project, clean_text(id, 80)),
                  "list its schedules to see their ids");
    }
    TRY(session.execute("DELETE FROM scheduled_runs WHERE schedule = ?", {std::string(id)}));
    return {};
  });
}

// Not a change that the catalog's own backup must hold: what was run shows in the backups.
Status Catalog::record_run(const ScheduledRun& run) {
  TRY(check_id("the schedule of a run", run.schedule));
  TRY(check_slug("the branch of a run", run.branch));
  TRY(check_given_text("the occurrence of a run", run.occurrence, kMostKeyBytes));
  TRY(check_text("the job of a run", run.job, kMostKeyBytes));
  return database_.write([&](SqlSession& session) -> Status {
    const std::int64_t made = TRY(session.execute(
        "INSERT INTO scheduled_runs (schedule, branch, occurrence, attempt, job, run_at_ms) VALUES (?, ?, ?, "
        "?, ?, ?) ON CONFLICT (schedule, branch, occurrence, attempt) DO NOTHING",
        {run.schedule, run.branch, run.occurrence, std::int64_t{run.attempt}, run.job, sql_time(run.at)}));
    if (made == 0) {
      return fail(ErrorCode::kAlreadyExists,
                  fmt::format("schedule {} has run for {} at {} already (attempt {})", run.schedule,
                              run.branch, run.occurrence, run.attempt));
    }
    TRY(session.execute(
        "DELETE FROM scheduled_runs WHERE schedule = ? AND branch = ? AND run_at_ms < ? AND occurrence < ?",
        {run.schedule, run.branch, sql_time(run.at - kRunsAreKept), run.occurrence}));
    return {};
  });
}

Result<std::vector<ScheduledRun>> Catalog::last_runs() {
  return database_.read([](SqlSession& session) -> Result<std::vector<ScheduledRun>> {
    const SqlRows rows = TRY(session.query(
        "SELECT schedule, branch, occurrence, job, attempt, run_at_ms FROM (SELECT schedule, branch, "
        "occurrence, job, attempt, run_at_ms, ROW_NUMBER() OVER (PARTITION BY schedule, branch ORDER BY "
        "occurrence DESC, attempt DESC) AS place FROM scheduled_runs) AS ranked WHERE place = 1 ORDER BY "
        "schedule, branch"));
    std::vector<ScheduledRun> runs;
    for (const SqlRow& row : rows) {
      runs.push_back({row.text(0), row.text(1), row.text(2), row.text(3), static_cast<int>(row.integer(4)),
                      time_at(row, 5)});
    }
    return runs;
  });
}

}  // namespace skyhold
