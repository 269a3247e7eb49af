// How what is neither a number nor a text stands in a column, and parts of texts in LIKE.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "db/sql_database.h"

namespace skyhold {

// Milliseconds since 1970 UTC, in columns named …_at_ms. What is finer is cut off.
[[nodiscard]] SqlValue sql_time(Instant at);
[[nodiscard]] SqlValue sql_time(const std::optional<Instant>& at);  // NULL when there is none
[[nodiscard]] Instant time_at(const SqlRow& row, std::size_t column);
[[nodiscard]] std::optional<Instant> optional_time_at(const SqlRow& row, std::size_t column);

[[nodiscard]] inline SqlValue sql_flag(bool value) {
  return std::int64_t{value ? 1 : 0};
}

// For "column LIKE ? ESCAPE '\'": whatever contains `part`, which may hold % and _.
[[nodiscard]] std::string like_containing(std::string_view part);

}  // namespace skyhold
