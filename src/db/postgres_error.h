// Errors of PostgreSQL and libpq as failures of a transaction.
#pragma once

#include <string_view>

#include <libpq-fe.h>

#include "db/sql_connection.h"

namespace skyhold {

// Of a failed result, or of the connection when the result says nothing. Details are left out:
// they quote values.
SqlFailure postgres_failure(const PGresult* result, PGconn* connection, SqlAccess access);

// One line without a full stop, as Error::message wants it.
std::string one_line(std::string_view text);

}  // namespace skyhold
