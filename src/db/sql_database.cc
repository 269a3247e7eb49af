#include "db/sql_database.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "db/pooled_database.h"
#include "db/postgres_connection.h"
#include "db/sqlite_connection.h"

namespace skyhold {
namespace {

constexpr std::string_view kSqliteScheme = "sqlite://";

std::unique_ptr<ConnectionPool> make_pool(int most, const SqlDatabaseOptions& options, SqlConnect connect) {
  return std::make_unique<ConnectionPool>(most, std::chrono::seconds(options.busy_timeout_seconds),
                                          std::move(connect));
}

// Connects once, so that what cannot work is said now.
Result<std::unique_ptr<SqlDatabase>> tried(std::unique_ptr<PooledDatabase> database, ConnectionPool& pool) {
  auto lease = pool.take();
  if (!lease) return fail(std::move(lease).error().error);
  lease->give_back();
  return database;
}

Result<std::unique_ptr<SqlDatabase>> open_sqlite_database(std::string_view path,
                                                          const SqlDatabaseOptions& options) {
  if (!path.starts_with('/') || path.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument, "the catalog's SQLite URL must name an absolute path",
                "write sqlite:///var/lib/skyhold/catalog.db, with three slashes");
  }
  const std::string file(path);
  if (auto made = make_sqlite_file(file); !made) return fail(std::move(made).error().error);
  const auto pool_for = [&](SqlAccess access, int most) {
    const SqliteSettings settings{file, access, options.busy_timeout_seconds};
    return make_pool(most, options, [settings] { return open_sqlite(settings); });
  };
  // One writer at a time is what SQLite allows; within the process they queue for the one
  // connection instead of polling for its lock.
  auto writers = pool_for(SqlAccess::kReadWrite, 1);
  ConnectionPool& first = *writers;
  auto database = std::make_unique<PooledDatabase>(SqlDialect::kSqlite, "SQLite at " + file,
                                                   pool_for(SqlAccess::kReadOnly, options.connections),
                                                   std::move(writers));
  return tried(std::move(database), first);
}

Result<std::unique_ptr<SqlDatabase>> open_postgres_database(std::string_view text,
                                                            const SqlDatabaseOptions& options) {
  const PostgresUrl url = TRY(PostgresUrl::parse(text));
  auto pool = make_pool(options.connections, options,
                        [url, wait = options.busy_timeout_seconds] { return connect_postgres(url, wait); });
  ConnectionPool& first = *pool;
  auto database = std::make_unique<PooledDatabase>(SqlDialect::kPostgresql, url.describe(), std::move(pool));
  return tried(std::move(database), first);
}

}  // namespace

bool SqlRow::is_null(std::size_t column) const {
  SKYHOLD_ASSERT(column < values_.size());
  return std::holds_alternative<std::nullptr_t>(values_[column]);
}

std::int64_t SqlRow::integer(std::size_t column) const {
  SKYHOLD_ASSERT(column < values_.size() && std::holds_alternative<std::int64_t>(values_[column]));
  return std::get<std::int64_t>(values_[column]);
}

const std::string& SqlRow::text(std::size_t column) const {
  SKYHOLD_ASSERT(column < values_.size() && std::holds_alternative<std::string>(values_[column]));
  return std::get<std::string>(values_[column]);
}

std::optional<std::int64_t> SqlRow::optional_integer(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<std::string> SqlRow::optional_text(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::string_view SqlSession::for_update_skip_locked() const {
  return dialect() == SqlDialect::kPostgresql ? " FOR UPDATE SKIP LOCKED" : "";
}

std::string_view SqlSession::for_update() const {
  return dialect() == SqlDialect::kPostgresql ? " FOR UPDATE" : "";
}

Result<std::unique_ptr<SqlDatabase>> open_sql_database(std::string_view url,
                                                       const SqlDatabaseOptions& options) {
  SKYHOLD_ASSERT(options.connections > 0 && options.busy_timeout_seconds > 0);
  if (url.starts_with(kSqliteScheme)) return open_sqlite_database(url.substr(kSqliteScheme.size()), options);
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return open_postgres_database(url, options);
  }
  return fail(ErrorCode::kInvalidArgument, "the catalog's URL is of no kind that is known",
              "write sqlite:///var/lib/skyhold/catalog.db or postgresql://user@host:5432/database");
}

}  // namespace skyhold
