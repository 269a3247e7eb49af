#include "crypto/crc32c.h"

#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "tests/support/seed.h"

namespace skyhold {
namespace {

// The examples of RFC 3720, appendix B.4, and the usual check value.
TEST(Crc32c, AgreesWithThePublishedExamples) {
  Bytes ascending(32);
  std::iota(ascending.begin(), ascending.end(), std::uint8_t{0});
  const Bytes descending(ascending.rbegin(), ascending.rend());
  for (const auto checksum : {crc32c, crc32c_portable}) {
    EXPECT_EQ(checksum({}, 0), 0U);
    EXPECT_EQ(checksum(as_bytes("123456789"), 0), 0xe3069283U);
    EXPECT_EQ(checksum(Bytes(32, 0x00), 0), 0x8a9136aaU);
    EXPECT_EQ(checksum(Bytes(32, 0xff), 0), 0x62a8ab43U);
    EXPECT_EQ(checksum(ascending, 0), 0x46dd794eU);
    EXPECT_EQ(checksum(descending, 0), 0x113fdb5cU);
  }
}

TEST(Crc32c, IsTheSameInPartsAndWithoutTheInstruction) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    Bytes bytes(random() % 3000);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    const std::size_t start = bytes.empty() ? 0 : random() % bytes.size();  // also at odd addresses
    const ByteView whole = ByteView(bytes).subspan(start);
    const std::size_t cut = whole.empty() ? 0 : random() % whole.size();
    const std::uint32_t expected = crc32c_portable(whole);
    EXPECT_EQ(crc32c(whole), expected);
    EXPECT_EQ(crc32c(whole.subspan(cut), crc32c(whole.first(cut))), expected);
    EXPECT_EQ(crc32c_portable(whole.subspan(cut), crc32c_portable(whole.first(cut))), expected);
  }
}

TEST(Crc32c, OneFlippedBitShows) {
  Bytes bytes(1000, 7);
  const std::uint32_t before = crc32c(bytes);
  bytes[500] ^= 1;
  EXPECT_NE(crc32c(bytes), before);
}

}  // namespace
}  // namespace skyhold
