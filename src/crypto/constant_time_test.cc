#include "crypto/constant_time.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(ConstantTime, ComparesEveryByteAndTheLength) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("123456", "123456"));
  EXPECT_FALSE(equal_in_constant_time("123456", "123457"));
  EXPECT_FALSE(equal_in_constant_time("123456", "023456"));
  EXPECT_FALSE(equal_in_constant_time("123456", "12345"));
  EXPECT_FALSE(equal_in_constant_time("", "1"));
}

}  // namespace
}  // namespace skyhold
