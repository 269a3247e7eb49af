// The few words in which PostgreSQL wants the one SQL text otherwise. What stands in quotes or
// comments is left alone.
#pragma once

#include <string>
#include <string_view>

namespace skyhold {

// "a = ? AND b = '?'" becomes "a = $1 AND b = '?'", with one parameter.
struct NumberedSql {
  std::string text;
  std::size_t parameters = 0;
};
NumberedSql numbered_parameters(std::string_view sql);

// TEXT becomes TEXT COLLATE "C" in a statement that makes or alters a table. Types are written
// in capitals, names are not: a column may be called text.
std::string text_by_bytes(std::string_view sql);

}  // namespace skyhold
