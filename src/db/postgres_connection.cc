#include "db/postgres_connection.h"

#include <array>
#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "db/postgres_error.h"
#include "db/sql_text.h"

namespace skyhold {
namespace {

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Handle = std::unique_ptr<PGconn, FinishConnection>;
using PgResult = std::unique_ptr<PGresult, ClearResult>;

// From the server's pg_type.dat; they never change.
enum TypeOid : Oid {
  kBool = 16,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kOid = 26,
  kName = 19,
  kBpchar = 1042,
  kVarchar = 1043,
  kNumeric = 1700,
  kVoid = 2278,
  kUnspecified = 0,  // the server finds it from where the parameter stands
};

constexpr int kOldestServer = 120000;
constexpr int kMostParameters = 65535;

SqlFailure wrong_statement(std::string message) {
  return SqlFailure{Error{ErrorCode::kInternal, "PostgreSQL: " + std::move(message), {}}};
}

// What PQexecParams wants. Numbers as text in `numbers`, which must not move.
struct Parameters {
  explicit Parameters(const SqlParameters& values) {
    numbers.reserve(values.size());
    for (const SqlValue& value : values) {
      if (const auto* number = std::get_if<std::int64_t>(&value)) {
        numbers.push_back(std::to_string(*number));
        add(kInt8, numbers.back().c_str());
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        add(kText, text->c_str());
      } else {
        add(kUnspecified, nullptr);
      }
    }
  }
  void add(Oid type, const char* text) {
    types.push_back(type);
    texts.push_back(text);
  }

  std::vector<std::string> numbers;
  std::vector<Oid> types;
  std::vector<const char*> texts;
};

// SUM and COUNT over bigint are numeric, in whole numbers.
std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

SqlAttempt<SqlValue> value_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return SqlValue(nullptr);
  const std::string_view text(PQgetvalue(result, row, column),
                              static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case kText:
    case kVarchar:
    case kBpchar:
    case kName:
    case kVoid: return SqlValue(std::string(text));
    case kBool: return SqlValue(std::int64_t{text == "t" ? 1 : 0});
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
    case kNumeric:
      if (const auto number = whole_number(text)) return SqlValue(*number);
      break;
    default: break;
  }
  return tl::unexpected(
      wrong_statement(fmt::format("column {} of a result is neither a whole number nor text", column)));
}

SqlAttempt<SqlRows> rows_of(const PGresult* result) {
  SqlRows rows;
  const int row_count = PQntuples(result);
  const int column_count = PQnfields(result);
  rows.reserve(static_cast<std::size_t>(row_count));
  for (int row = 0; row < row_count; ++row) {
    std::vector<SqlValue> values;
    values.reserve(static_cast<std::size_t>(column_count));
    for (int column = 0; column < column_count; ++column) {
      auto value = value_of(result, row, column);
      if (!value) return tl::unexpected(std::move(value).error());
      values.push_back(std::move(*value));
    }
    rows.emplace_back(std::move(values));
  }
  return rows;
}

// The tag of a SELECT counts rows too, but it changed none.
std::int64_t changed_rows_of(PGresult* result) {
  const std::string_view tag = PQcmdStatus(result);
  const bool changes = tag.starts_with("INSERT") || tag.starts_with("UPDATE") || tag.starts_with("DELETE");
  return changes ? whole_number(PQcmdTuples(result)).value_or(0) : 0;
}

class PostgresConnection final : public SqlConnection {
 public:
  explicit PostgresConnection(Handle handle) : handle_(std::move(handle)) {}

  SqlAttempt<void> begin(SqlAccess access) override {
    access_ = access;
    return simple(access == SqlAccess::kReadWrite ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                                  : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }
  SqlAttempt<SqlOutcome> run(std::string_view sql, const SqlParameters& parameters) override;
  SqlAttempt<void> commit() override;
  bool rollback() override {
    return simple("ROLLBACK").has_value() && PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
  }

  SqlAttempt<void> simple(const char* sql) {
    const PgResult result(PQexec(handle_.get(), sql));
    if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) return {};
    return tl::unexpected(failure(result.get()));
  }

 private:
  SqlFailure failure(const PGresult* result) const {
    return postgres_failure(result, handle_.get(), access_);
  }

