// The databases of a server as a restore makes, lists and drops them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capture/pg_session.h"
#include "model/manifest.h"

namespace skyhold {

// A session in "postgres", or else "template1", on the target's server: beside the database
// that is to be renamed, made or looked at.
struct BesideSession {
  PgTarget target;
  PgSession session;
};
Result<BesideSession> connect_beside(const PgTarget& target);

Result<std::vector<std::string>> list_databases(PgSession& session);
Result<bool> database_exists(PgSession& session, std::string_view name);
// 0 when there is none of that name.
Result<std::uint64_t> database_oid(PgSession& session, std::string_view name);

// CREATE DATABASE … TEMPLATE template0 with the encoding and locale of `facts`. `owner`
// empty: the connected role. kUnsupported when the server lacks the locale.
Status create_database(PgSession& session, std::string_view name, const DatabaseFacts& facts,
                       std::string_view owner);
// The statement, for a server of that version.
Result<std::string> create_database_sql(int server_version_number, std::string_view name,
                                        const DatabaseFacts& facts, std::string_view owner);

// Ends the database's connections and drops it; not there is fine.
Status drop_database(PgSession& session, std::string_view name);

// Asks the server to end every connection to `name` but our own. The number of those
// that it was asked to end. kPermissionDenied when it refuses.
Result<std::uint64_t> terminate_connections(PgSession& session, std::string_view name);
// "app from 10.0.0.1 as odoo (3)", the most frequent first, at most ten.
Result<std::string> describe_connections(PgSession& session, std::string_view name);

}  // namespace skyhold
