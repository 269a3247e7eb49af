// What a database is beside its tables: encoding, owner, settings, extensions, roles.
#pragma once

#include "capture/pg_session.h"
#include "model/manifest.h"

namespace skyhold {

Result<DatabaseFacts> read_database_facts(PgSession& session);

}  // namespace skyhold
