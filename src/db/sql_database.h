// SQL for the catalog: SQLite and PostgreSQL behind one port.
//
// One text serves both. Parameters are `?`, columns are BIGINT or TEXT, and what the two
// understand alike is all that is used: ON CONFLICT, RETURNING, partial and unique indexes,
// WITH, COALESCE, LIKE … ESCAPE. Where they differ, SqlSession says a word that fits. Text is
// compared and sorted by its bytes, LIKE minds the case, LOWER knows A to Z: on both (migrations.h
// sees to it). Not alike, and to be avoided: "? IS NULL" (no type can be found for it) and a
// result that is neither a whole number, a truth value nor text.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace skyhold {

using SqlValue = std::variant<std::nullptr_t, std::int64_t, std::string>;
using SqlParameters = std::vector<SqlValue>;

// One row of a result. Asking for a column that is not there, or of another type than it has,
// is a bug and asserts; so does a NULL where a value is asked for.
class SqlRow {
 public:
  explicit SqlRow(std::vector<SqlValue> values) : values_(std::move(values)) {}

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] bool is_null(std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t column) const;
  [[nodiscard]] const std::string& text(std::size_t column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::size_t column) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::size_t column) const;
  [[nodiscard]] bool flag(std::size_t column) const { return integer(column) != 0; }

 private:
  std::vector<SqlValue> values_;
};
using SqlRows = std::vector<SqlRow>;

enum class SqlDialect { kSqlite, kPostgresql };

// Inside a transaction. Once a statement failed, every further one gives its error again, and the
// transaction is rolled back whatever `body` gives: "insert, or else" is ON CONFLICT DO NOTHING.
// Text is UTF-8 without zero bytes. Errors: kAlreadyExists (a unique or primary key), kInvalidArgument (a
// foreign key or check), kUnavailable (no connection), kBusy (a lock was not had in time),
// kNoSpace, kInternal (a statement that is wrong).
class SqlSession {
 public:
  virtual ~SqlSession() = default;
  // One statement, as in execute().
  virtual Result<SqlRows> query(std::string_view sql, const SqlParameters& parameters = {}) = 0;
  // The number of rows that it changed; those that went by ON DELETE CASCADE do not count.
  virtual Result<std::int64_t> execute(std::string_view sql, const SqlParameters& parameters = {}) = 0;
  [[nodiscard]] virtual SqlDialect dialect() const = 0;
  // " FOR UPDATE SKIP LOCKED" or " FOR UPDATE", or nothing where there is one writer at a time.
  [[nodiscard]] std::string_view for_update_skip_locked() const;
  [[nodiscard]] std::string_view for_update() const;
};

enum class SqlAccess { kReadOnly, kReadWrite };

// Thread-safe: each transaction has a connection of its own from a bounded pool.
class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;

  // Runs `body` in a transaction: committed when it succeeds, else rolled back. When the server
  // asks for it (a serialization failure, a deadlock, a lost connection before the commit)
  // `body` is run again, a few times: it must have no other effects. Read-only transactions see
  // one instant. Transactions do not nest.
  virtual Status transact(SqlAccess access, const std::function<Status(SqlSession&)>& body) = 0;
  [[nodiscard]] virtual SqlDialect dialect() const = 0;
  // "SQLite at /var/lib/skyhold/catalog.db", "catalog on db1:5432 as skyhold"; no secret.
  [[nodiscard]] virtual std::string describe() const = 0;

  // The value that `body` gives.
  template <typename Body>
  auto read(const Body& body) -> decltype(body(std::declval<SqlSession&>())) {
    return transact_value(SqlAccess::kReadOnly, body);
  }
  template <typename Body>
  auto write(const Body& body) -> decltype(body(std::declval<SqlSession&>())) {
    return transact_value(SqlAccess::kReadWrite, body);
  }

 private:
  template <typename Body>
  auto transact_value(SqlAccess access, const Body& body) -> decltype(body(std::declval<SqlSession&>())) {
    using Outcome = decltype(body(std::declval<SqlSession&>()));
    std::optional<Outcome> outcome;
    const Status done = transact(access, [&](SqlSession& session) -> Status {
      outcome.emplace(body(session));
      if (!*outcome) return fail(outcome->error());
      return {};
    });
    if (!done) return fail(done.error());
    return std::move(*outcome);
  }
};

struct SqlDatabaseOptions {
  int connections = 8;  // at most, at once
  int busy_timeout_seconds = 30;
};

// "sqlite:///var/lib/skyhold/catalog.db" (made when it is not there, mode 0600, write-ahead log)
// or "postgresql://…" (any text that libpq understands as a URL). kInvalidArgument for anything
// else, never with the text in the message; kUnavailable when it cannot be reached.
Result<std::unique_ptr<SqlDatabase>> open_sql_database(std::string_view url,
                                                       const SqlDatabaseOptions& options = {});

}  // namespace skyhold
