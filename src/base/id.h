// The 32-byte name of an object: the SHA-256 of its bytes. Blobs, packs, index
// files, snapshots, keys and locks are all named so (repository/README.md).
#pragma once

#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

struct Id {
  static constexpr std::size_t kBytes = 32;
  std::array<std::uint8_t, kBytes> bytes{};

  friend auto operator<=>(const Id&, const Id&) = default;
  [[nodiscard]] ByteView view() const { return bytes; }
  [[nodiscard]] std::string hex() const;        // 64 lowercase digits
  [[nodiscard]] std::string short_hex() const;  // the first 8, as people see it
  [[nodiscard]] bool is_null() const { return *this == Id{}; }

  static Id from_bytes(ByteView bytes);               // asserts that there are 32
  static Result<Id> from_hex(std::string_view text);  // exactly 64 lowercase digits
  static Id random();
};

}  // namespace skyhold

template <>
struct std::hash<skyhold::Id> {
  // An id is a hash already; its first bytes are as good as any.
  std::size_t operator()(const skyhold::Id& id) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, id.bytes.data(), sizeof(value));
    return value;
  }
};
