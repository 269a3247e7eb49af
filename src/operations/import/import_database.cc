#include "operations/import/import_database.h"

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/log.h"
#include "base/random.h"
#include "capture/odoo/unaccent.h"
#include "capture/pg_text.h"
#include "crypto/hash.h"
#include "operations/import/scram_verifier.h"

namespace skyhold {
namespace {

constexpr std::string_view kPrefix = "skyhold_import_";
constexpr std::int32_t kLockClass = 0x534b5949;  // "SKYI"
constexpr int kPostgres13 = 130000;
constexpr int kPostgres14 = 140000;
constexpr int kPostgres15 = 150000;
constexpr int kConnectionLimit = 64;

std::string random_hex(std::size_t bytes) {
  Bytes random(bytes);
  random_bytes(random);
  return hex_encode(random);
}

std::int32_t lock_key(std::string_view name) {
  const Id digest = sha256(as_bytes(name));
  std::int32_t key = 0;
  std::memcpy(&key, digest.bytes.data(), sizeof(key));
  return key;
}
Result<bool> try_lock(PgSession& session, const std::string& name) {
  const std::string sql =
      fmt::format("SELECT pg_catalog.pg_try_advisory_lock({}, {})", kLockClass, lock_key(name));
  return TRY(session.query_value(sql)) == "t";
}
Status unlock(PgSession& session, const std::string& name) {
  return session.execute(
      fmt::format("SELECT pg_catalog.pg_advisory_unlock({}, {})", kLockClass, lock_key(name)));
}

// A session in "postgres", or else "template1": beside whatever is made and dropped.
Result<std::pair<PgTarget, PgSession>> connect_beside_all(const PgTarget& server) {
  PgTarget beside = server.with_database("postgres");
  auto session = PgSession::connect(beside);
  if (!session && session.error().code == ErrorCode::kNotFound) {
    beside = server.with_database("template1");
    session = PgSession::connect(beside);
  }
  if (!session) return fail(std::move(session).error());
  if (session->server_version_number() >= kPostgres14) {
    TRY(session->execute("SET client_connection_check_interval = 500"));
  }
  return std::pair{std::move(beside), std::move(*session)};
}

// What nobody holds the lock of is dead. What cannot be dropped stays for the next time.
Status clear_leftovers(PgSession& session) {
  const PgRows rows =
      TRY(session.query("SELECT name FROM (SELECT datname::text AS name FROM pg_catalog.pg_database "
                        "UNION SELECT rolname::text FROM pg_catalog.pg_roles) AS names WHERE name ~ $1",
                        {fmt::format("^{}[0-9a-f]{{16}}$", kPrefix)}));
  for (const PgRow& row : rows) {
    const std::string name = text_of(row.at(0));
    if (!TRY(try_lock(session, name))) continue;
    const Status dropped = drop_import(session, name);
    if (!dropped) log::warning("what a dead import left cannot be dropped: {}", dropped.error().message);
    TRY(unlock(session, name));
  }
  return {};
}

std::string create_database_sql(std::string_view name, const DatabaseFacts& like, int server) {
  std::string sql =
      fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {}", quote_identifier(name),
                  quote_literal(like.encoding), quote_literal(like.collate));
  if (!like.ctype.empty()) sql += " LC_CTYPE " + quote_literal(like.ctype);
  if (server >= kPostgres15) {
    const bool icu = like.locale_provider == "icu";
    sql += icu ? " LOCALE_PROVIDER icu ICU_LOCALE " + quote_literal(like.locale) : " LOCALE_PROVIDER libc";
  }
  return sql;
}

}  // namespace

Status drop_import(PgSession& session, const std::string& name) {
  const std::string drop = "DROP DATABASE IF EXISTS " + quote_identifier(name);
  if (session.server_version_number() >= kPostgres13) {
    TRY(session.execute(drop + " WITH (FORCE)"));
  } else {
    TRY(session.query(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1",
        {name}));
    TRY(session.execute(drop));
  }
  return session.execute("DROP ROLE IF EXISTS " + quote_identifier(name));
}

Result<std::unique_ptr<ImportDatabase>> ImportDatabase::make(const ImportDatabaseOptions& options) {
  auto [beside, session] = TRY(connect_beside_all(options.server));
  std::unique_ptr<ImportDatabase> made(new ImportDatabase(std::move(beside), std::move(session)));
  TRY(made->check_rights());
  TRY(clear_leftovers(made->session_));
  const std::string name = std::string(kPrefix) + random_hex(8);
  if (!TRY(try_lock(made->session_, name))) {
    return fail(ErrorCode::kBusy, "the lock of a new import is held by another", "run it again");
  }
  made->name_ = name;  // from here on the destructor drops it
  made->password_ = random_hex(24);
  made->target_ = options.server.with_database(name).with_login(name, made->password_);
  TRY(made->make_role(options));
  TRY(made->make_database(options.like));
  TRY(made->open_to_role(options));
  return made;
}

