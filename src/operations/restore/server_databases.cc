#include "operations/restore/server_databases.h"

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr int kPostgres13 = 130000;
constexpr int kPostgres15 = 150000;
constexpr int kPostgres16 = 160000;
constexpr int kPostgres17 = 170000;

Result<std::string> locale_provider_sql(int server, const DatabaseFacts& facts) {
  if (facts.locale_provider.empty() || facts.locale_provider == "libc") {
    return std::string(server >= kPostgres15 ? " LOCALE_PROVIDER libc" : "");
  }
  if (facts.locale_provider == "icu" && server >= kPostgres15) {
    std::string sql = " LOCALE_PROVIDER icu ICU_LOCALE " + quote_literal(facts.locale);
    if (!facts.icu_rules.empty() && server >= kPostgres16)
      sql += " ICU_RULES " + quote_literal(facts.icu_rules);
    return sql;
  }
  if (facts.locale_provider == "builtin" && server >= kPostgres17) {
    return " LOCALE_PROVIDER builtin BUILTIN_LOCALE " + quote_literal(facts.locale);
  }
  return fail(
      ErrorCode::kUnsupported,
      fmt::format("the backup's database has locale provider {}, which the target server (PostgreSQL {}) "
                  "does not know",
                  facts.locale_provider, server / 10000),
      "restore onto a server of at least the backup's version");
}

}  // namespace

Result<BesideSession> connect_beside(const PgTarget& target) {
  PgTarget beside = target.with_database("postgres");
  auto session = PgSession::connect(beside);
  if (!session && session.error().code == ErrorCode::kNotFound) {
    beside = target.with_database("template1");
    session = PgSession::connect(beside);
  }
  if (!session) return fail(std::move(session).error());
  return BesideSession{std::move(beside), std::move(*session)};
}

Result<std::vector<std::string>> list_databases(PgSession& session) {
  std::vector<std::string> names;
  for (PgRow& row : TRY(session.query("SELECT datname FROM pg_catalog.pg_database ORDER BY datname"))) {
    names.push_back(std::move(row.at(0)).value_or(""));
  }
  return names;
}

Result<bool> database_exists(PgSession& session, std::string_view name) {
  return TRY(database_oid(session, name)) != 0;
}

Result<std::uint64_t> database_oid(PgSession& session, std::string_view name) {
  const PgRows rows =
      TRY(session.query("SELECT oid FROM pg_catalog.pg_database WHERE datname = $1", {std::string(name)}));
  return rows.empty() ? 0 : std::stoull(rows[0].at(0).value_or("0"));
}

Result<std::string> create_database_sql(int server_version_number, std::string_view name,
                                        const DatabaseFacts& facts, std::string_view owner) {
  std::string sql = fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
                                quote_identifier(name), quote_literal(facts.encoding),
                                quote_literal(facts.collate), quote_literal(facts.ctype));
  sql += TRY(locale_provider_sql(server_version_number, facts));
  if (!owner.empty()) sql += " OWNER " + quote_identifier(owner);
  return sql;
}

Status create_database(PgSession& session, std::string_view name, const DatabaseFacts& facts,
                       std::string_view owner) {
  const Status created =
      session.execute(TRY(create_database_sql(session.server_version_number(), name, facts, owner)));
  if (created) return {};
  Error error = created.error().in(fmt::format("cannot create database \"{}\"", name));
  const bool about_locale =
      error.message.find("locale") != std::string::npos || error.message.find("collat") != std::string::npos;
  if (about_locale && error.code != ErrorCode::kPermissionDenied) {
    error.code = ErrorCode::kUnsupported;
    error.hint = fmt::format(
        "the backup's database has LC_COLLATE '{}' and LC_CTYPE '{}': generate that locale on the target "
        "server (locale-gen) and restart PostgreSQL",
        facts.collate, facts.ctype);
  }
  return fail(std::move(error));
}

Status drop_database(PgSession& session, std::string_view name) {
  const std::string drop = "DROP DATABASE IF EXISTS " + quote_identifier(name);
  if (session.server_version_number() >= kPostgres13) return session.execute(drop + " WITH (FORCE)");
  TRY(terminate_connections(session, name));
  return session.execute(drop);
}

Result<std::uint64_t> terminate_connections(PgSession& session, std::string_view name) {
  // Of other roles' backends an ordinary role sees no type.
  const PgRows rows =
      TRY(session.query("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity "
                        "WHERE datname = $1 AND pid <> pg_catalog.pg_backend_pid() "
                        "AND coalesce(backend_type, 'client backend') IN ('client backend', 'walsender')",
                        {std::string(name)}));
  return rows.size();
}

Result<std::string> describe_connections(PgSession& session, std::string_view name) {
  const PgRows rows = TRY(session.query(
      "SELECT coalesce(nullif(application_name, ''), 'unnamed'), coalesce(host(client_addr), 'this host'), "
      "coalesce(usename, '?'), count(*) FROM pg_catalog.pg_stat_activity WHERE datname = $1 "
      "AND pid <> pg_catalog.pg_backend_pid() GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 10",
      {std::string(name)}));
  std::string text;
  for (const PgRow& row : rows) {
    text += fmt::format("{}{} from {} as {} ({})", text.empty() ? "" : ", ", *row.at(0), *row.at(1),
                        *row.at(2), *row.at(3));
  }
  return text;
}

}  // namespace skyhold
