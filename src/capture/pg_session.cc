#include "capture/pg_session.h"

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include "base/assert.h"
#include "capture/pg_error.h"

namespace skyhold {
namespace {

struct ResultClear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ResultClear>;

struct CopyFree {
  void operator()(char* bytes) const { PQfreemem(bytes); }
};
struct CancelFree {
  void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};
struct ConnectionFinish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PgConnection = std::unique_ptr<PGconn, ConnectionFinish>;

constexpr std::size_t kCopyInChunkBytes = 256 * 1024;

PgConnection start_connection(const PgTarget& target, const PgSessionOptions& options) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [key, value] : target.parameters()) {
    keywords.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keywords.insert(keywords.end(), {"fallback_application_name", nullptr});
  values.insert(values.end(), {options.application_name.c_str(), nullptr});
  // expand_dbname 0: a database may well be called "host=elsewhere".
  return PgConnection(PQconnectStartParams(keywords.data(), values.data(), 0));
}

// Waits until libpq can go on. False at the deadline.
bool wait_for_socket(PGconn* connection, PostgresPollingStatusType wanted,
                     std::chrono::steady_clock::time_point deadline) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd socket{};
    socket.fd = PQsocket(connection);
    socket.events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    const int ready = ::poll(&socket, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// The URL's own connect_timeout wins over the option, as in libpq; 0 or less is libpq's
// word for "forever", which a backup that runs at night must not have.
int connect_timeout_seconds(const PgTarget& target, const PgSessionOptions& options) {
  for (const auto& [key, value] : target.parameters()) {
    int seconds = 0;
    if (key == "connect_timeout" &&
        std::from_chars(value.data(), value.data() + value.size(), seconds).ec == std::errc() &&
        seconds > 0) {
      return seconds;
    }
  }
  return options.connect_timeout_seconds;
}

Result<PgConnection> open_connection(const PgTarget& target, const PgSessionOptions& options) {
  PgConnection connection = start_connection(target, options);
  SKYHOLD_ASSERT(connection != nullptr);
  // The only way to learn the SQLSTATE of a refused connection.
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  const int seconds = connect_timeout_seconds(target, options);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (PQstatus(connection.get()) != CONNECTION_BAD && status != PGRES_POLLING_OK &&
         status != PGRES_POLLING_FAILED) {
    if (!wait_for_socket(connection.get(), status, deadline)) {
      return fail(ErrorCode::kUnavailable,
                  fmt::format("no answer from the PostgreSQL server within {} s", seconds),
                  "check the host, the port and any firewall in between");
    }
    status = PQconnectPoll(connection.get());
  }
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return fail(error_from_connect(connection.get(), target.password()));
  }
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

// What a role, a database or a server may have set otherwise, and what would change the
// bytes that COPY writes or end a session that merely waits.
std::string neutral_settings(int server_version_number, std::string_view server_encoding) {
  std::string sql =
      "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
      "SET search_path = ''; SET default_transaction_isolation = 'read committed';"
      "SET default_transaction_read_only = off; SET default_transaction_deferrable = off;"
      "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres';"
      "SET extra_float_digits = 3; SET bytea_output = 'hex'; SET xmloption = 'content'; SET array_nulls = on;"
      "SET standard_conforming_strings = on; SET quote_all_identifiers = off;"
      // The text of type money depends on it: "1,00" is a hundred where the comma groups.
      "SET lc_monetary = 'C';"
      "SET row_security = off; SET client_min_messages = 'warning';"
      "SET jit = off; SET max_parallel_workers_per_gather = 0; SET synchronize_seqscans = off;";
  if (server_version_number >= 140000) sql += "SET idle_session_timeout = 0;";
  if (server_version_number >= 170000) sql += "SET transaction_timeout = 0;";
  sql += fmt::format("SET client_encoding = {};", quote_literal(server_encoding));
  return sql;
}

}  // namespace

struct PgSession::State {
  PgConnection connection;
  std::unique_ptr<PGcancel, CancelFree> canceller;
  std::atomic<bool> cancel_asked{false};

