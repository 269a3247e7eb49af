// A blob: a run of bytes (data) or a directory listing (tree), named by the SHA-256 of
// its uncompressed plaintext.
#pragma once

#include <cstdint>
#include <functional>

#include "base/id.h"

namespace skyhold {

enum class BlobType : std::uint8_t { kData = 0, kTree = 1 };

struct BlobHandle {
  BlobType type = BlobType::kData;
  Id id;
  friend bool operator==(const BlobHandle&, const BlobHandle&) = default;
  friend auto operator<=>(const BlobHandle&, const BlobHandle&) = default;
};

// Where a blob lies inside a pack. `length` counts the cipher's 32 bytes.
struct PackedBlob {
  BlobHandle handle;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t raw_length = 0;  // of the plaintext before compression; 0: not compressed

  [[nodiscard]] std::uint32_t plain_length() const { return raw_length != 0 ? raw_length : length - 32; }
};

}  // namespace skyhold

template <>
struct std::hash<skyhold::BlobHandle> {
  std::size_t operator()(const skyhold::BlobHandle& handle) const noexcept {
    return std::hash<skyhold::Id>{}(handle.id) ^ static_cast<std::size_t>(handle.type);
  }
};
