#include "catalog/catalog_rows.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "db/sql_values.h"

namespace skyhold {
namespace {

// Both databases take some more.
constexpr std::size_t kMostParameters = 8'000;
constexpr std::size_t kMostIdsInQuery = 1'000;

// Hands out the columns of a row from left to right.
class Columns {
 public:
  explicit Columns(const SqlRow& row) : row_(row) {}
  std::string text() { return row_.text(next_++); }
  std::int64_t integer() { return row_.integer(next_++); }
  int small() { return static_cast<int>(integer()); }
  bool flag() { return row_.flag(next_++); }
  Instant time() { return time_at(row_, next_++); }
  std::optional<Instant> optional_time() { return optional_time_at(row_, next_++); }

 private:
  const SqlRow& row_;
  std::size_t next_ = 0;
};

// A stored word that nobody wrote: the catalog is damaged, nobody asked for something wrong.
template <typename Enum>
Result<Enum> stored(Result<Enum> parsed) {
  if (parsed) return parsed;
  return fail(ErrorCode::kCorrupt, "the catalog holds what cannot be: " + parsed.error().message,
              "restore the catalog, or rebuild it from a store with `skyhold recover`");
}

std::size_t count_columns(std::string_view columns) {
  return static_cast<std::size_t>(std::count(columns.begin(), columns.end(), ',')) + 1;
}

Result<std::pair<std::string, CopyRecord>> copy_from(const SqlRow& row) {
  Columns columns(row);
  std::string backup_id = columns.text();
  columns.integer();  // its place, by which the rows are sorted
  CopyRecord copy;
  copy.store = columns.text();
  copy.state = TRY(stored(parse_copy_state(columns.text())));
  copy.checked_at = columns.optional_time();
  copy.problem = columns.text();
  return std::pair(std::move(backup_id), std::move(copy));
}

// Where copies go. Those of backups that were not asked for go nowhere.
class CopyTarget {
 public:
  explicit CopyTarget(std::vector<BackupRecord>& backups) {
    by_id_.reserve(backups.size());
    for (BackupRecord& backup : backups) by_id_[backup.id] = &backup;
  }

  Status take(const SqlRows& rows) {
    for (const SqlRow& row : rows) {
      auto [backup_id, copy] = TRY(copy_from(row));
      const auto found = by_id_.find(backup_id);
      if (found != by_id_.end()) found->second->copies.push_back(std::move(copy));
    }
    return {};
  }

