// What changes of a backup: its making, its copies, its pin, its end.
#include <fmt/format.h>

#include "catalog/catalog.h"
#include "catalog/catalog_backups.h"
#include "catalog/catalog_checks.h"
#include "catalog/catalog_rows.h"
#include "catalog/catalog_session.h"
#include "db/sql_values.h"

namespace skyhold {
namespace {

Result<BackupRecord> undeleted_backup_in(SqlSession& session, std::string_view id) {
  BackupRecord backup = TRY(backup_in(session, id));
  if (backup.state != BackupState::kDeleted) return backup;
  return fail(ErrorCode::kInvalidArgument, fmt::format("backup {} is deleted", id));
}

// Whether it is the newest of its branch among those in `states`. What was imported stands back
// behind what was captured from the branch, however new it is.
Result<bool> is_newest(SqlSession& session, const BackupRecord& backup, std::string_view states) {
  const auto row =
      TRY(first_row(session,
                    fmt::format("SELECT id FROM backups WHERE project = ? AND branch = ? AND state "
                                "IN ({}) ORDER BY CASE kind WHEN 'imported' THEN 1 ELSE 0 END, "
                                "started_at_ms DESC, id DESC LIMIT 1",
                                states),
                    {backup.project, backup.branch}));
  return row && row->text(0) == backup.id;
}

// "good" or "restorable" for the newest such one of its branch, else "".
Result<std::string_view> newest_as(SqlSession& session, const BackupRecord& backup) {
  if (!backup.restorable()) return std::string_view();
  if (TRY(is_newest(session, backup, "'good'"))) return std::string_view("good");
  if (TRY(is_newest(session, backup, "'good', 'degraded'"))) return std::string_view("restorable");
  return std::string_view();
}

Status check_deletable(SqlSession& session, const BackupRecord& backup, bool even_if_newest) {
  if (backup.state == BackupState::kRunning) {
    return fail(ErrorCode::kBusy, fmt::format("backup {} is being made", backup.id),
                "cancel its job, or wait for its end");
  }
  if (!backup.pin_reason.empty()) {
    return fail(ErrorCode::kBusy,
                fmt::format("backup {} is pinned by {}: {}", backup.id, backup.pinned_by, backup.pin_reason),
                "unpin it first");
  }
  if (even_if_newest) return {};
  const std::string_view newest = TRY(newest_as(session, backup));
  if (newest.empty()) return {};
  return fail(ErrorCode::kBusy,
              fmt::format("backup {} is the newest {} one of branch {} of project {}", backup.id, newest,
                          backup.branch, backup.project),
              "make a newer one first, or say that it shall go all the same");
}

}  // namespace

Status Catalog::create_backup(const BackupRecord& given) {
  BackupRecord backup = made_fit(given);
  backup.started_at = or_now(given.started_at, clock_);
  TRY(check_backup(backup));
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(require_project(session, backup.project));
    const SqlParameters parameters = parameters_of(backup);
    const std::int64_t made =
        TRY(session.execute(fmt::format("INSERT INTO backups ({}) VALUES ({}) ON CONFLICT (id) DO NOTHING",
                                        kBackupColumns, placeholders(parameters.size())),
                            parameters));
    if (made == 0) {
      return fail(ErrorCode::kAlreadyExists, fmt::format("there is a backup {} already", backup.id));
    }
    return insert_copies(session, {backup});
  });
}

Status Catalog::update_backup(const BackupRecord& given) {
  const BackupRecord backup = made_fit(given);
  TRY(check_backup(backup));
  if (backup.state == BackupState::kDeleted) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("backup {} cannot be deleted by an update", backup.id));
  }
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(undeleted_backup_in(session, backup.id));
    TRY(session.execute(
        "UPDATE backups SET branch = ?, kind = ?, state = ?, job = ?, snapshot_id = ?, note = ?, "
        "created_by = ?, started_at_ms = ?, point_in_time_at_ms = ?, finished_at_ms = ?, source_bytes = ?, "
        "added_bytes = ?, table_count = ?, row_count = ?, file_count = ?, file_bytes = ?, "
        "missing_file_count = ?, odoo_version = ?, postgresql_version = ?, error_code = ?, "
        "error_message = ?, error_hint = ? WHERE id = ?",
        {backup.branch,
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
         backup.id}));
    return {};
  });
}

Status Catalog::set_copies(std::string_view backup_id, const std::vector<CopyRecord>& given) {
  const std::vector<CopyRecord> copies = made_fit(given);
  TRY(check_copies(copies));
  return change(database_, [&](SqlSession& session) -> Status {
    BackupRecord backup = TRY(backup_in(session, backup_id));
    backup.copies = copies;
    TRY(session.execute("DELETE FROM copies WHERE backup_id = ?", {backup.id}));
    return insert_copies(session, {backup});
  });
}

Status Catalog::pin(std::string_view backup_id, std::string_view reason, std::string_view by) {
  TRY(check_given_text("the reason of a pin", reason, kMostReasonBytes));
  TRY(check_given_text("the person of a pin", by, kMostPersonBytes));
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(undeleted_backup_in(session, backup_id));
    TRY(session.execute(
        "UPDATE backups SET pin_reason = ?, pinned_by = ?, pinned_at_ms = ? WHERE id = ?",
        {std::string(reason), std::string(by), sql_time(clock_.now()), std::string(backup_id)}));
    return {};
  });
}

Status Catalog::unpin(std::string_view backup_id) {
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(undeleted_backup_in(session, backup_id));
    TRY(session.execute(
        "UPDATE backups SET pin_reason = '', pinned_by = '', pinned_at_ms = NULL WHERE id = ?",
        {std::string(backup_id)}));
    return {};
  });
}

Status Catalog::mark_deleted(std::string_view backup_id, std::string_view by, bool even_if_newest) {
  TRY(check_given_text("the person who deletes", by, kMostPersonBytes));
  return change(database_, [&](SqlSession& session) -> Status {
    const BackupRecord backup = TRY(backup_in(session, backup_id));
    if (backup.state == BackupState::kDeleted) return {};
    TRY(check_deletable(session, backup, even_if_newest));
    TRY(session.execute(
        "UPDATE backups SET state = 'deleted', deleted_at_ms = ?, deleted_by = ? WHERE id = ?",
        {sql_time(clock_.now()), std::string(by), backup.id}));
    return {};
  });
}

Result<bool> Catalog::kept_as_newest(std::string_view backup_id) {
  return database_.read([&](SqlSession& session) -> Result<bool> {
    const BackupRecord backup = TRY(backup_in(session, backup_id));
    return !TRY(newest_as(session, backup)).empty();
  });
}

Status Catalog::discard_backup(std::string_view backup_id) {
  return change(database_, [&](SqlSession& session) -> Status {
    const BackupRecord backup = TRY(backup_in(session, backup_id));
    if (backup.state != BackupState::kRunning) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("backup {} is {}, so its record stays", backup.id, to_string(backup.state)));
    }
    TRY(session.execute("DELETE FROM backups WHERE id = ?", {backup.id}));
    return {};
  });
}

Status Catalog::sweep(Instant before) {
  return database_.transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
    TRY(session.execute("DELETE FROM backups WHERE state = 'deleted' AND deleted_at_ms < ?",
                        {sql_time(before)}));
    return {};
  });
}

}  // namespace skyhold
