// Sizes, rates and durations as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace skyhold {

std::string human_bytes(std::uint64_t bytes);  // "12.3 MB" (powers of 1000)
std::string human_count(std::uint64_t count);  // "1 234 567"
std::string human_seconds(double seconds);     // "0.42 s", "12.3 s", "3 min 05 s", "2 h 10 min"
std::string human_rate(std::uint64_t bytes, double seconds);  // "123 MB/s"

}  // namespace skyhold
