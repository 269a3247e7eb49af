#include "cli/progress.h"

#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/format.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kErase = "\r\x1b[K";

ProgressView half_done() {
  return {{"Reading tables", 500'000'000, 1'000'000'000, 3, 9}, 5, 100'000'000, 5};
}

TEST(BarLine, ShowsShareTimeLeftAmountAndRate) {
  EXPECT_EQ(
      bar_line(half_done(), 100),
      "Reading tables   50 %  [###############---------------]  5 s left  500.0 MB of 1.0 GB  100.0 MB/s");
}

TEST(BarLine, NeverFillsTheTerminalAndGivesUpDetailsFirst) {
  for (int columns = 0; columns < 200; ++columns) {
    const std::string line = bar_line(half_done(), columns);
    EXPECT_LE(display_width(line), static_cast<std::size_t>(std::max(0, columns - 1))) << columns;
  }
  EXPECT_EQ(bar_line(half_done(), 22), "Reading tables   50 %");
  EXPECT_THAT(bar_line(half_done(), 40), HasSubstr("left"));
}

TEST(BarLine, WithoutATotalThereIsNoShareToClaim) {
  EXPECT_EQ(bar_line({{"Listing", 0, 0, 1234, 0}, 1, 0, -1}, 80), "Listing  1 234");
  EXPECT_EQ(bar_line({{"Waiting", 0, 0, 0, 0}, 1, 0, -1}, 80), "Waiting");
  EXPECT_THAT(bar_line({{"Checking", 0, 0, 5, 10}, 1, 0, -1}, 80), HasSubstr("50 %"));
  EXPECT_THAT(bar_line({{"More than said", 20, 10, 0, 0}, 1, 0, -1}, 80), HasSubstr("100 %"));
}

class ConsoleProgressTest : public testing::Test {
 protected:
  ProgressOutput output() {
    return {stream_, [] { return 80; }, [this] { return now_; }};
  }
  std::string taken() {
    std::string text = stream_.str();
    stream_.str("");
    return text;
  }

  std::ostringstream stream_;
  double now_ = 0;
};

TEST_F(ConsoleProgressTest, DrawsTenTimesASecondAndAtEachNewPhase) {
  ConsoleProgress progress(ProgressStyle::kBar, output());
  progress.report({"One", 1, 10, 0, 0});
  EXPECT_THAT(taken(), HasSubstr("One"));
  now_ = 0.05;
  progress.report({"One", 2, 10, 0, 0});
  EXPECT_EQ(taken(), "");
  progress.report({"Two", 2, 10, 0, 0});
  EXPECT_THAT(taken(), HasSubstr("Two"));
  now_ = 0.2;
  progress.report({"Two", 3, 10, 0, 0});
  EXPECT_THAT(taken(), HasSubstr("30 %"));
}

TEST_F(ConsoleProgressTest, WarningsStandAboveTheBar) {
  ConsoleProgress progress(ProgressStyle::kBar, output());
  progress.report({"One", 1, 10, 0, 0});
  taken();
  progress.warn("a copy\x1b[2J is gone");
  const std::string text = taken();
  EXPECT_THAT(
      text, StartsWith(std::string(kErase) + "warning: a copy?[2J is gone\n" + std::string(kErase) + "One"));
}

TEST_F(ConsoleProgressTest, WipesItselfAwayAtTheEndAndStaysAway) {
  {
    ConsoleProgress progress(ProgressStyle::kBar, output());
    progress.report({"One", 1, 10, 0, 0});
    taken();
    progress.finish();
    EXPECT_EQ(taken(), kErase);
    progress.report({"Two", 1, 10, 0, 0});
    EXPECT_EQ(taken(), "");
    progress.warn("late");
    EXPECT_EQ(taken(), "warning: late\n");
  }
  EXPECT_EQ(taken(), "");
}

TEST_F(ConsoleProgressTest, WithoutAStyleOnlyWarningsAreSaid) {
  ConsoleProgress progress(ProgressStyle::kNone, output());
  progress.report({"One", 1, 10, 0, 0});
  progress.warn("gone");
  progress.finish();
  EXPECT_EQ(taken(), "warning: gone\n");
}

TEST_F(ConsoleProgressTest, JsonIsALineAnEventEachAnObject) {
  ConsoleProgress progress(ProgressStyle::kJson, output());
  progress.report({"Reading \"tables\"", 0, 1000, 0, 0});
  now_ = 1;
  progress.report({"Reading \"tables\"", 500, 1000, 0, 0});
  progress.warn("a\nb");
  progress.finish();
  std::istringstream lines(taken());
  std::vector<nlohmann::json> events;
  for (std::string line; std::getline(lines, line);) events.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0]["phase"], "Reading \"tables\"");
  EXPECT_TRUE(events[0]["seconds_left"].is_null());
  EXPECT_EQ(events[1]["done_bytes"], 500);
  EXPECT_EQ(events[1]["seconds_left"], 1.0);
  EXPECT_EQ(events[2]["type"], "warning");
  EXPECT_EQ(events[2]["message"], "a\nb");
}

TEST_F(ConsoleProgressTest, ManyThreadsMayReport) {
  ConsoleProgress progress(ProgressStyle::kJson, output());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&progress, t] {
      for (int i = 0; i < 200; ++i) progress.report({"phase " + std::to_string(t), 1, 2, 0, 0});
      progress.warn("done");
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::istringstream lines(taken());
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(nlohmann::json::accept(line)) << line;
}

}  // namespace
}  // namespace skyhold
