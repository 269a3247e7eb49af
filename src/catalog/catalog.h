// What the platform knows of its projects, branches, schedules, backups and copies. Everything
// here but pins, notes and rules can be found again in any one store: see operations/recover.
//
// Thread-safe. Each call is one transaction. Every change that matters raises revision(), by
// which the catalog's own backup knows that it is behind. Lists are in pages: a page begins
// after `after`, the cursor that the page before gave; an empty cursor at its end: no more.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "db/sql_database.h"
#include "model/backup_record.h"
#include "model/project.h"

namespace skyhold {

inline constexpr int kMostPageItems = 500;

struct PageRequest {
  int limit = 50;  // 1 to kMostPageItems
  std::string after{};
};
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;
};

struct BackupFilter {
  std::string project{};  // empty: of all
  std::string branch{};
  std::optional<BackupKind> kind{};
  std::optional<BackupState> state{};
  bool deleted = false;            // deleted ones too
  std::optional<Instant> since{};  // started then or later
  std::optional<Instant> until{};  // started before then
};

// Of one project, for the fleet: one query for a whole page of them.
struct ProjectSummary {
  Project project;
  std::string production_branch;            // empty: it has none
  std::optional<Instant> production_since;  // when that branch was made known
  std::int64_t backup_count = 0;            // restorable
  std::int64_t stored_bytes = 0;            // added by what is restorable, in one copy
  // Of the production branch itself (what was imported is none of it), with its copies: the newest
  // that can be restored. Its state says whether a copy is missing.
  std::optional<BackupRecord> last_good;
  // Of the production branch itself, whatever came of it; but one that a person began and cancelled says
  // nothing of how safe it is.
  std::optional<BackupRecord> last_attempt;
  std::optional<Instant> last_verified_at;  // with nothing wrong found
};

// What a project's copy in one store takes.
struct StoreUsage {
  std::string store;
  std::int64_t objects = 0;
  std::int64_t bytes = 0;
  Instant measured_at;
};
struct ProjectUsage {  // added by what is restorable, in one copy
  std::string project;
  std::int64_t bytes = 0;
};
struct UsagePoint {  // one a day and store
  std::string day;   // "2026-11-23", in UTC
  std::string store;
  std::int64_t bytes = 0;
  std::int64_t source_bytes = 0;  // that all backups would take without deduplication
};

// A scheduled run, so that it happens once: see policy/schedule.h for the key.
struct ScheduledRun {
  std::string schedule;
  std::string branch;
  std::string occurrence;  // "2026-03-29T02:30"
  std::string job;
  int attempt = 1;
  Instant at;
};

// Values whose key begins so are of this installation alone: neither dumped nor counted as a
// change. What the catalog's own backup notes about itself belongs there.
inline constexpr std::string_view kLocalValuePrefix = "local.";

// Everything is checked before it is stored. Where a record's created_at or measured_at is not
// set (1970), it is now. Words of machines (errors, versions) are made fit, those of people refused.
class Catalog {
 public:
  // Applies migrations. `database` and `clock` must outlive it.
  static Result<std::unique_ptr<Catalog>> open(SqlDatabase& database, const Clock& clock);

  // ---- projects: kAlreadyExists, kNotFound, kInvalidArgument (names, rules that make no sense)
  Status create_project(const Project& project);
  Result<Project> project(std::string_view name);
  // By name; `search` is a part of name or title; only those of `names` when given.
  Result<Page<Project>> projects(const PageRequest& page, std::string_view search = {},
                                 const std::vector<std::string>* names = nullptr);
  Result<Page<ProjectSummary>> project_summaries(const PageRequest& page, std::string_view search = {},
                                                 const std::vector<std::string>* names = nullptr);
  Result<ProjectSummary> project_summary(std::string_view name);
  struct RegionCount {
    std::string region;
    std::int64_t projects = 0;
  };
  Result<std::vector<RegionCount>> projects_by_region();  // of regions that have some
  Status update_project(const Project& project);          // everything but name, creation and repository
  // Once: another repository than the first is kAlreadyExists.
  Status set_repository(std::string_view project, std::string_view repository_id,
                        std::string_view wrapped_recovery);
  // Refused (kBusy) while it has backups that are restorable, unless `with_backups`.
  Status delete_project(std::string_view name, bool with_backups);

