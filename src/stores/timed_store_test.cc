#include "stores/timed_store.h"

#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "stores/fault_store.h"
#include "stores/memory_store.h"
#include "tests/support/scripted_store.h"

namespace skyhold {
namespace {

// A store each of whose calls takes as long as the test says, on a clock of the test's own.
class TimedStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    inner_->script([this](StoreCall, std::string_view) -> Status {
      now_ += call_seconds_;
      if (down_) return fail(ErrorCode::kUnavailable, "down");
      return {};
    });
    ASSERT_TRUE(inner_->put("small", Bytes(1000)));
    ASSERT_TRUE(inner_->put("large", Bytes(10'000'000)));
  }

  double now_ = 1000;
  double call_seconds_ = 0.1;
  bool down_ = false;
  std::shared_ptr<ScriptedStore> inner_ = std::make_shared<ScriptedStore>();
  TimedStore store_{inner_, [this] { return now_; }};
};

TEST_F(TimedStoreTest, CountsCallsBytesAndErrorsOfEachMethod) {
  ASSERT_TRUE(store_.put("data/1", Bytes(500)));
  ASSERT_TRUE(store_.get("small"));
  ASSERT_TRUE(store_.get_range("large", 0, 70'000));
  ASSERT_TRUE(store_.stat("small"));
  ASSERT_TRUE(store_.protect("small"));
  ASSERT_TRUE(store_.remove("data/1"));
  EXPECT_FALSE(store_.get("absent"));
  EXPECT_FALSE(store_.put("small", Bytes(9)));
  const StoreTimings timings = store_.timings();
  EXPECT_EQ(timings.of(StoreMethod::kPut).calls, 2U);
  EXPECT_EQ(timings.of(StoreMethod::kPut).bytes, 500U);
  EXPECT_EQ(timings.of(StoreMethod::kPut).errors, 0U) << "that a name is taken is no error of the store";
  EXPECT_EQ(timings.of(StoreMethod::kGet).calls, 2U);
  EXPECT_EQ(timings.of(StoreMethod::kGet).bytes, 1000U);
  EXPECT_EQ(timings.of(StoreMethod::kGet).errors, 0U);
  EXPECT_EQ(timings.of(StoreMethod::kGetRange).bytes, 70'000U);
  EXPECT_EQ(timings.of(StoreMethod::kStat).calls, 1U);
  EXPECT_EQ(timings.of(StoreMethod::kRemove).calls, 1U);
  EXPECT_EQ(timings.of(StoreMethod::kProtect).calls, 1U);
  down_ = true;
  EXPECT_FALSE(store_.get("small"));
  EXPECT_FALSE(store_.stat("small"));
  EXPECT_EQ(store_.timings().of(StoreMethod::kGet).errors, 1U);
  EXPECT_EQ(store_.timings().failures_in_a_row, 2U);
  down_ = false;
  EXPECT_TRUE(store_.stat("small"));
  EXPECT_EQ(store_.timings().failures_in_a_row, 0U);
}

TEST_F(TimedStoreTest, PutsEachCallInItsBucket) {
  for (const double seconds : {0.0005, 0.05, 0.07, 500.0}) {
    call_seconds_ = seconds;
    ASSERT_TRUE(store_.stat("small"));
  }
  const MethodTimings stat = store_.timings().of(StoreMethod::kStat);
  EXPECT_EQ(stat.histogram.front(), 1U);
  EXPECT_EQ(stat.histogram[4], 2U) << "above 0.03 s, up to 0.1 s";
  EXPECT_EQ(stat.histogram.back(), 1U);
  EXPECT_EQ(std::accumulate(stat.histogram.begin(), stat.histogram.end(), std::uint64_t{0}), stat.calls);
}

TEST_F(TimedStoreTest, AListingsVisitorIsNotTheStoresTime) {
  ASSERT_TRUE(store_.list("", [&](const ObjectInfo&) -> Status {
    now_ += 50;
    return {};
  }));
  EXPECT_NEAR(store_.timings().of(StoreMethod::kList).seconds, 0.1, 1e-6);
  EXPECT_FALSE(
      store_.list("", [](const ObjectInfo&) -> Status { return fail(ErrorCode::kUnavailable, "mine"); }));
  EXPECT_EQ(store_.timings().of(StoreMethod::kList).errors, 0U);
}

TEST_F(TimedStoreTest, ExpectsWhatItHasSeen) {
  EXPECT_EQ(store_.expected_read_seconds(1000), 0) << "never read: worth a try";
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store_.get("small"));
  EXPECT_NEAR(store_.expected_read_seconds(1000), 0.1, 1e-6);
  call_seconds_ = 1.1;  // 0.1 s until it answers, then 10 MB in a second
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store_.get("large"));
  EXPECT_NEAR(store_.expected_read_seconds(20'000'000), 2.1, 0.01);
  EXPECT_NEAR(store_.expected_read_seconds(0), 0.1, 0.01);
}

TEST_F(TimedStoreTest, FollowsAStoreThatBecomesSlower) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(store_.get("small"));
  call_seconds_ = 1;
  ASSERT_TRUE(store_.get("small"));
  EXPECT_NEAR(store_.expected_read_seconds(0), 0.28, 0.01) << "one slow answer does not say it all";
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(store_.get("small"));
  EXPECT_NEAR(store_.expected_read_seconds(0), 1, 0.01);
}

TEST_F(TimedStoreTest, AStoreThatFailsLooksFarAwayUntilItWasLeftAloneForLong) {
  ASSERT_TRUE(store_.get("small"));
  down_ = true;
  EXPECT_FALSE(store_.get("small"));
  EXPECT_NEAR(store_.expected_read_seconds(0), 2, 0.01);
  EXPECT_FALSE(store_.get("small"));
  EXPECT_NEAR(store_.expected_read_seconds(0), 4, 0.01);
  now_ += 300;
  EXPECT_NEAR(store_.expected_read_seconds(0), 2, 0.01);
  now_ += 3000;
  EXPECT_LT(store_.expected_read_seconds(0), 0.003);
}

TEST(TimedStore, CountsForManyThreads) {
  const auto memory = std::make_shared<MemoryStore>();
  TimedStore store(memory);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&store, thread] {
        for (int i = 0; i < 250; ++i) {
          EXPECT_TRUE(store.put("data/" + std::to_string(thread * 250 + i), Bytes(10)));
          EXPECT_GE(store.expected_read_seconds(1), 0);
        }
      });
    }
  }
  EXPECT_EQ(store.timings().of(StoreMethod::kPut).calls, 1000U);
  EXPECT_EQ(store.timings().of(StoreMethod::kPut).bytes, 10'000U);
}

}  // namespace
}  // namespace skyhold
