// Content-defined chunking by a gear hash: a cut depends only on the bytes before it, so
// that an insertion moves the cuts near it and no others.
//
// The table of random numbers is keyed per repository: chunk sizes, which a store's owner
// can see, then tell nothing about known content.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/cipher.h"

namespace skyhold {

struct ChunkSizes {
  std::size_t min_bytes = 0;
  std::size_t average_bytes = 0;  // a power of two
  std::size_t max_bytes = 0;
};

// Rows of tables. Small, because scattered changes touch a share of chunks that grows with
// their size, and smaller for small tables, whose chunks fill no memory;
// docs/decisions/0004-chunk-sizes.md has the figures.
inline constexpr ChunkSizes kSmallTableChunks{2U << 10, 4U << 10, 16U << 10};
inline constexpr ChunkSizes kTableChunks{2U << 10, 8U << 10, 32U << 10};

// On the server.
struct TableSize {
  std::uint64_t table_bytes = 0;
  std::uint64_t database_bytes = 0;  // all its tables
};
// Coarser where the table is large, and where the database is, however many tables share it: up to 256 GiB
// it has no more than about two million chunks. One that grows into another class is stored anew once; the
// borders lie far apart.
ChunkSizes table_chunks(const TableSize& size);
// Files are immutable and named by their content: whole, up to 8 MiB.
inline constexpr ChunkSizes kFileChunks{8U << 20, 8U << 20, 8U << 20};

class GearTable {
 public:
  explicit GearTable(const CipherKey& key);
  [[nodiscard]] std::uint64_t operator[](std::uint8_t byte) const { return values_[byte]; }

 private:
  std::array<std::uint64_t, 256> values_{};
};

// How many bytes at the front of `bytes` make the next chunk. `bytes` holds at least
// sizes.max_bytes, or all that is left.
std::size_t next_chunk(const GearTable& table, const ChunkSizes& sizes, ByteView bytes);

}  // namespace skyhold
