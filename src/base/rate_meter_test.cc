#include "base/rate_meter.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(RateMeter, KnowsASteadyRateFromTheFirstSecond) {
  RateMeter meter;
  EXPECT_EQ(meter.update(0, 100), 0);
  for (std::uint64_t second = 1; second < 20; ++second) {
    EXPECT_NEAR(meter.update(second * 1000, 100 + static_cast<double>(second)), 1000, 0.001);
  }
}

TEST(RateMeter, FollowsWhatChanged) {
  RateMeter meter;
  meter.update(0, 0);
  meter.update(100'000, 100);
  const double slower = meter.update(100'000, 110);  // ten seconds of nothing
  EXPECT_NEAR(slower, 1000 * 0.37, 10);
  EXPECT_LT(meter.update(100'000, 200), 1);
}

TEST(RateMeter, ACountThatFallsIsOfAnotherPhase) {
  RateMeter meter;
  meter.update(0, 0);
  meter.update(10'000, 10);
  EXPECT_EQ(meter.update(0, 11), 0);
  EXPECT_NEAR(meter.update(50, 12), 50, 0.001);
}

TEST(RateMeter, NoTimeNoRate) {
  RateMeter meter;
  EXPECT_EQ(meter.update(0, 5), 0);
  EXPECT_EQ(meter.update(1000, 5), 0);
}

}  // namespace
}  // namespace skyhold
