// What was measured: sizes of stores, outcomes of verifications.
#include <chrono>

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "catalog/catalog_checks.h"
#include "catalog/catalog_rows.h"
#include "catalog/catalog_session.h"
#include "db/sql_values.h"

namespace skyhold {
namespace {

constexpr std::chrono::hours kUsageIsKept{750 * 24};  // two years, and a little
constexpr std::chrono::hours kVerificationsAreKept{400 * 24};
constexpr std::string_view kUsageColumns =
    "project, store, day, objects, bytes, source_bytes, measured_at_ms";

std::string day_of(Instant at) {
  return format_rfc3339(at).substr(0, std::string_view("2026-11-23").size());
}

Status check_usage(const std::vector<StoreUsage>& usage, std::int64_t source_bytes) {
  for (const StoreUsage& one : usage) {
    TRY(check_given_text("the store of a measurement", one.store, kMostStoreBytes));
    if (one.objects < 0 || one.bytes < 0 || source_bytes < 0) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("the measured size of store {} cannot be less than nothing", one.store));
    }
  }
  return {};
}

}  // namespace

// Not a change that the catalog's own backup must hold: it can be measured again.
Status Catalog::record_usage(std::string_view project, const std::vector<StoreUsage>& usage,
                             std::int64_t source_bytes) {
  TRY(check_usage(usage, source_bytes));
  std::vector<SqlParameters> rows;
  for (const StoreUsage& one : usage) {
    const Instant at = or_now(one.measured_at, clock_);
    rows.push_back(
        {std::string(project), one.store, day_of(at), one.objects, one.bytes, source_bytes, sql_time(at)});
  }
  return database_.transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
    TRY(require_project(session, project));
    TRY(insert_rows(session, "store_usage", kUsageColumns, rows,
                    " ON CONFLICT (project, store, day) DO UPDATE SET objects = excluded.objects, bytes = "
                    "excluded.bytes, source_bytes = excluded.source_bytes, measured_at_ms = "
                    "excluded.measured_at_ms"));
    TRY(session.execute("DELETE FROM store_usage WHERE project = ? AND day < ?",
                        {std::string(project), day_of(clock_.now() - kUsageIsKept)}));
    return {};
  });
}

Result<std::vector<StoreUsage>> Catalog::usage(std::string_view project) {
  return database_.read([&](SqlSession& session) -> Result<std::vector<StoreUsage>> {
    TRY(require_project(session, project));
    const SqlRows rows = TRY(session.query(
        "SELECT store, objects, bytes, measured_at_ms FROM (SELECT store, objects, bytes, measured_at_ms, "
        "ROW_NUMBER() OVER (PARTITION BY store ORDER BY day DESC) AS place FROM store_usage WHERE project = "
        "?) "
        "AS ranked WHERE place = 1 ORDER BY store",
        {std::string(project)}));
    std::vector<StoreUsage> usage;
    for (const SqlRow& row : rows) {
      usage.push_back({row.text(0), row.integer(1), row.integer(2), time_at(row, 3)});
    }
    return usage;
  });
}

// By way of the key, from project to project and store to store: two years of days are not read to
// find the last of each.
Result<std::vector<StoreUsage>> Catalog::usage_by_store() {
  return database_.read([&](SqlSession& session) -> Result<std::vector<StoreUsage>> {
    const SqlRows rows = TRY(session.query(
        "WITH RECURSIVE pairs (project, store) AS ("
        "SELECT name, (SELECT MIN(store) FROM store_usage WHERE project = projects.name) FROM projects "
        "UNION ALL "
        "SELECT project, (SELECT MIN(store) FROM store_usage WHERE project = pairs.project AND store > "
        "pairs.store) FROM pairs WHERE store IS NOT NULL) "
        "SELECT latest.store, SUM(latest.objects), SUM(latest.bytes), MAX(latest.measured_at_ms) FROM pairs "
        "JOIN store_usage AS latest ON latest.project = pairs.project AND latest.store = pairs.store AND "
        "latest.day = (SELECT MAX(day) FROM store_usage WHERE project = pairs.project AND store = "
        "pairs.store) GROUP BY latest.store ORDER BY latest.store"));
    std::vector<StoreUsage> usage;
    for (const SqlRow& row : rows) {
      usage.push_back({row.text(0), row.integer(1), row.integer(2), time_at(row, 3)});
    }
    return usage;
  });
}

Result<std::vector<ProjectUsage>> Catalog::largest_projects(int most) {
  return database_.read([&](SqlSession& session) -> Result<std::vector<ProjectUsage>> {
    const SqlRows rows = TRY(session.query(
        "SELECT name, COALESCE((SELECT SUM(added_bytes) FROM backups WHERE project = projects.name AND state "
        "IN ('good', 'degraded')), 0) AS stored FROM projects ORDER BY stored DESC, name LIMIT ?",
        {std::int64_t{most}}));
    std::vector<ProjectUsage> largest;
    for (const SqlRow& row : rows) largest.push_back({row.text(0), row.integer(1)});
    return largest;
  });
}

Result<std::vector<UsagePoint>> Catalog::usage_history(std::string_view project, Instant since) {
  Conditions conditions;
  conditions.add("day >= ?", {day_of(since)});
  if (!project.empty()) conditions.add("project = ?", {std::string(project)});
  return database_.read([&](SqlSession& session) -> Result<std::vector<UsagePoint>> {
    if (!project.empty()) TRY(require_project(session, project));
    const SqlRows rows =
        TRY(session.query("SELECT day, store, SUM(bytes), SUM(source_bytes) FROM store_usage" +
                              conditions.where() + " GROUP BY day, store ORDER BY day, store",
                          conditions.parameters()));
    std::vector<UsagePoint> points;
    for (const SqlRow& row : rows) {
      points.push_back({row.text(0), row.text(1), row.integer(2), row.integer(3)});
    }
    return points;
  });
}

Status Catalog::record_verified(std::string_view project, Instant at, bool good, std::string_view summary) {
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(require_project(session, project));
    TRY(session.execute(
        "INSERT INTO verifications (project, verified_at_ms, good, summary) VALUES (?, ?, ?, ?) ON CONFLICT "
        "(project, verified_at_ms) DO UPDATE SET good = excluded.good, summary = excluded.summary",
        {std::string(project), sql_time(at), sql_flag(good), clean_text(summary, kMostMachineTextBytes)}));
    TRY(session.execute("DELETE FROM verifications WHERE project = ? AND verified_at_ms < ?",
                        {std::string(project), sql_time(at - kVerificationsAreKept)}));
    return {};
  });
}

Result<std::optional<Catalog::Verification>> Catalog::last_verification(std::string_view project) {
  return database_.read([&](SqlSession& session) -> Result<std::optional<Verification>> {
    const auto row =
        TRY(first_row(session,
                      "SELECT verified_at_ms, good, summary FROM verifications WHERE project = ? "
                      "ORDER BY verified_at_ms DESC LIMIT 1",
                      {std::string(project)}));
    if (!row) return std::nullopt;
    return Verification{time_at(*row, 0), row->flag(1), row->text(2)};
  });
}

}  // namespace skyhold
