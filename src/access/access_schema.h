// The tables of access/.
#pragma once

#include <vector>

#include "db/migrations.h"
#include "db/sql_database.h"

namespace skyhold {

const std::vector<Migration>& access_migrations();

// To be called in each transaction that changes what Access::dump() holds.
Status raise_access_revision(SqlSession& session);

}  // namespace skyhold
