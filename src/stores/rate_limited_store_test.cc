#include "stores/rate_limited_store.h"

#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/memory_store.h"
#include "stores/object_store_conformance.h"

namespace skyhold {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMegabyte = 1'000'000;

RateLimits all_day(std::uint64_t upload, std::uint64_t download) {
  RateLimits limits;
  limits.upload_bytes_per_second.fill(upload);
  limits.download_bytes_per_second.fill(download);
  return limits;
}

class RateLimitedStoreTest : public testing::Test {
 protected:
  std::shared_ptr<RateLimitedStore> limited(const RateLimits& limits) {
    return std::make_shared<RateLimitedStore>(
        memory_, limits,
        RateLimitOptions{.hour = [this] { return hour_; }, .waiting = waiting_, .cancel = &cancel_});
  }
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(waiting_->now()).count(); }
  void put_many(ObjectStore& store, int first, int count, const Bytes& content) {
    for (int i = first; i < first + count; ++i) ASSERT_TRUE(store.put("data/" + std::to_string(i), content));
  }

  int hour_ = 12;
  CancelToken cancel_;
  std::shared_ptr<MemoryStore> memory_ = std::make_shared<MemoryStore>();
  std::shared_ptr<ManualWaiting> waiting_ = std::make_shared<ManualWaiting>();
};

TEST_F(RateLimitedStoreTest, UploadsTakeTheTimeThatTheirBytesTake) {
  const auto store = limited(all_day(kMegabyte, 0));
  put_many(*store, 0, 21, Bytes(kMegabyte / 2));
  EXPECT_NEAR(seconds(), 10, 0.01) << "the 21st object waits for the 20 before it";
}

TEST_F(RateLimitedStoreTest, DownloadsHaveALimitOfTheirOwn) {
  const auto store = limited(all_day(0, kMegabyte));
  put_many(*store, 0, 5, Bytes(kMegabyte));
  EXPECT_EQ(seconds(), 0);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(store->get("data/" + std::to_string(i)));
  EXPECT_NEAR(seconds(), 4, 0.01);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(store->get_range("data/0", 0, kMegabyte / 4));
  EXPECT_NEAR(seconds(), 5.75, 0.01);
}

TEST_F(RateLimitedStoreTest, WhatMovesNoContentIsNotLimited) {
  const auto store = limited(all_day(1, 1));
  ASSERT_TRUE(store->put("data/1", Bytes(1000)));
  EXPECT_TRUE(store->stat("data/1"));
  EXPECT_TRUE(store->list("", [](const ObjectInfo&) -> Status { return {}; }));
  EXPECT_TRUE(store->remove("data/1"));
  EXPECT_EQ(seconds(), 0);
}

TEST_F(RateLimitedStoreTest, AnIdleTimeIsNotSavedUp) {
  const auto store = limited(all_day(kMegabyte, 0));
  put_many(*store, 0, 1, Bytes(kMegabyte));
  waiting_->advance(1h);
  const double before = seconds();
  put_many(*store, 1, 11, Bytes(kMegabyte));
  EXPECT_NEAR(seconds() - before, 10, 0.01);
}

TEST_F(RateLimitedStoreTest, EachHourHasItsLimit) {
  RateLimits limits = all_day(kMegabyte, 0);
  limits.upload_bytes_per_second[20] = 10 * kMegabyte;
  limits.upload_bytes_per_second[21] = 0;
  const auto store = limited(limits);
  put_many(*store, 0, 11, Bytes(kMegabyte));
  EXPECT_NEAR(seconds(), 10, 0.01);
  hour_ = 20;
  put_many(*store, 11, 10, Bytes(kMegabyte));
  EXPECT_NEAR(seconds(), 11, 0.1);
  hour_ = 21;
  put_many(*store, 21, 100, Bytes(kMegabyte));
  EXPECT_NEAR(seconds(), 11, 0.1) << "without a limit nobody waits";
}

TEST_F(RateLimitedStoreTest, ALimitThatEndsLetsGoOfThoseWhoWait) {
  RateLimits limits = all_day(0, 0);
  limits.upload_bytes_per_second[12] = 1;
  const auto store = std::make_shared<RateLimitedStore>(
      memory_, limits,
      RateLimitOptions{.hour = [this] { return waiting_->now() < 2min ? 12 : 13; }, .waiting = waiting_});
  put_many(*store, 0, 2, Bytes(kMegabyte));
  EXPECT_LT(seconds(), 140) << "and not the twelve days of that limit";
}

TEST_F(RateLimitedStoreTest, ThreadsShareOneAllowance) {
  const auto store = limited(all_day(kMegabyte, 0));
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] { put_many(*store, thread * 10, 10, Bytes(kMegabyte)); });
    }
  }
  EXPECT_GE(seconds(), 38.9);
}

TEST_F(RateLimitedStoreTest, ACancelEndsTheWait) {
  const auto store = limited(all_day(1, 1));
  ASSERT_TRUE(store->put("data/1", Bytes(kMegabyte)));
  cancel_.cancel();
  EXPECT_EQ(code_of(store->put("data/2", Bytes(1))), ErrorCode::kCancelled);
}

TEST(HourOfDay, IsThatOfTheZoneWithItsSummerTime) {
  const auto hour_at = [](std::string_view instant, const std::string& zone) {
    return hour_of_day(zone, std::make_shared<ManualClock>(parse_rfc3339(instant).value())).value()();
  };
  EXPECT_EQ(hour_at("2026-01-15T23:30:00Z", "UTC"), 23);
  EXPECT_EQ(hour_at("2026-01-15T23:30:00Z", "Europe/Brussels"), 0);
  EXPECT_EQ(hour_at("2026-07-15T22:30:00Z", "Europe/Brussels"), 0);
  EXPECT_EQ(hour_at("2026-07-15T18:29:59Z", "Asia/Kolkata"), 23);
  const auto nowhere = hour_of_day("Europe/Nowhere", std::make_shared<SystemClock>());
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_THAT(nowhere.error().hint, testing::HasSubstr("IANA"));
}

}  // namespace
}  // namespace skyhold
