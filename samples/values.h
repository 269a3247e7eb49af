// SQL that computes rows on the server, from their ids alone: fast, and the same for the
// same seed.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "schema.h"

namespace sample {

class Connection;

// The first attachments lie in the database and are never deleted; rows refer to these alone.
constexpr std::int64_t kLastingAttachments = 8;

// When rows were made: three years of business, or the working day after them.
class Period {
 public:
  static Period history(std::int64_t rows) { return Period(rows); }
  static Period working_day() { return Period(0); }

  [[nodiscard]] std::string sql() const;                // of the row with id g
  [[nodiscard]] std::string at(std::int64_t id) const;  // the same as text

 private:
  explicit Period(std::int64_t rows) : rows_(rows) {}
  std::int64_t rows_;
};

struct ValueContext {
  std::uint64_t seed = 0;
  std::map<std::string, std::int64_t> rows;  // of each table, to choose references from
  bool working_day = false;                  // else the rows are spread over three years

  [[nodiscard]] Period period(const std::string& table) const {
    return working_day ? Period::working_day() : Period::history(rows.at(table));
  }
};

// Sentences in a temporary table, which long texts are put together from.
void create_sentences(Connection& connection, std::uint64_t seed);

// INSERT of the rows with ids first … last (relations: the row numbers).
std::string insert_sql(const Table& table, std::int64_t first, std::int64_t last,
                       const ValueContext& context);

}  // namespace sample
