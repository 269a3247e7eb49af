// Comparison of secrets.
#pragma once

#include <string_view>

namespace skyhold {

// In a time that depends on the lengths only, not on how much of `a` and `b` is equal.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace skyhold
