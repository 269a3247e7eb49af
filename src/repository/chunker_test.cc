#include "repository/chunker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "crypto/hash.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

Bytes random_text(std::mt19937_64& random, std::size_t size) {
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>('a' + random() % 26);
  return bytes;
}

std::vector<ByteView> split(const GearTable& table, const ChunkSizes& sizes, ByteView bytes) {
  std::vector<ByteView> chunks;
  while (!bytes.empty()) {
    chunks.push_back(bytes.first(next_chunk(table, sizes, bytes)));
    bytes = bytes.subspan(chunks.back().size());
  }
  return chunks;
}

TEST(Chunker, KeepsToItsBoundsAndNearItsAverage) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const Bytes text = random_text(random, 8U << 20);
  const GearTable table(CipherKey::random());
  const std::vector<ByteView> chunks = split(table, kTableChunks, text);
  std::size_t total = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    total += chunks[i].size();
    EXPECT_LE(chunks[i].size(), kTableChunks.max_bytes);
    if (i + 1 < chunks.size()) {
      EXPECT_GE(chunks[i].size(), kTableChunks.min_bytes);
    }
  }
  EXPECT_EQ(total, text.size());
  const std::size_t average = total / chunks.size();
  EXPECT_GT(average, kTableChunks.average_bytes / 2);
  EXPECT_LT(average, kTableChunks.average_bytes * 2);
}

TEST(Chunker, AnInsertionChangesOnlyTheChunksAroundIt) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  Bytes text = random_text(random, 4U << 20);
  const GearTable table(CipherKey::random());
  const auto ids = [&](ByteView bytes) {
    std::set<Id> set;
    for (ByteView chunk : split(table, kTableChunks, bytes)) set.insert(sha256(chunk));
    return set;
  };
  const std::set<Id> before = ids(text);
  text.insert(text.begin() + (2 << 20), {'n', 'e', 'w'});
  const std::set<Id> after = ids(text);
  std::vector<Id> added;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
  EXPECT_LE(added.size(), 8U) << "of " << after.size();
}

TEST(Chunker, CutsDifferentlyForAnotherKey) {
  std::mt19937_64 random(1);
  const Bytes text = random_text(random, 1U << 20);
  const auto lengths = [&](const GearTable& table) {
    std::vector<std::size_t> sizes;
    for (ByteView chunk : split(table, kTableChunks, text)) sizes.push_back(chunk.size());
    return sizes;
  };
  EXPECT_NE(lengths(GearTable(CipherKey::random())), lengths(GearTable(CipherKey::random())));
}

std::size_t average_of(std::uint64_t table_bytes, std::uint64_t database_bytes) {
  return table_chunks({table_bytes, database_bytes}).average_bytes;
}

TEST(Chunker, SmallTablesAreCutFinerThanLargeOnes) {
  for (const auto& [table_bytes, average_kib] : std::map<std::uint64_t, std::size_t>{
           {0, 4},
           {(64ULL << 20) - 1, 4},
           {64ULL << 20, 8},
           {(4ULL << 30) - 1, 8},
           {4ULL << 30, 32},
           {16ULL << 30, 128},
           {64ULL << 30, 512},
           {1ULL << 40, 512},
       }) {
    EXPECT_EQ(average_of(table_bytes, table_bytes), average_kib << 10) << table_bytes;
  }
}

TEST(Chunker, ALargeDatabaseOfManySmallTablesHasNoMoreChunksThanMemoryHasRoomFor) {
  EXPECT_EQ(average_of(1U << 20, (4ULL << 30) - 1), 4U << 10);
  for (std::uint64_t database_bytes = 4ULL << 30; database_bytes <= 256ULL << 30; database_bytes <<= 1) {
    const std::uint64_t chunks = (database_bytes - 1) / average_of(1U << 20, database_bytes - 1);
    EXPECT_LE(chunks, 2U << 20) << database_bytes;
  }
  EXPECT_EQ(average_of(1U << 20, 1ULL << 40), 512U << 10);
}

TEST(Chunker, LeavesFilesWholeUpToEightMebibytes) {
  const GearTable table(CipherKey::random());
  const Bytes file(8U << 20, 'x');
  EXPECT_EQ(next_chunk(table, kFileChunks, file), file.size());
  const Bytes larger((8U << 20) + 1, 'x');
  EXPECT_EQ(next_chunk(table, kFileChunks, larger), 8U << 20);
}

}  // namespace
}  // namespace skyhold
