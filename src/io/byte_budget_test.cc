#include "io/byte_budget.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(ByteBudget, WhatDoesNotFitWaitsForWhatIsGivenBack) {
  ByteBudget budget(10);
  ASSERT_TRUE(budget.take(6));
  std::atomic<bool> entered = false;
  std::thread other([&] {
    EXPECT_TRUE(budget.take(5));
    entered = true;
  });
  ASSERT_TRUE(budget.take(4));  // the rest of it
  EXPECT_FALSE(entered);
  budget.give_back(6);
  other.join();
  EXPECT_TRUE(entered);
}

TEST(ByteBudget, WhatIsLargerThanAllOfItGoesAlone) {
  ByteBudget budget(10);
  ASSERT_TRUE(budget.take(1000));
  std::thread other([&] { EXPECT_TRUE(budget.take(1)); });
  budget.give_back(1000);
  other.join();
}

TEST(ByteBudget, ClosingLetsNobodyWait) {
  ByteBudget budget(10);
  ASSERT_TRUE(budget.take(10));
  std::thread other([&] { EXPECT_FALSE(budget.take(1)); });
  budget.close();
  other.join();
}

}  // namespace
}  // namespace skyhold
