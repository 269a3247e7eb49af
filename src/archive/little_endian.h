// Numbers as archives write them: the lowest byte first.
#pragma once

#include <concepts>

#include "base/bytes.h"

namespace skyhold {

// At `at`, which must lie inside of `bytes` with the whole number.
template <std::unsigned_integral T>
T load_little_endian(ByteView bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t byte = sizeof(T); byte > 0; --byte) value = value << 8U | bytes[at + byte - 1];
  return static_cast<T>(value);
}

template <std::unsigned_integral T>
void append_little_endian(Bytes& out, T value) {
  for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8U * byte)));
  }
}

}  // namespace skyhold
