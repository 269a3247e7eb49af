#include "io/bounded_queue.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(BoundedQueue, GivesItemsInTheirOrderAndDrainsAfterClosing) {
  BoundedQueue<int> queue(3);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  queue.close();
  EXPECT_FALSE(queue.push(3));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, AbandoningHandsOutWhatWaits) {
  BoundedQueue<int> queue(3);
  EXPECT_TRUE(queue.push(1));
  EXPECT_EQ(queue.abandon(), std::deque<int>{1});
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, AnImpatientProducerKeepsItsItem) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  auto item = std::make_unique<int>(1);
  EXPECT_TRUE(queue.push_for(item, std::chrono::milliseconds(1)));
  item = std::make_unique<int>(2);
  EXPECT_FALSE(queue.push_for(item, std::chrono::milliseconds(1)));
  EXPECT_EQ(*item, 2);
  EXPECT_FALSE(queue.closed());
  queue.abandon();
  EXPECT_FALSE(queue.push_for(item, std::chrono::milliseconds(1)));
  EXPECT_TRUE(queue.closed());
}

TEST(BoundedQueue, ClosingWakesAProducerThatWaitsForRoom) {
  BoundedQueue<int> queue(1);
  EXPECT_TRUE(queue.push(1));
  bool taken = true;
  std::thread producer([&] { taken = queue.push(2); });
  queue.close();
  producer.join();
  EXPECT_FALSE(taken);
}

TEST(BoundedQueue, ClosingWakesAConsumerThatWaitsForAnItem) {
  BoundedQueue<int> queue(1);
  std::optional<int> item = 1;
  std::thread consumer([&] { item = queue.pop(); });
  queue.close();
  consumer.join();
  EXPECT_EQ(item, std::nullopt);
}

TEST(BoundedQueue, LosesAndDoublesNothingBetweenManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kItems = 5000;
  BoundedQueue<std::unique_ptr<int>> queue(8);
  std::atomic<long> sum{0};
  std::vector<std::jthread> consumers;
  for (int t = 0; t < kThreads; ++t) {
    consumers.emplace_back([&] {
      while (const auto item = queue.pop()) sum += **item;
    });
  }
  {
    std::vector<std::jthread> producers;
    for (int t = 0; t < kThreads; ++t) {
      producers.emplace_back([&] {
        for (int i = 1; i <= kItems; ++i) EXPECT_TRUE(queue.push(std::make_unique<int>(i)));
      });
    }
  }
  queue.close();
  consumers.clear();
  EXPECT_EQ(sum, kThreads * (long{kItems} * (kItems + 1) / 2));
}

}  // namespace
}  // namespace skyhold
