#include "base/clock.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/seed.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(Rfc3339, WritesNoMoreDigitsThanAreNeeded) {
  const Instant epoch{};
  EXPECT_EQ(format_rfc3339(epoch), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(epoch + nanoseconds{1}), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(format_rfc3339(epoch + nanoseconds{120'000'000}), "1970-01-01T00:00:00.12Z");
  EXPECT_EQ(format_rfc3339(epoch - nanoseconds{1}), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_rfc3339(epoch + seconds{1795395600}), "2026-11-23T01:00:00Z");
}

TEST(Rfc3339, ReadsAnyOffset) {
  const Instant expected = parse_rfc3339("2026-11-23T01:00:00Z").value();
  for (const char* same :
       {"2026-11-23T02:00:00+01:00", "2026-11-22T20:00:00-05:00", "2026-11-23T06:45:00+05:45",
        "2026-11-23T01:00:00.000000000Z", "2026-11-23T01:00:00+00:00"}) {
    EXPECT_EQ(parse_rfc3339(same).value(), expected) << same;
  }
  EXPECT_EQ(parse_rfc3339("2026-11-23T01:00:00.5Z").value() - expected, nanoseconds{500'000'000});
}

TEST(Rfc3339, KnowsTheLengthOfMonths) {
  EXPECT_TRUE(parse_rfc3339("2024-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2026-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2100-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2026-04-31T00:00:00Z"));
}

TEST(Rfc3339, RefusesWhatIsNotATime) {
  for (const char* text : {"",
                           "2026",
                           "2026-11-23",
                           "2026-11-23T01:00:00",
                           "2026-11-23 01:00:00Z",
                           "2026-11-23T01:00:00z",
                           "2026-11-23T1:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-11-00T00:00:00Z",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T00:60:00Z",
                           "2026-11-23T00:00:60Z",
                           "2026-11-23T01:00:00.Z",
                           "2026-11-23T01:00:00.1234567890Z",
                           "2026-11-23T01:00:00+24:00",
                           "2026-11-23T01:00:00+01:60",
                           "2026-11-23T01:00:00+0100",
                           "2026-11-23T01:00:00Z ",
                           " 2026-11-23T01:00:00Z",
                           "+026-11-23T01:00:00Z",
                           "1677-12-31T00:00:00Z",
                           "2262-01-01T00:00:00Z",
                           "9999-12-31T23:59:59Z",
                           "-001-11-23T01:00:00Z"}) {
    const Result<Instant> refused = parse_rfc3339(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  }
}

TEST(Rfc3339, AnErrorQuotesOnlyTheBeginningOfALongText) {
  EXPECT_LT(parse_rfc3339(std::string(100'000, 'x')).error().message.size(), 200U);
}

TEST(Rfc3339, WhatIsWrittenIsReadBack) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const Instant first = parse_rfc3339("1678-01-01T00:00:00Z").value();
  const Instant last = parse_rfc3339("2261-12-31T23:59:59.999999999Z").value();
  std::uniform_int_distribution<std::int64_t> any(first.time_since_epoch().count(),
                                                  last.time_since_epoch().count());
  for (int i = 0; i < 10'000; ++i) {
    const Instant instant{nanoseconds{any(random)}};
    ASSERT_EQ(parse_rfc3339(format_rfc3339(instant)).value(), instant) << format_rfc3339(instant);
  }
}

TEST(Clock, TheSystemsIsUtcAndTheManualOneStandsStill) {
  const Instant now = SystemClock().now();
  EXPECT_GT(now, parse_rfc3339("2020-01-01T00:00:00Z").value());
  ManualClock clock(now);
  EXPECT_EQ(clock.now(), now);
  clock.advance(hours{24});
  EXPECT_EQ(clock.now(), now + hours{24});
  const double before = monotonic_seconds();
  EXPECT_GE(monotonic_seconds(), before);
}

}  // namespace
}  // namespace skyhold
