#include "base/quantity.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(Duration, IsANumberWithAUnit) {
  EXPECT_EQ(parse_duration("90s")->count(), 90);
  EXPECT_EQ(parse_duration("30m")->count(), 1800);
  EXPECT_EQ(parse_duration("24h")->count(), 86400);
  EXPECT_EQ(parse_duration("7d")->count(), 604800);
  EXPECT_EQ(parse_duration("0")->count(), 0);
  for (const char* text :
       {"", "h", "5", "-1h", "1.5h", "1w", "1 h", "99999999999999999999s", "9223372036854775807d"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
}

TEST(ByteRate, IsANumberWithAUnitASecond) {
  EXPECT_EQ(parse_byte_rate("50 MB/s").value(), 50'000'000U);
  EXPECT_EQ(parse_byte_rate("1.5 MB/s").value(), 1'500'000U);
  EXPECT_EQ(parse_byte_rate("512KiB/s").value(), 524'288U);
  EXPECT_EQ(parse_byte_rate("1 GB/s").value(), 1'000'000'000U);
  EXPECT_EQ(parse_byte_rate("2 MiB/s").value(), 2U << 20);
  EXPECT_EQ(parse_byte_rate("1000 B/s").value(), 1000U);
  EXPECT_EQ(parse_byte_rate("20 kB/s").value(), 20'000U);
}

TEST(ByteRate, NeitherNothingNorBitsNorEverythingIsOne) {
  for (const char* text : {"", "50", "50 MB", "0 MB/s", "-1 MB/s", "50 Mb/s", "50 Mbit/s", "50  MB/s", "MB/s",
                           "1e3 MB/s", "nan MB/s", "99999999 GB/s", "0.1 B/s", "1..5 MB/s", "5 MB/s "}) {
    const Result<std::uint64_t> rate = parse_byte_rate(text);
    ASSERT_FALSE(rate.has_value()) << text;
    EXPECT_FALSE(rate.error().hint.empty());
  }
}

}  // namespace
}  // namespace skyhold
