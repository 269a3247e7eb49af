#include "repository/chunker.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/assert.h"
#include "crypto/hash.h"

namespace skyhold {
namespace {

// The next number of SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// The hash's high bits depend on the last 64 bytes, its low bits on few: test the high ones.
std::uint64_t high_bits(int count) {
  return ~0ULL << (64 - count);
}

}  // namespace

ChunkSizes table_chunks(const TableSize& size) {
  constexpr std::uint64_t kSmallTableBytes = 64ULL << 20;
  constexpr std::uint64_t kSmallDatabaseBytes = 4ULL << 30;
  constexpr std::uint64_t kLargeTableBytes = 4ULL << 30;
  constexpr std::uint64_t kLargeDatabaseBytes = 16ULL << 30;
  constexpr int kCoarsest = 3;
  // Each class holds four times as much in chunks four times as large.
  const auto grade = [](std::uint64_t bytes, std::uint64_t large_bytes) {
    int steps = 0;
    while (steps < kCoarsest && bytes >= large_bytes << (2 * steps)) ++steps;
    return steps;
  };
  const int coarseness =
      std::max(grade(size.table_bytes, kLargeTableBytes), grade(size.database_bytes, kLargeDatabaseBytes));
  if (coarseness == 0) {
    const bool small = size.table_bytes < kSmallTableBytes && size.database_bytes < kSmallDatabaseBytes;
    return small ? kSmallTableChunks : kTableChunks;
  }
  const std::size_t average_bytes = kTableChunks.average_bytes << (2 * coarseness);
  return {average_bytes / 4, average_bytes, average_bytes * 4};
}

GearTable::GearTable(const CipherKey& key) {
  Sha256 hash;
  hash.update(as_bytes("skyhold gear table"));
  hash.update(key.encryption);
  const Id seed = hash.finish();
  std::uint64_t state = 0;
  std::memcpy(&state, seed.bytes.data(), sizeof(state));
  for (std::uint64_t& value : values_) value = split_mix(state);
}

std::size_t next_chunk(const GearTable& table, const ChunkSizes& sizes, ByteView bytes) {
  if (bytes.size() <= sizes.min_bytes) return bytes.size();
  const std::size_t end = std::min(bytes.size(), sizes.max_bytes);
  SKYHOLD_ASSERT(std::has_single_bit(sizes.average_bytes));
  // Two masks pull sizes towards the average: cuts are rarer before it and commoner after
  // ("normalized chunking", Xia et al., FastCDC, USENIX ATC 2016).
  const int bits = std::countr_zero(sizes.average_bytes);
  const std::uint64_t mask_before = high_bits(bits + 1);
  const std::uint64_t mask_after = high_bits(bits - 1);
  const std::size_t middle = std::min(end, sizes.average_bytes);
  std::uint64_t hash = 0;
  std::size_t i = sizes.min_bytes;
  for (; i < middle; ++i) {
    hash = (hash << 1) + table[bytes[i]];
    if ((hash & mask_before) == 0) return i + 1;
  }
  for (; i < end; ++i) {
    hash = (hash << 1) + table[bytes[i]];
    if ((hash & mask_after) == 0) return i + 1;
  }
  return end;
}

}  // namespace skyhold
