#include <fmt/format.h>

#include "catalog/catalog.h"
#include "catalog/catalog_checks.h"
#include "catalog/catalog_rows.h"
#include "catalog/catalog_session.h"
#include "db/sql_values.h"

namespace skyhold {
namespace {

Result<Branch> branch_in(SqlSession& session, std::string_view project, std::string_view name) {
  TRY(require_project(session, project));
  const auto row = TRY(first_row(
      session, fmt::format("SELECT {} FROM branches WHERE project = ? AND name = ?", kBranchColumns),
      {std::string(project), std::string(name)}));
  if (row) return branch_from(*row);
  return fail(ErrorCode::kNotFound, fmt::format("project {} has no branch {}", project, clean_text(name, 80)),
              "list its branches to see their names");
}

Status require_no_other_production(SqlSession& session, const Branch& branch) {
  if (branch.type != BranchType::kProduction) return {};
  const auto row = TRY(
      first_row(session, "SELECT name FROM branches WHERE project = ? AND type = 'production' AND name <> ?",
                {branch.project, branch.name}));
  if (!row) return {};
  return fail(ErrorCode::kAlreadyExists,
              fmt::format("project {} has a production branch already, {}", branch.project, row->text(0)),
              "make it staging or development first");
}

}  // namespace

Status Catalog::create_branch(const Branch& given) {
  TRY(check_branch(given));
  Branch branch = given;
  branch.created_at = or_now(given.created_at, clock_);
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(require_project(session, branch.project));
    TRY(require_no_other_production(session, branch));
    const SqlParameters parameters = parameters_of(branch);
    const std::int64_t made = TRY(session.execute(
        fmt::format("INSERT INTO branches ({}) VALUES ({}) ON CONFLICT (project, name) DO NOTHING",
                    kBranchColumns, placeholders(parameters.size())),
        parameters));
    if (made == 1) return {};
    return fail(ErrorCode::kAlreadyExists,
                fmt::format("project {} has a branch {} already", branch.project, branch.name),
                "choose another name");
  });
}

Result<Branch> Catalog::branch(std::string_view project, std::string_view name) {
  return database_.read([&](SqlSession& session) { return branch_in(session, project, name); });
}

Result<std::vector<Branch>> Catalog::branches(std::string_view project) {
  return database_.read([&](SqlSession& session) -> Result<std::vector<Branch>> {
    TRY(require_project(session, project));
    const SqlRows rows = TRY(
        session.query(fmt::format("SELECT {} FROM branches WHERE project = ? ORDER BY name", kBranchColumns),
                      {std::string(project)}));
    return records_from(rows, branch_from);
  });
}

Result<std::vector<Branch>> Catalog::all_branches() {
  return database_.read([&](SqlSession& session) -> Result<std::vector<Branch>> {
    const SqlRows rows =
        TRY(session.query(fmt::format("SELECT {} FROM branches ORDER BY project, name", kBranchColumns)));
    return records_from(rows, branch_from);
  });
}

Status Catalog::update_branch(const Branch& branch) {
  TRY(check_branch(branch));
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(branch_in(session, branch.project, branch.name));
    TRY(require_no_other_production(session, branch));
    TRY(session.execute(
        "UPDATE branches SET type = ?, wrapped_database_url = ?, database_label = ?, database_server = ?, "
        "filestore = ?, addons_path = ?, odoo_version = ?, before_swap = ?, after_swap = ? WHERE project = ? "
        "AND name = ?",
        {std::string(to_string(branch.type)), branch.wrapped_database_url, branch.database_label,
         branch.database_server, branch.filestore, branch.addons_path, branch.odoo_version,
         branch.before_swap, branch.after_swap, branch.project, branch.name}));
    return {};
  });
}

Status Catalog::delete_branch(std::string_view project, std::string_view name) {
  return change(database_, [&](SqlSession& session) -> Status {
    TRY(branch_in(session, project, name));
    const SqlParameters twice{std::string(project), std::string(name), std::string(name)};
    constexpr std::string_view kNaming = "project = ? AND (branch = ? OR refresh_source = ?)";
    TRY(session.execute(
        fmt::format("DELETE FROM scheduled_runs WHERE schedule IN (SELECT id FROM schedules WHERE {})",
                    kNaming),
        twice));
    TRY(session.execute(fmt::format("DELETE FROM schedules WHERE {}", kNaming), twice));
    TRY(session.execute("DELETE FROM branches WHERE project = ? AND name = ?",
                        {std::string(project), std::string(name)}));
    return {};
  });
}

}  // namespace skyhold
