// Rows of COPY text, for the few that Skyhold looks into.
//
//   field TAB field … NEWLINE     \N alone is a NULL
//   \b \f \n \r \t \v \\          one character; any other \x is x itself
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skyhold {

// The fields of one row, with or without its newline.
std::vector<std::optional<std::string>> decode_copy_row(std::string_view row);

}  // namespace skyhold
