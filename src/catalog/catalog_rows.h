// Records as rows of the tables, and back. Columns are named once, here, in the order in which
// the functions below read and write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "db/sql_database.h"
#include "model/backup_record.h"
#include "model/project.h"

namespace skyhold {

inline constexpr std::string_view kProjectColumns =
    "name, title, region, keep_daily, keep_weekly, keep_monthly, manual_days, imported_days, safety_days, "
    "objective_hours, paused, paused_reason, repository_id, wrapped_recovery, created_at_ms";
inline constexpr std::string_view kBranchColumns =
    "project, name, type, wrapped_database_url, database_label, database_server, filestore, addons_path, "
    "odoo_version, before_swap, after_swap, created_at_ms";
inline constexpr std::string_view kScheduleColumns =
    "id, project, branch, cron, refresh_source, enabled, created_at_ms, active_since_at_ms";
inline constexpr std::string_view kBackupColumns =
    "id, project, branch, kind, state, job, snapshot_id, note, created_by, started_at_ms, "
    "point_in_time_at_ms, finished_at_ms, source_bytes, added_bytes, table_count, row_count, file_count, "
    "file_bytes, missing_file_count, odoo_version, postgresql_version, error_code, error_message, "
    "error_hint, deleted_at_ms, deleted_by, pin_reason, pinned_by, pinned_at_ms";
inline constexpr std::string_view kCopyColumns = "backup_id, place, store, state, checked_at_ms, problem";

// kCorrupt when the row holds a word that no state or kind has.
Result<Project> project_from(const SqlRow& row);
Result<Branch> branch_from(const SqlRow& row);
Result<Schedule> schedule_from(const SqlRow& row);
Result<BackupRecord> backup_from(const SqlRow& row);  // without copies

template <typename Record>
Result<std::vector<Record>> records_from(const SqlRows& rows, Result<Record> (*from)(const SqlRow&)) {
  std::vector<Record> records;
  records.reserve(rows.size());
  for (const SqlRow& row : rows) records.push_back(TRY(from(row)));
  return records;
}

SqlParameters parameters_of(const Project& project);
SqlParameters parameters_of(const Branch& branch);
SqlParameters parameters_of(const Schedule& schedule);
SqlParameters parameters_of(const BackupRecord& backup);

// "?, ?, ?"
std::string placeholders(std::size_t count);

// INSERTs whose rows share statements, as many as fit. `columns` of `table`, one entry of `rows`
// a row. `ending`: ON CONFLICT …
Status insert_rows(SqlSession& session, std::string_view table, std::string_view columns,
                   const std::vector<SqlParameters>& rows, std::string_view ending = {});

Status insert_copies(SqlSession& session, const std::vector<BackupRecord>& backups);

// Reads the copies of `backups` into them: by one query for up to a thousand of them, or by one
// query for all that there are.
Status attach_copies(SqlSession& session, std::vector<BackupRecord>& backups);
Status attach_all_copies(SqlSession& session, std::vector<BackupRecord>& backups);

}  // namespace skyhold
