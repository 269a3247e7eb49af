// Errors of SQLite as failures of a transaction.
#pragma once

#include <string_view>

#include "db/sql_connection.h"

struct sqlite3;

namespace skyhold {

// Of the last call on `connection`, which gave the extended `code`.
SqlFailure sqlite_failure(sqlite3* connection, int code, std::string_view path);

}  // namespace skyhold
