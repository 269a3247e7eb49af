// The Range header, as far as it is honoured: one range of bytes (RFC 9110, 14.1.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace skyhold {

struct ByteRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> count;  // nothing: all that follow
};

// Of "bytes=100-199", "bytes=100-" or "bytes=-50", for something of `size` bytes; it lies within it.
// Nothing for whatever is no such range: the whole is right then (14.2). A count of 0: it begins behind
// the end.
std::optional<ByteRange> parse_byte_range(std::string_view header, std::uint64_t size);

}  // namespace skyhold