  // A cancelled statement that we asked for is not a fault of the server.
  Error error(const PGresult* result) {
    Error error = error_from_result(result, connection.get());
    const char* sqlstate = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (sqlstate != nullptr && std::string_view(sqlstate) == "57014" && cancel_asked.exchange(false)) {
      error.code = ErrorCode::kCancelled;
      error.hint.clear();
    }
    return error;
  }

  // Takes the results that are left until libpq is idle; the first error is kept.
  Status drain() {
    Status status;
    while (true) {
      const PgResult result(PQgetResult(connection.get()));
      if (!result) return status;
      const ExecStatusType kind = PQresultStatus(result.get());
      if (kind == PGRES_FATAL_ERROR && status) status = fail(error(result.get()));
      // A COPY that was not expected here would be handed out without end.
      if (kind == PGRES_COPY_IN) PQputCopyEnd(connection.get(), "not expected here");
      if (kind == PGRES_COPY_OUT) drop_copy_data();
      if (PQstatus(connection.get()) == CONNECTION_BAD) {
        if (status) status = fail(error(nullptr));
        return status;
      }
    }
  }

  void drop_copy_data() {
    char* bytes = nullptr;
    while (PQgetCopyData(connection.get(), &bytes, 0) > 0) PQfreemem(bytes);
  }

  void send_cancel() {
    char reason[256];
    PQcancel(canceller.get(), reason, sizeof(reason));
  }

  // Ends a COPY … TO STDOUT whose reader has lost interest.
  void stop_copy_out() {
    send_cancel();
    drop_copy_data();
    [[maybe_unused]] const Status ignored = drain();  // the reader's own reason is what is reported
  }

  Result<std::uint64_t> finish_copy() {
    const PgResult result(PQgetResult(connection.get()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
      Error reason = error(result.get());
      [[maybe_unused]] const Status ignored = drain();
      return fail(std::move(reason));
    }
    const std::string_view counted = PQcmdTuples(result.get());
    std::uint64_t rows = 0;
    std::from_chars(counted.data(), counted.data() + counted.size(), rows);
    TRY(drain());
    return rows;
  }

  // Starts a COPY in the direction of `wanted`.
  Status start_copy(std::string_view sql, ExecStatusType wanted) {
    const PgResult started(PQexec(connection.get(), std::string(sql).c_str()));
    const ExecStatusType got = PQresultStatus(started.get());
    if (got == wanted) return {};
    if (got == PGRES_FATAL_ERROR || !started) return fail(error(started.get()));
    [[maybe_unused]] const Status ignored = drain();
    return fail(ErrorCode::kInternal, "a statement that should be a COPY is not one");
  }
};

PgSession::PgSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
PgSession::PgSession(PgSession&&) noexcept = default;
PgSession& PgSession::operator=(PgSession&&) noexcept = default;
PgSession::~PgSession() = default;

Result<PgSession> PgSession::connect(const PgTarget& target, const PgSessionOptions& options) {
  const std::string doing = fmt::format("cannot connect to {}", target.describe());
  Result<PgConnection> connection = open_connection(target, options);
  if (!connection) return fail(connection.error().in(doing));
  auto state = std::make_unique<State>();
  state->connection = std::move(*connection);
  state->canceller.reset(PQgetCancel(state->connection.get()));
  const char* encoding = PQparameterStatus(state->connection.get(), "server_encoding");
  PgSession session(std::move(state));
  const std::string settings =
      neutral_settings(session.server_version_number(), encoding == nullptr ? "UTF8" : encoding);
  if (const Status done = session.execute(settings); !done) return fail(done.error().in(doing));
  return session;
}

Status PgSession::execute(std::string_view sql) {
  if (PQsendQuery(state_->connection.get(), std::string(sql).c_str()) == 0)
    return fail(state_->error(nullptr));
  return state_->drain();
}

Result<PgRows> PgSession::query(std::string_view sql,
                                const std::vector<std::optional<std::string>>& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& each : parameters) values.push_back(each ? each->c_str() : nullptr);
  const PgResult result(PQexecParams(state_->connection.get(), std::string(sql).c_str(),
                                     static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                                     nullptr, 0));
  const ExecStatusType kind = PQresultStatus(result.get());
  if (kind != PGRES_TUPLES_OK && kind != PGRES_COMMAND_OK) {
    Error reason = state_->error(result.get());
    if (kind == PGRES_COPY_IN || kind == PGRES_COPY_OUT) {
      reason = Error{ErrorCode::kInternal, "a COPY was run as a query", ""};
      if (kind == PGRES_COPY_IN) PQputCopyEnd(state_->connection.get(), "not expected here");
      if (kind == PGRES_COPY_OUT) state_->drop_copy_data();
      [[maybe_unused]] const Status ignored = state_->drain();
    }
    return fail(std::move(reason));
  }
  PgRows rows(static_cast<std::size_t>(PQntuples(result.get())));
  const int columns = PQnfields(result.get());
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    PgRow& values_of_row = rows[static_cast<std::size_t>(row)];
    values_of_row.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result.get(), row, column) != 0) {
        values_of_row.emplace_back(std::nullopt);
      } else {
        values_of_row.emplace_back(std::in_place, PQgetvalue(result.get(), row, column),
                                   static_cast<std::size_t>(PQgetlength(result.get(), row, column)));
      }
    }
  }
  return rows;
}

