// Names that the service gives to what it makes.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace skyhold {

// "bk_0k3v9x1m2q8rz7t5w4n6": the prefix, ten digits of the time in milliseconds and ten random
// ones, in Crockford's base 32 in lower case. Ids of one prefix sort by the time of their making.
std::string new_id(std::string_view prefix, Instant now);

}  // namespace skyhold
