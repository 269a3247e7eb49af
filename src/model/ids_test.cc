#include "model/ids.h"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace skyhold {
namespace {

Instant at_milliseconds(std::int64_t milliseconds) {
  return Instant(std::chrono::milliseconds(milliseconds));
}

TEST(Ids, AnIdIsItsPrefixAndTwentyDigitsWithoutConfusableLetters) {
  const std::string id = new_id("bk", at_milliseconds(1'795'400'000'000));
  ASSERT_EQ(id.size(), 23U);
  EXPECT_TRUE(id.starts_with("bk_"));
  EXPECT_EQ(id.substr(3).find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz"), std::string::npos) << id;
}

TEST(Ids, TheTimeIsInTheFirstTenDigits) {
  EXPECT_EQ(new_id("bk", at_milliseconds(0)).substr(0, 13), "bk_0000000000");
  EXPECT_EQ(new_id("bk", at_milliseconds(33)).substr(0, 13), "bk_0000000011");
  EXPECT_EQ(new_id("bk", at_milliseconds(1'795'400'000'000)).substr(0, 13), "bk_01m832vrg0");
}

TEST(Ids, IdsSortByTheTimeOfTheirMaking) {
  std::vector<std::string> made;
  for (const std::int64_t milliseconds :
       {1LL, 31LL, 32LL, 1'000LL, 1'795'400'000'000LL, 1'795'400'000'001LL, 9'000'000'000'000LL}) {
    made.push_back(new_id("jb", at_milliseconds(milliseconds)));
  }
  EXPECT_TRUE(std::is_sorted(made.begin(), made.end()));
}

TEST(Ids, IdsOfOneMillisecondDiffer) {
  std::set<std::string> made;
  for (int i = 0; i < 10'000; ++i) made.insert(new_id("bk", at_milliseconds(5)));
  EXPECT_EQ(made.size(), 10'000U);
}

TEST(Ids, AClockBefore1970StillGivesNames) {
  EXPECT_EQ(new_id("bk", at_milliseconds(-5)).substr(0, 13), "bk_0000000000");
}

}  // namespace
}  // namespace skyhold
