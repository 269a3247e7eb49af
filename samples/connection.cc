#include "connection.h"

#include <fmt/format.h>

namespace sample {
namespace {

using ResultPointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

ResultPointer checked(PGconn* connection, PGresult* raw, std::string_view sql) {
  ResultPointer result(raw, &PQclear);
  const ExecStatusType status = PQresultStatus(raw);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) {
    throw Failure(fmt::format("{}while running: {}", PQerrorMessage(connection), sql.substr(0, 600)));
  }
  return result;
}

void ignore_notice(void* /*argument*/, const PGresult* /*notice*/) {}

PGconn* connect(const std::string& url, const char* database) {
  // A later keyword wins, and dbname is expanded only where it stands first.
  const char* const keywords[] = {"dbname", "application_name", database == nullptr ? nullptr : "dbname",
                                  nullptr};
  const char* const values[] = {url.c_str(), "sample_project", database, nullptr};
  PGconn* connection = PQconnectdbParams(keywords, values, 1);
  PQsetNoticeReceiver(connection, ignore_notice, nullptr);
  return connection;
}

}  // namespace

Connection::Connection(const std::string& url) : connection_(connect(url, nullptr)) {
  if (PQstatus(raw()) != CONNECTION_OK) throw Failure(PQerrorMessage(raw()));
  run("SET synchronous_commit = off; SET client_min_messages = warning");
}

Connection::Connection(const std::string& url, const std::string& database)
    : connection_(connect(url, database.c_str())) {
  if (PQstatus(raw()) != CONNECTION_OK) throw Failure(PQerrorMessage(raw()));
}

void Connection::run(const std::string& sql) {
  checked(raw(), PQexec(raw(), sql.c_str()), sql);
}

std::vector<std::vector<std::string>> Connection::rows(const std::string& sql) {
  const ResultPointer result = checked(raw(), PQexec(raw(), sql.c_str()), sql);
  std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(PQntuples(result.get())));
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      rows[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(result.get(), row, column));
    }
  }
  return rows;
}

std::string Connection::value(const std::string& sql) {
  const auto found = rows(sql);
  if (found.empty() || found[0].empty()) throw Failure(fmt::format("no row came back from: {}", sql));
  return found[0][0];
}

std::int64_t Connection::number(const std::string& sql) {
  return std::stoll(value(sql));
}

std::string Connection::database() const {
  return PQdb(raw());
}

std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char character : name) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + '"';
}

std::string quote_literal(std::string_view text) {
  std::string quoted = "'";
  for (const char character : text) {
    if (character == '\'') quoted += '\'';
    quoted += character;
  }
  return quoted + '\'';
}

CopyIn::CopyIn(Connection& connection, const std::string& table_and_columns) : connection_(connection.raw()) {
  const std::string sql = fmt::format("COPY {} FROM STDIN", table_and_columns);
  checked(connection_, PQexec(connection_, sql.c_str()), sql);
}

void CopyIn::separate() {
  if (row_is_open_) buffer_ += '\t';
  row_is_open_ = true;
}

CopyIn& CopyIn::text(std::string_view value) {
  separate();
  for (const char character : value) {
    switch (character) {
      case '\\': buffer_ += "\\\\"; break;
      case '\n': buffer_ += "\\n"; break;
      case '\r': buffer_ += "\\r"; break;
      case '\t': buffer_ += "\\t"; break;
      default: buffer_ += character;
    }
  }
  return *this;
}

CopyIn& CopyIn::number(std::int64_t value) {
  return plain(std::to_string(value));
}

CopyIn& CopyIn::plain(std::string_view value) {
  separate();
  buffer_ += value;
  return *this;
}

void CopyIn::end_row() {
  buffer_ += '\n';
  row_is_open_ = false;
  if (buffer_.size() > 256 * 1024) flush();
}

void CopyIn::flush() {
  if (PQputCopyData(connection_, buffer_.data(), static_cast<int>(buffer_.size())) != 1) {
    throw Failure(PQerrorMessage(connection_));
  }
  buffer_.clear();
}

void CopyIn::finish() {
  flush();
  if (PQputCopyEnd(connection_, nullptr) != 1) throw Failure(PQerrorMessage(connection_));
  checked(connection_, PQgetResult(connection_), "COPY");
  ResultPointer(PQgetResult(connection_), &PQclear);
}

}  // namespace sample
