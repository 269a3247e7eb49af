// Values of PgRows, whose text the server wrote and whose shape our own SQL fixes.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/pg_session.h"

namespace skyhold {

inline std::string text_of(const std::optional<std::string>& value) {
  return value.value_or("");
}

inline std::uint64_t number_of(const std::optional<std::string>& value) {
  std::uint64_t number = 0;
  if (value) std::from_chars(value->data(), value->data() + value->size(), number);
  return number;
}

inline bool is_true(const std::optional<std::string>& value) {
  return value == "t";
}

// The elements of a one-dimensional array's text: {a,"b \"c\"",NULL}; a NULL is left out.
std::vector<std::string> parse_array(std::string_view text);

}  // namespace skyhold
