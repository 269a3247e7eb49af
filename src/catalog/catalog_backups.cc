#include <charconv>

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "catalog/catalog_backups.h"
#include "catalog/catalog_checks.h"
#include "catalog/catalog_rows.h"
#include "catalog/catalog_session.h"
#include "catalog/cursor.h"
#include "db/sql_values.h"

namespace skyhold {
namespace {

constexpr std::string_view kList = "backups";

// The cursor's parts as they stand in the key: (started_at_ms, id).
Status add_cursor(Conditions& conditions, std::string_view after) {
  if (after.empty()) return {};
  const std::vector<std::string> key = TRY(decode_cursor(kList, after, 2));
  std::int64_t started_at_ms = 0;
  const std::string& digits = key[0];
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), started_at_ms);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return fail(ErrorCode::kInvalidArgument, "the cursor is not one that this list gave",
                "begin at the first page, and hand on \"next\" as it came");
  }
  conditions.add("(started_at_ms, id) < (?, ?)", {started_at_ms, key[1]});
  return {};
}

Result<Conditions> conditions_of(const BackupFilter& filter, std::string_view after) {
  Conditions conditions;
  if (!filter.project.empty()) conditions.add("project = ?", {filter.project});
  if (!filter.branch.empty()) conditions.add("branch = ?", {filter.branch});
  if (filter.kind) conditions.add("kind = ?", {std::string(to_string(*filter.kind))});
  if (filter.state) conditions.add("state = ?", {std::string(to_string(*filter.state))});
  if (!filter.state && !filter.deleted) conditions.add("state <> 'deleted'");
  if (filter.since) conditions.add("started_at_ms >= ?", {sql_time(*filter.since)});
  if (filter.until) conditions.add("started_at_ms < ?", {sql_time(*filter.until)});
  TRY(add_cursor(conditions, after));
  return conditions;
}

// What `rest` (WHERE …, ORDER BY …) chooses, with copies.
Result<std::vector<BackupRecord>> select_backups(SqlSession& session, std::string_view rest,
                                                 const SqlParameters& parameters) {
  const SqlRows rows =
      TRY(session.query(fmt::format("SELECT {} FROM backups {}", kBackupColumns, rest), parameters));
  std::vector<BackupRecord> backups = TRY(records_from(rows, backup_from));
  TRY(attach_copies(session, backups));
  return backups;
}

Result<std::optional<BackupRecord>> select_backup(SqlSession& session, std::string_view rest,
                                                  const SqlParameters& parameters) {
  std::vector<BackupRecord> found = TRY(select_backups(session, rest, parameters));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

}  // namespace

Result<BackupRecord> backup_in(SqlSession& session, std::string_view id) {
  auto found = TRY(select_backup(session, "WHERE id = ?", {std::string(id)}));
  if (found) return std::move(*found);
  return fail(ErrorCode::kNotFound, fmt::format("there is no backup {}", clean_text(id, 80)),
              "list the project's backups to see their ids");
}

Result<BackupRecord> Catalog::backup(std::string_view id) {
  return database_.read([&](SqlSession& session) { return backup_in(session, id); });
}

Result<Page<BackupRecord>> Catalog::backups(const BackupFilter& filter, const PageRequest& page) {
  TRY(check_page(page));
  const Conditions conditions = TRY(conditions_of(filter, page.after));
  return database_.read([&](SqlSession& session) -> Result<Page<BackupRecord>> {
    const std::string rest =
        fmt::format("{} ORDER BY started_at_ms DESC, id DESC LIMIT {}", conditions.where(), page.limit + 1);
    Page<BackupRecord> found{TRY(select_backups(session, rest, conditions.parameters())), {}};
    if (found.items.size() > static_cast<std::size_t>(page.limit)) {
      found.items.pop_back();
      const BackupRecord& last = found.items.back();
      found.next =
          encode_cursor(kList, {std::to_string(std::get<std::int64_t>(sql_time(last.started_at))), last.id});
    }
    return found;
  });
}

Result<std::vector<BackupRecord>> Catalog::live_backups(std::string_view project) {
  return database_.read([&](SqlSession& session) -> Result<std::vector<BackupRecord>> {
    TRY(require_project(session, project));
    return select_backups(session, "WHERE project = ? AND state <> 'deleted' ORDER BY started_at_ms, id",
                          {std::string(project)});
  });
}

Result<std::optional<BackupRecord>> Catalog::newest_restorable(std::string_view project,
                                                               std::string_view branch) {
  return database_.read([&](SqlSession& session) {
    return select_backup(session,
                         "WHERE project = ? AND branch = ? AND state IN ('good', 'degraded') AND kind <> "
                         "'imported' ORDER BY started_at_ms DESC, id DESC LIMIT 1",
                         {std::string(project), std::string(branch)});
  });
}

Result<std::optional<BackupRecord>> Catalog::previous(const BackupRecord& backup) {
  const std::string_view captured = backup.kind == BackupKind::kImported ? "" : " AND kind <> 'imported'";
  return database_.read([&](SqlSession& session) {
    return select_backup(session,
                         fmt::format("WHERE project = ? AND branch = ? AND state IN ('good', 'degraded'){} "
                                     "AND (started_at_ms, id) < (?, ?) ORDER BY started_at_ms DESC, id DESC "
                                     "LIMIT 1",
                                     captured),
                         {backup.project, backup.branch, sql_time(backup.started_at), backup.id});
  });
}

}  // namespace skyhold
