// One connection to an SQLite file.
#pragma once

#include <string>

#include "db/sql_connection.h"

namespace skyhold {

struct SqliteSettings {
  std::string path;
  SqlAccess access = SqlAccess::kReadOnly;
  int busy_timeout_seconds = 30;
};

// Makes the file, readable by its owner only, unless it is there.
SqlAttempt<void> make_sqlite_file(const std::string& path);

// Write-ahead log, foreign keys on, each commit on the disk before it returns.
SqlAttempt<std::unique_ptr<SqlConnection>> open_sqlite(const SqliteSettings& settings);

}  // namespace skyhold