ImportDatabase::~ImportDatabase() {
  if (name_.empty()) return;
  Status dropped = drop_import(session_, name_);
  if (!dropped) {
    // The connection may be what failed.
    auto again = PgSession::connect(beside_);
    if (again) dropped = drop_import(*again, name_);
  }
  if (!dropped) {
    log::warning("scratch database and role \"{}\" could not be dropped; the next import will: {}", name_,
                 dropped.error().message);
  }
}

Status ImportDatabase::check_rights() {
  const PgRows rows =
      TRY(session_.query("SELECT rolsuper, rolcreatedb, rolcreaterole, rolname FROM pg_catalog.pg_roles "
                         "WHERE rolname = current_user"));
  superuser_ = !rows.empty() && is_true(rows[0].at(0));
  const bool may = superuser_ || (!rows.empty() && is_true(rows[0].at(1)) && is_true(rows[0].at(2)));
  if (may) return {};
  const std::string role = rows.empty() ? "" : text_of(rows[0].at(3));
  return fail(
      ErrorCode::kPermissionDenied,
      fmt::format("role \"{}\" may not make the scratch database and the role that an import needs", role),
      fmt::format("ALTER ROLE {} CREATEDB CREATEROLE; or name another role of that server",
                  quote_identifier(role)));
}

Status ImportDatabase::make_role(const ImportDatabaseOptions& options) {
  const std::string role = quote_identifier(name_);
  const std::string until = TRY(session_.query_value(
      fmt::format("SELECT (now() + interval '{} seconds')::text", options.valid_for.count())));
  TRY(session_.execute(
      fmt::format("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS "
                  "CONNECTION LIMIT {} PASSWORD {} VALID UNTIL {}",
                  role, kConnectionLimit, quote_literal(scram_verifier(password_)), quote_literal(until))));
  if (superuser_) {
    const std::uint64_t kilobytes = std::min<std::uint64_t>(options.max_temporary_bytes / 1024, INT32_MAX);
    return session_.execute(fmt::format("ALTER ROLE {} SET temp_file_limit = {}", role, kilobytes));
  }
  // To be able to end its connections.
  return session_.execute(fmt::format("GRANT {} TO CURRENT_USER", role));
}

Status ImportDatabase::make_database(const std::optional<DatabaseFacts>& like) {
  const int server = session_.server_version_number();
  if (like) {
    if (session_.execute(create_database_sql(name_, *like, server))) return {};
    locale_kept_ = false;
  }
  DatabaseFacts plain;
  plain.encoding = "UTF8";
  plain.collate = "C";
  if (session_.execute(create_database_sql(name_, plain, server))) return {};
  plain.ctype = "C";  // where the server's own is of another encoding
  const Status made = session_.execute(create_database_sql(name_, plain, server));
  if (!made) return fail(made.error().in("cannot create the import's scratch database"));
  return {};
}

Status ImportDatabase::open_to_role(const ImportDatabaseOptions&) {
  const std::string role = quote_identifier(name_);
  TRY(session_.execute(fmt::format("REVOKE ALL ON DATABASE {} FROM PUBLIC", role)));
  TRY(session_.execute(fmt::format("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {} TO {}", role, role)));
  PgSession inside = TRY(connect_as_operator());
  TRY(inside.execute(fmt::format("GRANT ALL ON SCHEMA public TO {}", role)));
  const auto tried = PgSession::connect(target_);
  if (tried) return {};
  Error error = tried.error().in("the import's own role cannot log in");
  if (error.code == ErrorCode::kPermissionDenied) {
    error.hint =
        "pg_hba.conf must let new roles in with a password from where Skyhold runs (host … scram-sha-256); "
        "\"peer\" knows no such roles: name the server by host and port";
  }
  return fail(std::move(error));
}

Result<PgSession> ImportDatabase::connect_as_operator() const {
  return PgSession::connect(beside_.with_database(name_));
}

Status ImportDatabase::create_extension(PgSession& session, const std::string& extension,
                                        const std::string& schema) const {
  const std::string place = quote_identifier(schema.empty() ? "public" : schema);
  const std::string sql =
      fmt::format("CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA {}", quote_identifier(extension), place);
  Status made = session.execute(sql);
  if (!made && made.error().code == ErrorCode::kPermissionDenied && superuser_) {
    PgSession inside = TRY(connect_as_operator());
    made = inside.execute(sql);
  }
  if (!made || extension != "unaccent" || !superuser_) return made;
  PgSession inside = TRY(connect_as_operator());
  return make_unaccent_immutable(inside);
}

}  // namespace skyhold