Result<std::string> PgSession::query_value(std::string_view sql,
                                           const std::vector<std::optional<std::string>>& parameters) {
  PgRows rows = TRY(query(sql, parameters));
  if (rows.empty() || rows[0].empty() || !rows[0][0]) {
    return fail(ErrorCode::kNotFound, fmt::format("PostgreSQL: no value for \"{}\"", sql));
  }
  return std::move(*rows[0][0]);
}

Result<std::uint64_t> PgSession::copy_out(std::string_view sql,
                                          const std::function<Status(ByteView row)>& on_row) {
  TRY(state_->start_copy(sql, PGRES_COPY_OUT));
  while (true) {
    char* bytes = nullptr;
    const int length = PQgetCopyData(state_->connection.get(), &bytes, 0);
    if (length == -1) return state_->finish_copy();
    if (length < 0) {
      Error reason = state_->error(nullptr);
      [[maybe_unused]] const Status ignored = state_->drain();
      return fail(std::move(reason));
    }
    const std::unique_ptr<char, CopyFree> owner(bytes);
    Status taken = on_row(as_bytes(std::string_view(bytes, static_cast<std::size_t>(length))));
    if (!taken) {
      state_->stop_copy_out();
      return fail(std::move(taken).error());
    }
  }
}

Result<std::uint64_t> PgSession::copy_in(std::string_view sql, ByteSource& source) {
  TRY(state_->start_copy(sql, PGRES_COPY_IN));
  PGconn* connection = state_->connection.get();
  Bytes chunk(kCopyInChunkBytes);
  while (true) {
    Result<std::size_t> got = source.read(chunk);
    if (!got) {
      PQputCopyEnd(connection, "the source of the rows failed");
      [[maybe_unused]] const Status ignored = state_->drain();
      return fail(std::move(got).error());
    }
    if (*got == 0) break;
    // A server that has refused a row keeps its error until the end of the COPY.
    if (PQputCopyData(connection, reinterpret_cast<const char*>(chunk.data()), static_cast<int>(*got)) != 1)
      break;
  }
  if (PQputCopyEnd(connection, nullptr) != 1) {
    Error reason = state_->error(nullptr);
    [[maybe_unused]] const Status ignored = state_->drain();
    return fail(std::move(reason));
  }
  return state_->finish_copy();
}

int PgSession::server_version_number() const {
  return PQserverVersion(state_->connection.get());
}

void PgSession::cancel() {
  state_->cancel_asked = true;
  state_->send_cancel();
}

std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char each : name) {
    if (each == '"') quoted.push_back('"');
    quoted.push_back(each);
  }
  return quoted + "\"";
}

std::string quote_literal(std::string_view text) {
  std::string quoted = text.find('\\') == std::string_view::npos ? "'" : "E'";
  for (const char each : text) {
    if (each == '\'' || each == '\\') quoted.push_back(each);
    quoted.push_back(each);
  }
  return quoted + "'";
}

std::string quote_qualified(std::string_view schema, std::string_view name) {
  return quote_identifier(schema) + "." + quote_identifier(name);
}

}  // namespace skyhold
