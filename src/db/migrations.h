// The steps that bring a database to the shape that this program knows. Forward only.
#pragma once

#include <string_view>
#include <vector>

#include "db/sql_database.h"

namespace skyhold {

struct Migration {
  int version = 0;                           // 1, 2, 3, … without gaps
  std::string_view name;                     // "pins have a reason"
  std::vector<std::string_view> statements;  // of both dialects
};

// Each module that keeps tables has a component name and its own row of migrations.
// What is missing is applied in one transaction, once, whoever else tries at the same time.
// kUnsupported when the database is newer than this program: it says which version to install.
// kCorrupt when a migration that was applied is not the one we know.
//
// On PostgreSQL each TEXT of a CREATE TABLE or ALTER TABLE gets COLLATE "C": the order of SQLite,
// and no index that a new version of the system's locale makes wrong.
Status migrate(SqlDatabase& database, std::string_view component, const std::vector<Migration>& migrations);

}  // namespace skyhold
