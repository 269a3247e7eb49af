// Which names an object may have: one check for every store, so that a name that one
// of them takes is taken by all.
#pragma once

#include <string_view>

#include "base/result.h"

namespace skyhold {

inline constexpr std::size_t kMostObjectNameBytes = 200;
inline constexpr std::uint64_t kMostObjectBytes = std::uint64_t{160} << 20;

// kInvalidArgument unless the name is as object_store.h describes. The first segment
// "tmp" is refused as well: local stores keep unfinished files there.
Status check_object_name(std::string_view name);

// The same for what list() takes: the beginning of a name, or nothing.
Status check_object_prefix(std::string_view prefix);

// kInvalidArgument when an object of this size may not be written.
Status check_object_size(std::string_view name, std::uint64_t size_bytes);

}  // namespace skyhold
