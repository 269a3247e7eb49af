// Every released shape of the tables, with the rows of its time, comes to today's.
#include "catalog/catalog_schema.h"
#include "catalog/catalog_test_support.h"

namespace skyhold {
namespace {

// Written when the version was released, and never edited. A column that a later version demands
// is its migration's to fill.
struct Release {
  std::string_view checksum;  // of the migration, as schema_migrations has it
  std::vector<std::string_view> rows;
};

const std::vector<std::string_view>& rows_of_the_first() {
  static const std::vector<std::string_view> rows{
      "UPDATE catalog_state SET revision = 41 WHERE id = 1",
      "INSERT INTO settings (name, value) VALUES ('instance_id', '5f3a')",
      "INSERT INTO projects (name, title, region, keep_daily, keep_weekly, keep_monthly, manual_days, "
      "imported_days, safety_days, objective_hours, paused, paused_reason, repository_id, "
      "wrapped_recovery, "
      "created_at_ms) VALUES ('acme', 'Acme GmbH', 'europe-west1', 7, 4, 2, 30, 0, 7, 26, 0, '', '', '', "
      "1795395600000)",
      "INSERT INTO branches (project, name, type, wrapped_database_url, database_label, database_server, "
      "filestore, addons_path, odoo_version, before_swap, after_swap, created_at_ms) VALUES ('acme', "
      "'production', 'production', 'd3JhcHBlZA==', 'acme on db1', 'db1:5432', '/srv/filestore', '', "
      "'17.0', "
      "'', '', 1795395600000)",
      "INSERT INTO schedules (id, project, branch, cron, refresh_source, enabled, created_at_ms, "
      "active_since_at_ms) VALUES ('sc_1', 'acme', '*production', '0 1 * * *', '', 1, 1795395600000, "
      "1795395600000)",
      "INSERT INTO scheduled_runs (schedule, branch, occurrence, attempt, job, run_at_ms) VALUES ('sc_1', "
      "'production', '2026-11-23T01:00', 1, 'jb_1', 1795395600000)",
      "INSERT INTO backups (id, project, branch, kind, state, job, snapshot_id, note, created_by, "
      "started_at_ms, point_in_time_at_ms, finished_at_ms, source_bytes, added_bytes, table_count, "
      "row_count, "
      "file_count, file_bytes, missing_file_count, odoo_version, postgresql_version, error_code, "
      "error_message, error_hint, deleted_at_ms, deleted_by, pin_reason, pinned_by, pinned_at_ms) VALUES "
      "('bk_1', 'acme', 'production', 'automatic', 'good', 'jb_1', "
      "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '', 'schedule', 1795395600000, "
      "1795395601000, 1795395700000, 5000, 400, 600, 70000, 80, 900, 0, '17.0', '15.18', '', '', '', NULL, "
      "'', 'legal hold', 'ada', 1795395800000)",
      "INSERT INTO copies (backup_id, store, place, state, checked_at_ms, problem) VALUES ('bk_1', "
      "'near-1', "
      "0, 'verified', 1795395900000, ''), ('bk_1', 'far', 1, 'stored', NULL, '')",
      "INSERT INTO store_usage (project, store, day, objects, bytes, source_bytes, measured_at_ms) VALUES "
      "('acme', 'near-1', '2026-11-23', 12, 400, 5000, 1795395900000)",
      "INSERT INTO verifications (project, verified_at_ms, good, summary) VALUES ('acme', 1795395900000, "
      "1, "
      "'all right')"};
  return rows;
}

const std::vector<Release>& releases() {
  static const std::vector<Release> all{
      {"062b5019cecf7d82", rows_of_the_first()},
      {"3396e6401b6e7e9e", rows_of_the_first()},  // another index, no column
  };
  return all;
}

class CatalogMigrationsTest : public testing::TestWithParam<SqlDialect> {
 protected:
  std::unique_ptr<SqlPlace> place_ = make_sql_place(GetParam());
  std::unique_ptr<SqlDatabase> database_ = place_->open();
};

void write_rows(SqlDatabase& database, const Release& release) {
  must(database.transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
    for (const std::string_view row : release.rows) TRY(session.execute(row));
    return {};
  }));
}

void expect_all_there(Catalog& catalog) {
  EXPECT_EQ(must(catalog.revision()), 41);
  EXPECT_EQ(must(catalog.value("instance_id")), "5f3a");
  EXPECT_EQ(must(catalog.branch("acme", "production")).odoo_version, "17.0");
  EXPECT_EQ(must(catalog.enabled_schedules()).at(0).id, "sc_1");
  EXPECT_EQ(must(catalog.last_runs()).at(0).occurrence, "2026-11-23T01:00");
  EXPECT_EQ(must(catalog.usage("acme")).at(0).bytes, 400);
  const ProjectSummary summary = must(catalog.project_summary("acme"));
  ASSERT_TRUE(summary.last_good);
  EXPECT_EQ(summary.last_good->pin_reason, "legal hold");
  EXPECT_EQ(summary.last_good->copies.at(0).state, CopyState::kVerified);
  EXPECT_EQ(summary.last_verified_at, Instant(std::chrono::milliseconds(1795395900000)));
}

TEST_P(CatalogMigrationsTest, EveryReleasedCatalogComesUpToDate) {
  const ManualClock clock(kTestStart);
  for (std::size_t version = 1; version <= releases().size(); ++version) {
    SCOPED_TRACE(version);
    place_ = make_sql_place(GetParam());
    database_ = place_->open();
    const std::vector<Migration> then(catalog_migrations().begin(),
                                      catalog_migrations().begin() + static_cast<std::ptrdiff_t>(version));
    must(migrate(*database_, kCatalogComponent, then));
    write_rows(*database_, releases()[version - 1]);
    const auto catalog = must(Catalog::open(*database_, clock));
    expect_all_there(*catalog);
  }
}

TEST_P(CatalogMigrationsTest, WhatWasReleasedIsNeverEdited) {
  ASSERT_EQ(releases().size(), catalog_migrations().size()) << "a new version needs its rows here";
  must(migrate(*database_, kCatalogComponent, catalog_migrations()));
  const SqlRows rows = must(database_->read([](SqlSession& session) {
    return session.query(
        "SELECT checksum FROM schema_migrations WHERE component = 'catalog' ORDER BY version");
  }));
  ASSERT_EQ(rows.size(), releases().size());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].text(0), releases()[i].checksum);
}

INSTANTIATE_TEST_SUITE_P(Both, CatalogMigrationsTest, kSqlDialects, sql_dialect_name);

}  // namespace
}  // namespace skyhold
