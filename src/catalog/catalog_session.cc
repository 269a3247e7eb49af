#include "catalog/catalog_session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace skyhold {

Status raise_revision(SqlSession& session) {
  TRY(session.execute("UPDATE catalog_state SET revision = revision + 1 WHERE id = 1"));
  return {};
}

Result<std::optional<SqlRow>> first_row(SqlSession& session, std::string_view sql,
                                        const SqlParameters& parameters) {
  SqlRows rows = TRY(session.query(sql, parameters));
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

Status require_project(SqlSession& session, std::string_view name) {
  const auto row = TRY(first_row(session, "SELECT name FROM projects WHERE name = ?", {std::string(name)}));
  if (row) return {};
  return fail(ErrorCode::kNotFound, fmt::format("there is no project {}", clean_text(name, 80)),
              "list the projects to see their names");
}

Status check_page(const PageRequest& page) {
  if (page.limit >= 1 && page.limit <= kMostPageItems) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("a page cannot have {} items", page.limit),
              fmt::format("ask for 1 to {}", kMostPageItems));
}

Instant or_now(Instant given, const Clock& clock) {
  return given == Instant() ? clock.now() : given;
}

void Conditions::add(std::string condition, SqlParameters parameters) {
  conditions_.push_back(std::move(condition));
  for (SqlValue& each : parameters) parameters_.push_back(std::move(each));
}

std::string Conditions::where() const {
  return conditions_.empty() ? "" : fmt::format(" WHERE {}", fmt::join(conditions_, " AND "));
}

}  // namespace skyhold
