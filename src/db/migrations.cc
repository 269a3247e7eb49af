#include "db/migrations.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/version.h"
#include "db/sql_text.h"
#include "db/sql_values.h"

namespace skyhold {
namespace {

constexpr std::string_view kCreateTable = R"(
CREATE TABLE IF NOT EXISTS schema_migrations (
  component TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_by TEXT NOT NULL,
  applied_at_ms BIGINT NOT NULL,
  PRIMARY KEY (component, version)
))";

// Any number that nobody else takes: 'skyhold' in ASCII.
constexpr std::int64_t kAdvisoryLock = 0x736b79686f6c64;

// FNV-1a over the statements. It tells edited migrations apart; it keeps nobody from forging.
std::string checksum_of(const Migration& migration) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](char each) { hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3; };
  for (const std::string_view statement : migration.statements) {
    for (const char each : statement) add(each);
    add('\0');
  }
  return fmt::format("{:016x}", hash);
}

Status execute_as_dialect(SqlSession& session, std::string_view statement) {
  if (session.dialect() == SqlDialect::kSqlite) {
    TRY(session.execute(statement));
  } else {
    TRY(session.execute(text_by_bytes(statement)));
  }
  return {};
}

// SQLite's write transaction keeps others out by itself.
Status lock_out_others(SqlSession& session) {
  if (session.dialect() == SqlDialect::kSqlite) return {};
  TRY(session.execute("SET LOCAL statement_timeout = 0"));
  TRY(session.query("SELECT pg_advisory_xact_lock(?)", {kAdvisoryLock}));
  return {};
}

// How many of `migrations` are applied already.
Result<std::size_t> count_applied(SqlSession& session, std::string_view component,
                                  const std::vector<Migration>& migrations) {
  const SqlRows rows =
      TRY(session.query("SELECT version, name, checksum, applied_by FROM schema_migrations WHERE component = "
                        "? ORDER BY version",
                        {std::string(component)}));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t version = rows[i].integer(0);
    if (i >= migrations.size()) {
      const std::string& newest = rows.back().text(3);
      return fail(
          ErrorCode::kUnsupported,
          fmt::format("the tables of \"{}\" in the catalog are at version {}, made by Skyhold {}; this "
                      "program, {}, knows them up to version {}",
                      component, rows.back().integer(0), newest, kVersion, migrations.size()),
          fmt::format("install Skyhold {} or newer", newest));
    }
    if (version == migrations[i].version && rows[i].text(2) == checksum_of(migrations[i])) continue;
    return fail(
        ErrorCode::kCorrupt,
        fmt::format("migration {} of \"{}\" in the catalog, \"{}\" by Skyhold {}, is not the one that "
                    "this program knows",
                    version, component, rows[i].text(1), rows[i].text(3)),
        "install a released Skyhold that is at least as new, or restore the catalog");
  }
  return rows.size();
}

Status apply(SqlSession& session, std::string_view component, const Migration& migration) {
  const auto in_context = [&](const Status& done) -> Status {
    if (done) return {};
    return fail(done.error().in(
        fmt::format("migration {} of \"{}\", \"{}\"", migration.version, component, migration.name)));
  };
  for (const std::string_view statement : migration.statements) {
    TRY(in_context(execute_as_dialect(session, statement)));
  }
  TRY(
      session.execute("INSERT INTO schema_migrations (component, version, name, checksum, applied_by, "
                      "applied_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
                      {std::string(component), std::int64_t{migration.version}, std::string(migration.name),
                       checksum_of(migration), std::string(kVersion), sql_time(SystemClock().now())}));
  return {};
}

}  // namespace

Status migrate(SqlDatabase& database, std::string_view component, const std::vector<Migration>& migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    SKYHOLD_ASSERT(migrations[i].version == static_cast<int>(i) + 1);
  }
  return database.transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
    TRY(lock_out_others(session));
    TRY(execute_as_dialect(session, kCreateTable));
    for (std::size_t i = TRY(count_applied(session, component, migrations)); i < migrations.size(); ++i) {
      TRY(apply(session, component, migrations[i]));
    }
    return {};
  });
}

}  // namespace skyhold
