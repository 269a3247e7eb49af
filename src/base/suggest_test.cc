#include "base/suggest.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(Suggest, CountsOneForASwap) {
  EXPECT_EQ(edit_distance("list", "lsit"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Suggest, NamesTheNearestOrNone) {
  const std::vector<std::string> names{"backup", "list", "restore", "undo-restore", "password"};
  EXPECT_EQ(nearest("bakcup", names), "backup");
  EXPECT_EQ(nearest("pass", names), "password");
  EXPECT_EQ(nearest("undo", names), "undo-restore");
  EXPECT_EQ(nearest("frobnicate", names), "");
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest(std::string(1'000'000, 'a'), names), "");
}

}  // namespace
}  // namespace skyhold
