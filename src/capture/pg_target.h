// Which database of which server: a parsed PostgreSQL URL or keyword string.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace skyhold {

// What libpq made of the text, defaults from the environment left to libpq.
class PgTarget {
 public:
  // "postgresql://user:secret@host:5432/db?sslmode=require" or "host=… dbname=…".
  // kInvalidArgument, never with the text in the message: it may hold a password.
  static Result<PgTarget> parse(std::string_view text);

  [[nodiscard]] const std::string& database() const { return database_; }
  [[nodiscard]] PgTarget with_database(std::string_view name) const;
  // The same server by another role; what the URL asks of a session (options=) was for its own.
  [[nodiscard]] PgTarget with_login(std::string_view user, std::string_view password) const;
  // libpq keywords and values, password included, for PQconnectdbParams.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& parameters() const {
    return parameters_;
  }
  [[nodiscard]] const std::string& password() const { return password_; }
  // "db on host:port as user", for people and logs.
  [[nodiscard]] std::string describe() const;

 private:
  std::string database_;
  std::string password_;
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace skyhold
