// What the parts of the catalog do alike inside a transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "db/sql_database.h"

namespace skyhold {

// Raises what Catalog::revision() tells. It is the first statement of every change: its row is
// then locked until the end, so that changes come one after another on PostgreSQL as well, and
// what one has looked at is still so when it writes.
Status raise_revision(SqlSession& session);

// A write transaction that raises the revision.
template <typename Body>
auto change(SqlDatabase& database, const Body& body) {
  return database.write([&](SqlSession& session) -> decltype(body(session)) {
    TRY(raise_revision(session));
    return body(session);
  });
}

Result<std::optional<SqlRow>> first_row(SqlSession& session, std::string_view sql,
                                        const SqlParameters& parameters);

// kNotFound when there is no such project.
Status require_project(SqlSession& session, std::string_view name);

// kInvalidArgument unless it is 1 to kMostPageItems.
Status check_page(const PageRequest& page);

// Instant() stands for "now".
Instant or_now(Instant given, const Clock& clock);

// WHERE a AND b, as far as there is something to ask for.
class Conditions {
 public:
  void add(std::string condition, SqlParameters parameters = {});
  [[nodiscard]] std::string where() const;  // " WHERE …", or empty
  [[nodiscard]] const SqlParameters& parameters() const { return parameters_; }

 private:
  std::vector<std::string> conditions_;
  SqlParameters parameters_;
};

}  // namespace skyhold
