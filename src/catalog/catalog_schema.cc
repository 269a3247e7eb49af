#include "catalog/catalog_schema.h"

namespace skyhold {
namespace {

constexpr std::string_view kCatalogState = R"(
CREATE TABLE catalog_state (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  revision BIGINT NOT NULL
))";

constexpr std::string_view kSettings = R"(
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
))";

constexpr std::string_view kProjects = R"(
CREATE TABLE projects (
  name TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  region TEXT NOT NULL,
  keep_daily BIGINT NOT NULL,
  keep_weekly BIGINT NOT NULL,
  keep_monthly BIGINT NOT NULL,
  manual_days BIGINT NOT NULL,
  imported_days BIGINT NOT NULL,
  safety_days BIGINT NOT NULL,
  objective_hours BIGINT NOT NULL,
  paused BIGINT NOT NULL,
  paused_reason TEXT NOT NULL,
  repository_id TEXT NOT NULL,
  wrapped_recovery TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL
))";

constexpr std::string_view kBranches = R"(
CREATE TABLE branches (
  project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  wrapped_database_url TEXT NOT NULL,
  database_label TEXT NOT NULL,
  database_server TEXT NOT NULL,
  filestore TEXT NOT NULL,
  addons_path TEXT NOT NULL,
  odoo_version TEXT NOT NULL,
  before_swap TEXT NOT NULL,
  after_swap TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  PRIMARY KEY (project, name)
))";

constexpr std::string_view kSchedules = R"(
CREATE TABLE schedules (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
  branch TEXT NOT NULL,
  cron TEXT NOT NULL,
  refresh_source TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  active_since_at_ms BIGINT NOT NULL
))";

// Without a foreign key: whoever records a run knows its schedule from somewhere, be it a row.
constexpr std::string_view kScheduledRuns = R"(
CREATE TABLE scheduled_runs (
  schedule TEXT NOT NULL,
  branch TEXT NOT NULL,
  occurrence TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  job TEXT NOT NULL,
  run_at_ms BIGINT NOT NULL,
  PRIMARY KEY (schedule, branch, occurrence, attempt)
))";

// A backup outlives its branch, so `branch` is a name and no key.
constexpr std::string_view kBackups = R"(
CREATE TABLE backups (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
  branch TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  job TEXT NOT NULL,
  snapshot_id TEXT NOT NULL,
  note TEXT NOT NULL,
  created_by TEXT NOT NULL,
  started_at_ms BIGINT NOT NULL,
  point_in_time_at_ms BIGINT,
  finished_at_ms BIGINT,
  source_bytes BIGINT NOT NULL,
  added_bytes BIGINT NOT NULL,
  table_count BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  file_count BIGINT NOT NULL,
  file_bytes BIGINT NOT NULL,
  missing_file_count BIGINT NOT NULL,
  odoo_version TEXT NOT NULL,
  postgresql_version TEXT NOT NULL,
  error_code TEXT NOT NULL,
  error_message TEXT NOT NULL,
  error_hint TEXT NOT NULL,
  pin_reason TEXT NOT NULL,
  pinned_by TEXT NOT NULL,
  pinned_at_ms BIGINT,
  deleted_at_ms BIGINT,
  deleted_by TEXT NOT NULL
))";

constexpr std::string_view kCopies = R"(
CREATE TABLE copies (
  backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
  store TEXT NOT NULL,
  place BIGINT NOT NULL,
  state TEXT NOT NULL,
  checked_at_ms BIGINT,
  problem TEXT NOT NULL,
  PRIMARY KEY (backup_id, store)
))";

constexpr std::string_view kStoreUsage = R"(
CREATE TABLE store_usage (
  project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
  store TEXT NOT NULL,
  day TEXT NOT NULL,
  objects BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  source_bytes BIGINT NOT NULL,
  measured_at_ms BIGINT NOT NULL,
  PRIMARY KEY (project, store, day)
))";

constexpr std::string_view kVerifications = R"(
CREATE TABLE verifications (
  project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
  verified_at_ms BIGINT NOT NULL,
  good BIGINT NOT NULL,
  summary TEXT NOT NULL,
  PRIMARY KEY (project, verified_at_ms)
))";

}  // namespace

const std::vector<Migration>& catalog_migrations() {
  static const std::vector<Migration> migrations{
      {1,
       "projects, branches, schedules, backups and copies",
       {kCatalogState, "INSERT INTO catalog_state (id, revision) VALUES (1, 0)", kSettings, kProjects,
        kBranches, "CREATE UNIQUE INDEX branches_production ON branches (project) WHERE type = 'production'",
        kSchedules, "CREATE INDEX schedules_project ON schedules (project)", kScheduledRuns, kBackups,
        // Pages of the fleet, of a project, of a branch; and what can be restored, with what sums need.
        "CREATE INDEX backups_by_time ON backups (started_at_ms, id)",
        "CREATE INDEX backups_live ON backups (project, started_at_ms, id) WHERE state <> 'deleted'",
        "CREATE INDEX backups_of_branch ON backups (project, branch, started_at_ms, id)",
        "CREATE INDEX backups_restorable ON backups (project, branch, started_at_ms, id, added_bytes) "
        "WHERE state IN ('good', 'degraded')",
        "CREATE INDEX backups_deleted ON backups (deleted_at_ms) WHERE state = 'deleted'", kCopies,
        kStoreUsage, "CREATE INDEX store_usage_day ON store_usage (day)", kVerifications}},
      // What a chart of the whole platform sums up lies in the index itself, in its order.
      {2,
       "the growth of a platform is read from an index",
       {"CREATE INDEX store_usage_by_day ON store_usage (day, store, bytes, source_bytes)",
        "DROP INDEX store_usage_day"}}};
  return migrations;
}

}  // namespace skyhold
