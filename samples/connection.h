// A connection to PostgreSQL that throws Failure, which main() prints.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sample {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Connection {
 public:
  explicit Connection(const std::string& url);
  // The same server and user, another database.
  Connection(const std::string& url, const std::string& database);

  // One or several statements; several are one transaction.
  void run(const std::string& sql);
  std::vector<std::vector<std::string>> rows(const std::string& sql);
  std::string value(const std::string& sql);
  std::int64_t number(const std::string& sql);
  [[nodiscard]] std::string database() const;
  [[nodiscard]] PGconn* raw() const { return connection_.get(); }

 private:
  struct Closer {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Closer> connection_;
};

std::string quote_identifier(std::string_view name);
std::string quote_literal(std::string_view text);

// COPY … FROM STDIN in text format, a field at a time.
class CopyIn {
 public:
  CopyIn(Connection& connection, const std::string& table_and_columns);

  CopyIn& text(std::string_view value);
  CopyIn& number(std::int64_t value);
  // Text that needs no escaping.
  CopyIn& plain(std::string_view value);
  CopyIn& null() { return plain("\\N"); }
  void end_row();
  void finish();

 private:
  void separate();
  void flush();

  PGconn* connection_;
  std::string buffer_;
  bool row_is_open_ = false;
};

}  // namespace sample