  Handle handle_;
  SqlAccess access_ = SqlAccess::kReadOnly;
};

SqlAttempt<SqlOutcome> PostgresConnection::run(std::string_view sql, const SqlParameters& parameters) {
  const NumberedSql numbered = numbered_parameters(sql);
  if (numbered.parameters != parameters.size() || parameters.size() > kMostParameters) {
    return tl::unexpected(wrong_statement(
        fmt::format("{} parameters for the {} of a statement", parameters.size(), numbered.parameters)));
  }
  const Parameters given(parameters);
  const PgResult result(PQexecParams(handle_.get(), numbered.text.c_str(),
                                     static_cast<int>(parameters.size()), given.types.data(),
                                     given.texts.data(), nullptr, nullptr, 0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return tl::unexpected(failure(result.get()));
  auto rows = rows_of(result.get());
  if (!rows) return tl::unexpected(std::move(rows).error());
  return SqlOutcome{std::move(*rows), changed_rows_of(result.get())};
}

SqlAttempt<void> PostgresConnection::commit() {
  const PgResult result(PQexec(handle_.get(), "COMMIT"));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    SqlFailure lost = failure(result.get());
    if (lost.broken) {
      lost.try_again = false;  // it may have been committed, and twice could be wrong
      lost.error.message += ", in the middle of a commit: what was asked for may be done or not";
      lost.error.hint = "look whether it is done, and try again if not";
    }
    return tl::unexpected(std::move(lost));
  }
  // A transaction in which something failed answers COMMIT with ROLLBACK and no error.
  if (std::string_view(PQcmdStatus(result.get())) == "COMMIT") return {};
  return tl::unexpected(wrong_statement("the transaction was rolled back at its end"));
}

SqlAttempt<Handle> connect(const PostgresUrl& url) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : url.parameters()) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  Handle handle(PQconnectdbParams(keywords.data(), values.data(), 0));
  if (PQstatus(handle.get()) == CONNECTION_OK) return handle;
  Error error{ErrorCode::kUnavailable,
              fmt::format("cannot connect to {}: {}", url.describe(),
                          url.redacted(one_line(PQerrorMessage(handle.get())))),
              "check that the server runs and can be reached, and the user, password and database of the "
              "catalog's URL"};
  return tl::unexpected(SqlFailure{std::move(error), true, true});
}

SqlAttempt<void> check_server(PGconn* connection) {
  const char* encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding == nullptr || std::strcmp(encoding, "UTF8") != 0) {
    return tl::unexpected(
        SqlFailure{Error{ErrorCode::kUnsupported,
                         fmt::format("the catalog's database has the encoding {}, not UTF8",
                                     encoding == nullptr ? "unknown" : encoding),
                         "make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"}});
  }
  if (PQserverVersion(connection) < kOldestServer) {
    return tl::unexpected(
        SqlFailure{Error{ErrorCode::kUnsupported, "the catalog's PostgreSQL server is older than version 12",
                         "use PostgreSQL 12 or newer for the catalog"}});
  }
  return {};
}

}  // namespace

SqlAttempt<std::unique_ptr<SqlConnection>> connect_postgres(const PostgresUrl& url,
                                                            int lock_timeout_seconds) {
  auto handle = connect(url);
  if (!handle) return tl::unexpected(std::move(handle).error());
  if (auto checked = check_server(handle->get()); !checked) {
    return tl::unexpected(std::move(checked).error());
  }
  PQsetNoticeProcessor(
      handle->get(), [](void*, const char*) {}, nullptr);
  auto connection = std::make_unique<PostgresConnection>(std::move(*handle));
  // The schema is the role's or the database's own choice: search_path stays.
  const std::string settings = fmt::format(
      "SET lock_timeout = '{}s'; SET statement_timeout = '5min'; "
      "SET idle_in_transaction_session_timeout = '5min'; SET standard_conforming_strings = on; "
      "SET client_min_messages = warning; SET jit = off",
      lock_timeout_seconds);
  if (auto set = connection->simple(settings.c_str()); !set) {
    return tl::unexpected(std::move(set).error());
  }
  return connection;
}

}  // namespace skyhold
