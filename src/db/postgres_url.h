// A PostgreSQL URL, taken apart by libpq.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace skyhold {

class PostgresUrl {
 public:
  // kInvalidArgument, never with the text in the message: it may hold a password.
  static Result<PostgresUrl> parse(std::string_view text);

  // libpq's keywords and values, password included, and ours where the text says nothing.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& parameters() const {
    return parameters_;
  }
  // "catalog on db1:5432 as skyhold"
  [[nodiscard]] std::string describe() const;
  // `text` without the password, should it occur.
  [[nodiscard]] std::string redacted(std::string text) const;

 private:
  [[nodiscard]] std::string value(std::string_view keyword) const;

  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace skyhold
