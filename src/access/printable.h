// Text from outside, made fit to be kept and shown.
#pragma once

#include <string>
#include <string_view>

namespace skyhold {

// Control characters, those that turn the direction of writing, and bytes that are no UTF-8 become
// "\u000a" or "\xff": a line of the audit log cannot be forged or hidden. What is longer than
// `most_bytes` is cut at a character and ends in "…".
std::string printable(std::string_view text, std::size_t most_bytes);

// The text; empty when no table can hold it (it is no UTF-8, or has a zero byte): it names nothing then.
std::string storable_key(std::string_view text);

}  // namespace skyhold
