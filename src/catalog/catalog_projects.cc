#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "catalog/catalog.h"
#include "catalog/catalog_checks.h"
#include "catalog/catalog_projects.h"
#include "catalog/catalog_rows.h"
#include "catalog/catalog_session.h"
#include "catalog/cursor.h"
#include "db/sql_values.h"

namespace skyhold {
namespace {

constexpr std::string_view kList = "projects";

// As LOWER() of both databases: only A to Z.
std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; });
  return lowered;
}

}  // namespace

Result<Page<Project>> project_page(SqlSession& session, const PageRequest& page, std::string_view search,
                                   const std::vector<std::string>* names) {
  Conditions conditions;
  if (!page.after.empty()) {
    conditions.add("name > ?", {TRY(decode_cursor(kList, page.after, 1))[0]});
  }
  if (!search.empty()) {
    const std::string pattern = like_containing(lower(search));
    conditions.add("(LOWER(name) LIKE ? ESCAPE '\\' OR LOWER(title) LIKE ? ESCAPE '\\')", {pattern, pattern});
  }
  if (names != nullptr) {
    if (names->empty()) return Page<Project>{};
    conditions.add(fmt::format("name IN ({})", placeholders(names->size())),
                   SqlParameters(names->begin(), names->end()));
  }
  const SqlRows rows = TRY(session.query(fmt::format("SELECT {} FROM projects{} ORDER BY name LIMIT {}",
                                                     kProjectColumns, conditions.where(), page.limit + 1),
                                         conditions.parameters()));
  Page<Project> found{TRY(records_from(rows, project_from)), {}};
  if (found.items.size() > static_cast<std::size_t>(page.limit)) {
    found.items.pop_back();
    found.next = encode_cursor(kList, {found.items.back().name});
  }
  return found;
}

Result<Project> project_in(SqlSession& session, std::string_view name) {
  TRY(require_project(session, name));
  const auto row = TRY(first_row(
      session, fmt::format("SELECT {} FROM projects WHERE name = ?", kProjectColumns), {std::string(name)}));
  SKYHOLD_ASSERT(row.has_value());
  return project_from(*row);
}

Status Catalog::create_project(const Project& given) {
  TRY(check_project(given));
  Project project = given;
  project.created_at = or_now(given.created_at, clock_);
  return change(database_, [&](SqlSession& session) -> Status {
    const std::int64_t made =
        TRY(session.execute(fmt::format("INSERT INTO projects ({}) VALUES ({}) ON CONFLICT (name) DO NOTHING",
                                        kProjectColumns, placeholders(parameters_of(project).size())),
                            parameters_of(project)));
    if (made == 1) return {};
    return fail(ErrorCode::kAlreadyExists, fmt::format("there is a project {} already", project.name),
                "choose another name");
  });
}

Result<Project> Catalog::project(std::string_view name) {
  return database_.read([&](SqlSession& session) { return project_in(session, name); });
}

Result<Page<Project>> Catalog::projects(const PageRequest& page, std::string_view search,
                                        const std::vector<std::string>* names) {
  TRY(check_page(page));
  return database_.read([&](SqlSession& session) { return project_page(session, page, search, names); });
}

Result<std::vector<Catalog::RegionCount>> Catalog::projects_by_region() {
  return database_.read([&](SqlSession& session) -> Result<std::vector<RegionCount>> {
    const SqlRows rows =
        TRY(session.query("SELECT region, COUNT(*) FROM projects GROUP BY region ORDER BY region"));
    std::vector<RegionCount> counts;
    for (const SqlRow& row : rows) counts.push_back({row.text(0), row.integer(1)});
    return counts;
  });
}

Status Catalog::update_project(const Project& project) {
  TRY(check_project(project));
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(require_project(session, project.name));
    const RetentionRules& rules = project.retention;
    TRY(session.execute(
        "UPDATE projects SET title = ?, region = ?, keep_daily = ?, keep_weekly = ?, keep_monthly = ?, "
        "manual_days = ?, imported_days = ?, safety_days = ?, objective_hours = ?, paused = ?, "
        "paused_reason = ? WHERE name = ?",
        {project.title, project.region, std::int64_t{rules.keep_daily}, std::int64_t{rules.keep_weekly},
         std::int64_t{rules.keep_monthly}, std::int64_t{rules.manual_days}, std::int64_t{rules.imported_days},
         std::int64_t{rules.safety_days}, std::int64_t{project.objective_hours}, sql_flag(project.paused),
         project.paused_reason, project.name}));
    return {};
  });
}

Status Catalog::set_repository(std::string_view project, std::string_view repository_id,
                               std::string_view wrapped_recovery) {
  TRY(check_given_text("the id of a repository", repository_id, kMostReasonBytes));
  TRY(check_repository(repository_id, wrapped_recovery));
  return change(database_, [&](SqlSession& session) -> Status {
    const Project known = TRY(project_in(session, project));
    if (!known.repository_id.empty() && known.repository_id != repository_id) {
      return fail(ErrorCode::kAlreadyExists,
                  fmt::format("project {} has a repository already, {}", project, known.repository_id),
                  "its backups lie there; make another project for another repository");
    }
    TRY(session.execute("UPDATE projects SET repository_id = ?, wrapped_recovery = ? WHERE name = ?",
                        {std::string(repository_id), std::string(wrapped_recovery), std::string(project)}));
    return {};
  });
}

Status Catalog::delete_project(std::string_view name, bool with_backups) {
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(require_project(session, name));
    const SqlParameters project{std::string(name)};
    const auto row = TRY(
        first_row(session, "SELECT COUNT(*) FROM backups WHERE project = ? AND state IN ('good', 'degraded')",
                  project));
    if (row->integer(0) > 0 && !with_backups) {
      return fail(ErrorCode::kBusy,
                  fmt::format("project {} has {} backups that can be restored", name, row->integer(0)),
                  "delete it with its backups if that is meant");
    }
    TRY(session.execute(
        "DELETE FROM scheduled_runs WHERE schedule IN (SELECT id FROM schedules WHERE project = ?)",
        project));
    TRY(session.execute("DELETE FROM projects WHERE name = ?", project));
    return {};
  });
}

}  // namespace skyhold
