// What machines and servers say, made fit to be kept and shown.
#pragma once

#include <string>
#include <string_view>

namespace skyhold {

// One line of UTF-8: control characters become spaces, other bytes '?'; what is longer is cut at a character
// and ends in "…".
std::string fit_line(std::string_view text, std::size_t most_bytes);

}  // namespace skyhold
