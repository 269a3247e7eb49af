// Projects for the fleet: the same few queries for a page of any length.
#include <map>

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "catalog/catalog_projects.h"
#include "catalog/catalog_rows.h"
#include "catalog/catalog_session.h"
#include "db/sql_values.h"

namespace skyhold {
namespace {

// Of one project, as ids to be filled in.
struct NewestOf {
  std::string last_good;
  std::string last_attempt;
};

class SummaryQueries {
 public:
  SummaryQueries(SqlSession& session, std::vector<ProjectSummary>& summaries) : session_(session) {
    for (ProjectSummary& summary : summaries) {
      by_name_[summary.project.name] = &summary;
      names_.emplace_back(summary.project.name);
    }
  }

  Status fill() {
    if (names_.empty()) return {};
    TRY(count_backups());
    TRY(find_verified());
    TRY(find_newest());
    return load_newest();
  }

 private:
  Result<SqlRows> query(std::string_view sql) {
    return session_.query(fmt::format(fmt::runtime(sql), placeholders(names_.size())), names_);
  }

  Status count_backups() {
    const SqlRows rows = TRY(query(
        "SELECT project, COUNT(*), SUM(added_bytes) FROM backups WHERE state IN ('good', 'degraded') AND "
        "project IN ({}) GROUP BY project"));
    for (const SqlRow& row : rows) {
      ProjectSummary& summary = *by_name_.at(row.text(0));
      summary.backup_count = row.integer(1);
      summary.stored_bytes = row.integer(2);
    }
    return {};
  }

  Status find_verified() {
    const SqlRows rows =
        TRY(query("SELECT project, MAX(verified_at_ms) FROM verifications WHERE good = 1 AND project IN ({}) "
                  "GROUP BY project"));
    for (const SqlRow& row : rows) by_name_.at(row.text(0))->last_verified_at = time_at(row, 1);
    return {};
  }

  Status find_newest() {
    const SqlRows rows =
        TRY(query("SELECT project, name,"
                  " (SELECT id FROM backups WHERE project = branches.project AND branch = branches.name"
                  " AND state IN ('good', 'degraded') AND kind <> 'imported'"
                  " ORDER BY started_at_ms DESC, id DESC LIMIT 1),"
                  " (SELECT id FROM backups WHERE project = branches.project AND branch = branches.name"
                  " AND kind <> 'imported' AND NOT (kind <> 'automatic' AND state = 'failed' AND "
                  "error_code = 'cancelled') ORDER BY started_at_ms DESC, id DESC LIMIT 1), created_at_ms"
                  " FROM branches WHERE type = 'production' AND project IN ({})"));
    for (const SqlRow& row : rows) {
      ProjectSummary& summary = *by_name_.at(row.text(0));
      summary.production_branch = row.text(1);
      summary.production_since = time_at(row, 4);
      newest_[row.text(0)] = {row.optional_text(2).value_or(""), row.optional_text(3).value_or("")};
    }
    return {};
  }

  Status load_newest() {
    SqlParameters ids;
    for (const auto& [project, newest] : newest_) {
      for (const std::string& id : {newest.last_good, newest.last_attempt}) {
        if (!id.empty()) ids.emplace_back(id);
      }
    }
    if (ids.empty()) return {};
    const SqlRows rows = TRY(session_.query(
        fmt::format("SELECT {} FROM backups WHERE id IN ({})", kBackupColumns, placeholders(ids.size())),
        ids));
    std::vector<BackupRecord> backups = TRY(records_from(rows, backup_from));
    TRY(attach_copies(session_, backups));
    for (const BackupRecord& backup : backups) {
      ProjectSummary& summary = *by_name_.at(backup.project);
      const NewestOf& newest = newest_.at(backup.project);
      if (backup.id == newest.last_good) summary.last_good = backup;
      if (backup.id == newest.last_attempt) summary.last_attempt = backup;
    }
    return {};
  }

  SqlSession& session_;
  SqlParameters names_;
  std::map<std::string, ProjectSummary*, std::less<>> by_name_;
  std::map<std::string, NewestOf, std::less<>> newest_;
};

Result<std::vector<ProjectSummary>> summaries_of(SqlSession& session, std::vector<Project> projects) {
  std::vector<ProjectSummary> summaries(projects.size());
  for (std::size_t i = 0; i < projects.size(); ++i) summaries[i].project = std::move(projects[i]);
  TRY(SummaryQueries(session, summaries).fill());
  return summaries;
}

}  // namespace

Result<Page<ProjectSummary>> Catalog::project_summaries(const PageRequest& page, std::string_view search,
                                                        const std::vector<std::string>* names) {
  TRY(check_page(page));
  return database_.read([&](SqlSession& session) -> Result<Page<ProjectSummary>> {
    Page<Project> found = TRY(project_page(session, page, search, names));
    return Page<ProjectSummary>{TRY(summaries_of(session, std::move(found.items))), std::move(found.next)};
  });
}

Result<ProjectSummary> Catalog::project_summary(std::string_view name) {
  return database_.read([&](SqlSession& session) -> Result<ProjectSummary> {
    std::vector<Project> one{TRY(project_in(session, name))};
    return std::move(TRY(summaries_of(session, std::move(one))).front());
  });
}

}  // namespace skyhold
