#include <fmt/format.h>

#include "catalog/catalog.h"
#include "catalog/catalog_contents.h"
#include "catalog/catalog_rows.h"
#include "catalog/catalog_session.h"
#include "db/sql_values.h"

namespace skyhold {
namespace {

template <typename Record>
Result<std::vector<Record>> select_all(SqlSession& session, std::string_view columns, std::string_view from,
                                       Result<Record> (*decode)(const SqlRow&)) {
  return records_from(TRY(session.query(fmt::format("SELECT {} FROM {}", columns, from))), decode);
}

Status read_values(SqlSession& session, CatalogContents& contents) {
  for (const SqlRow& row : TRY(session.query("SELECT name, value FROM settings ORDER BY name"))) {
    if (!row.text(0).starts_with(kLocalValuePrefix)) contents.values.emplace_back(row.text(0), row.text(1));
  }
  return {};
}

// Of each project the last one: that is what is known of it today.
Status read_verifications(SqlSession& session, CatalogContents& contents) {
  const SqlRows rows = TRY(
      session.query("SELECT project, verified_at_ms, good, summary FROM verifications AS one WHERE "
                    "verified_at_ms = (SELECT "
                    "MAX(verified_at_ms) FROM verifications WHERE project = one.project) ORDER BY project"));
  for (const SqlRow& row : rows) {
    contents.verifications.emplace_back(row.text(0),
                                        Catalog::Verification{time_at(row, 1), row.flag(2), row.text(3)});
  }
  return {};
}

Result<CatalogContents> read_contents(SqlSession& session, Instant now) {
  CatalogContents contents;
  contents.written_at = now;
  TRY(read_values(session, contents));
  contents.projects = TRY(select_all(session, kProjectColumns, "projects ORDER BY name", project_from));
  contents.branches =
      TRY(select_all(session, kBranchColumns, "branches ORDER BY project, name", branch_from));
  contents.schedules =
      TRY(select_all(session, kScheduleColumns, "schedules ORDER BY project, id", schedule_from));
  contents.backups = TRY(select_all(
      session, kBackupColumns,
      "backups WHERE state NOT IN ('running', 'deleted') ORDER BY project, started_at_ms, id", backup_from));
  TRY(attach_all_copies(session, contents.backups));
  TRY(read_verifications(session, contents));
  return contents;
}

Status require_empty(SqlSession& session) {
  const auto row = TRY(first_row(session, "SELECT COUNT(*) FROM projects", {}));
  if (row->integer(0) == 0) return {};
  return fail(ErrorCode::kAlreadyExists,
              fmt::format("the catalog is not empty: it has {} projects", row->integer(0)),
              "recover into a new catalog");
}

template <typename Record>
std::vector<SqlParameters> rows_of(const std::vector<Record>& records) {
  std::vector<SqlParameters> rows;
  rows.reserve(records.size());
  for (const Record& record : records) rows.push_back(parameters_of(record));
  return rows;
}

Status write_values_and_verifications(SqlSession& session, const CatalogContents& contents) {
  std::vector<SqlParameters> values;
  for (const auto& [key, value] : contents.values) values.push_back({key, value});
  TRY(insert_rows(session, "settings", "name, value", values,
                  " ON CONFLICT (name) DO UPDATE SET value = excluded.value"));
  std::vector<SqlParameters> verifications;
  for (const auto& [project, verification] : contents.verifications) {
    verifications.push_back(
        {project, sql_time(verification.at), sql_flag(verification.good), verification.summary});
  }
  return insert_rows(session, "verifications", "project, verified_at_ms, good, summary", verifications);
}

Status write_contents(SqlSession& session, const CatalogContents& contents) {
  TRY(insert_rows(session, "projects", kProjectColumns, rows_of(contents.projects)));
  TRY(insert_rows(session, "branches", kBranchColumns, rows_of(contents.branches)));
  TRY(insert_rows(session, "schedules", kScheduleColumns, rows_of(contents.schedules)));
  TRY(insert_rows(session, "backups", kBackupColumns, rows_of(contents.backups)));
  TRY(insert_copies(session, contents.backups));
  TRY(write_values_and_verifications(session, contents));
  // Who plans a query right after must know how much there is.
  for (const std::string_view table : {"projects", "branches", "backups", "copies"}) {
    TRY(session.execute(fmt::format("ANALYZE {}", table)));
  }
  return {};
}

}  // namespace

Result<std::string> Catalog::dump() {
  const CatalogContents contents =
      TRY(database_.read([&](SqlSession& session) { return read_contents(session, clock_.now()); }));
  return std::string(as_text(encode_contents(contents)));
}

Status Catalog::load(std::string_view json) {
  const CatalogContents contents = TRY(decode_contents(as_bytes(json)));
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(require_empty(session));
    const Status written = write_contents(session, contents);
    if (written) return {};
    // Two of one name, or a branch of no project: each record is right, together they are not.
    const ErrorCode code = written.error().code;
    const bool contradiction = code == ErrorCode::kAlreadyExists || code == ErrorCode::kInvalidArgument;
    if (!contradiction) return fail(written.error());
    return fail(ErrorCode::kCorrupt, "the catalog's backup contradicts itself: " + written.error().message,
                "use the one of another store, or an earlier one");
  });
}

}  // namespace skyhold