 private:
  std::unordered_map<std::string_view, BackupRecord*> by_id_;
};

}  // namespace

Result<Project> project_from(const SqlRow& row) {
  Columns columns(row);
  Project project;
  project.name = columns.text();
  project.title = columns.text();
  project.region = columns.text();
  project.retention.keep_daily = columns.small();
  project.retention.keep_weekly = columns.small();
  project.retention.keep_monthly = columns.small();
  project.retention.manual_days = columns.small();
  project.retention.imported_days = columns.small();
  project.retention.safety_days = columns.small();
  project.objective_hours = columns.small();
  project.paused = columns.flag();
  project.paused_reason = columns.text();
  project.repository_id = columns.text();
  project.wrapped_recovery = columns.text();
  project.created_at = columns.time();
  return project;
}

SqlParameters parameters_of(const Project& project) {
  const RetentionRules& rules = project.retention;
  return {project.name,
          project.title,
          project.region,
          std::int64_t{rules.keep_daily},
          std::int64_t{rules.keep_weekly},
          std::int64_t{rules.keep_monthly},
          std::int64_t{rules.manual_days},
          std::int64_t{rules.imported_days},
          std::int64_t{rules.safety_days},
          std::int64_t{project.objective_hours},
          sql_flag(project.paused),
          project.paused_reason,
          project.repository_id,
          project.wrapped_recovery,
          sql_time(project.created_at)};
}

Result<Branch> branch_from(const SqlRow& row) {
  Columns columns(row);
  Branch branch;
  branch.project = columns.text();
  branch.name = columns.text();
  branch.type = TRY(stored(parse_branch_type(columns.text())));
  branch.wrapped_database_url = columns.text();
  branch.database_label = columns.text();
  branch.database_server = columns.text();
  branch.filestore = columns.text();
  branch.addons_path = columns.text();
  branch.odoo_version = columns.text();
  branch.before_swap = columns.text();
  branch.after_swap = columns.text();
  branch.created_at = columns.time();
  return branch;
}

SqlParameters parameters_of(const Branch& branch) {
  return {branch.project,
          branch.name,
          std::string(to_string(branch.type)),
          branch.wrapped_database_url,
          branch.database_label,
          branch.database_server,
          branch.filestore,
          branch.addons_path,
          branch.odoo_version,
          branch.before_swap,
          branch.after_swap,
          sql_time(branch.created_at)};
}

Result<Schedule> schedule_from(const SqlRow& row) {
  Columns columns(row);
  Schedule schedule;
  schedule.id = columns.text();
  schedule.project = columns.text();
  schedule.branch = columns.text();
  schedule.cron = columns.text();
  schedule.refresh_source = columns.text();
  schedule.enabled = columns.flag();
  schedule.created_at = columns.time();
  schedule.active_since = columns.time();
  return schedule;
}

SqlParameters parameters_of(const Schedule& schedule) {
  return {schedule.id,
          schedule.project,
          schedule.branch,
          schedule.cron,
          schedule.refresh_source,
          sql_flag(schedule.enabled),
          sql_time(schedule.created_at),
          sql_time(schedule.active_since)};
}

Result<BackupRecord> backup_from(const SqlRow& row) {
  Columns columns(row);
  BackupRecord backup;
  backup.id = columns.text();
  backup.project = columns.text();
  backup.branch = columns.text();
  backup.kind = TRY(stored(parse_backup_kind(columns.text())));
  backup.state = TRY(stored(parse_backup_state(columns.text())));
  backup.job = columns.text();
  backup.snapshot_id = columns.text();
  backup.note = columns.text();
  backup.created_by = columns.text();
  backup.started_at = columns.time();
  backup.point_in_time = columns.optional_time();
  backup.finished_at = columns.optional_time();
  backup.source_bytes = columns.integer();
  backup.added_bytes = columns.integer();
  backup.table_count = columns.integer();
  backup.row_count = columns.integer();
  backup.file_count = columns.integer();
  backup.file_bytes = columns.integer();
  backup.missing_file_count = columns.integer();
  backup.odoo_version = columns.text();
  backup.postgresql_version = columns.text();
  backup.error_code = columns.text();
  backup.error_message = columns.text();
  backup.error_hint = columns.text();
  backup.deleted_at = columns.optional_time();
  backup.deleted_by = columns.text();
  backup.pin_reason = columns.text();
  backup.pinned_by = columns.text();
  backup.pinned_at = columns.optional_time();
  return backup;
}

SqlParameters parameters_of(const BackupRecord& backup) {
  return {backup.id,
          backup.project,
          backup.branch,
          std::string(to_string(backup.kind)),
          std::string(to_string(backup.state)),
          backup.job,
          backup.snapshot_id,
          backup.note,
          backup.created_by,
          sql_time(backup.started_at),
          sql_time(backup.point_in_time),
          sql_time(backup.finished_at),
          backup.source_bytes,
          backup.added_bytes,
          backup.table_count,
          backup.row_count,
          backup.file_count,
          backup.file_bytes,
          backup.missing_file_count,
          backup.odoo_version,
          backup.postgresql_version,
          backup.error_code,
          backup.error_message,
          backup.error_hint,
          sql_time(backup.deleted_at),
          backup.deleted_by,
          backup.pin_reason,
          backup.pinned_by,
          sql_time(backup.pinned_at)};
}

std::string placeholders(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ", ?";
  return text;
}

Status insert_rows(SqlSession& session, std::string_view table, std::string_view columns,
                   const std::vector<SqlParameters>& rows, std::string_view ending) {
  const std::size_t width = count_columns(columns);
  const std::size_t most = kMostParameters / width;
  for (std::size_t from = 0; from < rows.size(); from += most) {
    const std::size_t to = std::min(rows.size(), from + most);
    std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ", table, columns);
    SqlParameters parameters;
    parameters.reserve((to - from) * width);
    for (std::size_t i = from; i < to; ++i) {
      sql += fmt::format("{}({})", i == from ? "" : ", ", placeholders(width));
      parameters.insert(parameters.end(), rows[i].begin(), rows[i].end());
    }
    sql += ending;
    TRY(session.execute(sql, parameters));
  }
  return {};
}

Status insert_copies(SqlSession& session, const std::vector<BackupRecord>& backups) {
  std::vector<SqlParameters> rows;
  for (const BackupRecord& backup : backups) {
    std::int64_t place = 0;
    for (const CopyRecord& copy : backup.copies) {
      rows.push_back({backup.id, place++, copy.store, std::string(to_string(copy.state)),
                      sql_time(copy.checked_at), copy.problem});
    }
  }
  return insert_rows(session, "copies", kCopyColumns, rows);
}

Status attach_copies(SqlSession& session, std::vector<BackupRecord>& backups) {
  CopyTarget target(backups);
  for (std::size_t from = 0; from < backups.size(); from += kMostIdsInQuery) {
    const std::size_t to = std::min(backups.size(), from + kMostIdsInQuery);
    SqlParameters ids;
    for (std::size_t i = from; i < to; ++i) ids.emplace_back(backups[i].id);
    const SqlRows rows = TRY(
        session.query(fmt::format("SELECT {} FROM copies WHERE backup_id IN ({}) ORDER BY backup_id, place",
                                  kCopyColumns, placeholders(ids.size())),
                      ids));
    TRY(target.take(rows));
  }
  return {};
}

Status attach_all_copies(SqlSession& session, std::vector<BackupRecord>& backups) {
  const SqlRows rows =
      TRY(session.query(fmt::format("SELECT {} FROM copies ORDER BY backup_id, place", kCopyColumns)));
  return CopyTarget(backups).take(rows);
}

}  // namespace skyhold
