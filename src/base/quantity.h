// Durations and rates as people write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace skyhold {

// "90s", "30m", "24h", "7d", or "0". kInvalidArgument for anything else.
Result<std::chrono::seconds> parse_duration(std::string_view text);

// Bytes a second: "50 MB/s", "1.5 GB/s", "512 KiB/s", "1000 B/s"; at least 1 and at most 1 TB.
// kInvalidArgument for anything else.
Result<std::uint64_t> parse_byte_rate(std::string_view text);

}  // namespace skyhold
