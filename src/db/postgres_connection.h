// One connection to a PostgreSQL server.
#pragma once

#include "db/postgres_url.h"
#include "db/sql_connection.h"

namespace skyhold {

// Writes READ COMMITTED, reads REPEATABLE READ and READ ONLY. Waits for a lock for
// `lock_timeout_seconds`, for a statement and between two of them for some minutes.
SqlAttempt<std::unique_ptr<SqlConnection>> connect_postgres(const PostgresUrl& url, int lock_timeout_seconds);

}  // namespace skyhold
