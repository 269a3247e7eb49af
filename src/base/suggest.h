// "Did you mean …": the nearest of some names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skyhold {

// Letters to insert, drop, change or swap with their neighbour to get from one to the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The name nearest to `text`; empty when none is near.
std::string nearest(std::string_view text, const std::vector<std::string>& names);

}  // namespace skyhold