  // ---- branches. A second production branch is kAlreadyExists.
  Status create_branch(const Branch& branch);
  Result<Branch> branch(std::string_view project, std::string_view name);
  Result<std::vector<Branch>> branches(std::string_view project);
  Result<std::vector<Branch>> all_branches();  // of all projects
  Status update_branch(const Branch& branch);
  // And the schedules that name it. Its backups stay.
  Status delete_branch(std::string_view project, std::string_view name);

  // ---- schedules
  Status put_schedule(const Schedule& schedule);  // new or changed
  Result<std::vector<Schedule>> schedules(std::string_view project);
  Result<std::vector<Schedule>> enabled_schedules();  // of projects that are not paused
  Status delete_schedule(std::string_view project, std::string_view id);
  // kAlreadyExists when this occurrence was recorded with this attempt before.
  Status record_run(const ScheduledRun& run);
  // The newest run of each (schedule, branch): the last attempt at the latest occurrence.
  Result<std::vector<ScheduledRun>> last_runs();

  // ---- backups
  Status create_backup(const BackupRecord& backup);
  Result<BackupRecord> backup(std::string_view id);                                         // with copies
  Result<Page<BackupRecord>> backups(const BackupFilter& filter, const PageRequest& page);  // newest first
  // Those that are restorable, running or failed, of one project, oldest first: for retention.
  Result<std::vector<BackupRecord>> live_backups(std::string_view project);
  // Of what was captured from the branch: an imported backup says nothing of how it is now.
  Result<std::optional<BackupRecord>> newest_restorable(std::string_view project, std::string_view branch);
  // The one before it of the same branch that is restorable; before one that was captured, the one
  // that was captured before.
  Result<std::optional<BackupRecord>> previous(const BackupRecord& backup);
  // Everything but pin and copies. One that was deleted stays as it is (kInvalidArgument).
  Status update_backup(const BackupRecord& backup);
  Status set_copies(std::string_view backup_id, const std::vector<CopyRecord>& copies);
  Status pin(std::string_view backup_id, std::string_view reason, std::string_view by);
  Status unpin(std::string_view backup_id);
  // Writes kDeleted. kBusy when it is pinned or running, or the newest restorable or newest good
  // one of its branch, unless `even_if_newest`: among those that were captured from it; among the
  // imported ones where it has no other. One that was deleted before stays as it is.
  Status mark_deleted(std::string_view backup_id, std::string_view by, bool even_if_newest = false);

  // Whether it is what mark_deleted() keeps for being the newest.
  Result<bool> kept_as_newest(std::string_view backup_id);
  // Takes back a record that create_backup() made for work that never came to be. kInvalidArgument
  // once it has ended.
  Status discard_backup(std::string_view backup_id);
  // Removes the records of backups that were deleted before then.
  Status sweep(Instant before);

  // ---- measured
  Status record_usage(std::string_view project, const std::vector<StoreUsage>& usage,
                      std::int64_t source_bytes);
  Result<std::vector<StoreUsage>> usage(std::string_view project);  // latest, of each store
  // Of each store the sum of what was measured last of each project; the time is the latest of them.
  Result<std::vector<StoreUsage>> usage_by_store();
  Result<std::vector<ProjectUsage>> largest_projects(int most);  // the largest first
  Result<std::vector<UsagePoint>> usage_history(std::string_view project,
                                                Instant since);  // empty: all projects
  Status record_verified(std::string_view project, Instant at, bool good, std::string_view summary);
  struct Verification {
    Instant at;
    bool good = false;
    std::string summary;
  };
  Result<std::optional<Verification>> last_verification(std::string_view project);

  // ---- settings of the platform that are not in the file: "instance_id", …
  Result<std::optional<std::string>> value(std::string_view key);
  Status set_value(std::string_view key, std::string_view value);

  // Rises with every change of what its own backup must hold.
  Result<std::int64_t> revision();

  // Everything that recover needs, as one JSON text, and back into an empty catalog
  // (kAlreadyExists otherwise). Other modules' tables (people) are dumped by themselves.
  Result<std::string> dump();
  Status load(std::string_view json);

 private:
  Catalog(SqlDatabase& database, const Clock& clock) : database_(database), clock_(clock) {}

  SqlDatabase& database_;
  const Clock& clock_;
};

}  // namespace skyhold
