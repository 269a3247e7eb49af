#include "base/id.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

constexpr std::string_view kHex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Id, IsWrittenAsItIsRead) {
  const Id id = Id::from_hex(kHex).value();
  EXPECT_EQ(id.hex(), kHex);
  EXPECT_EQ(id.short_hex(), "e3b0c442");
  EXPECT_EQ(Id::from_bytes(id.view()), id);
  EXPECT_FALSE(id.is_null());
  EXPECT_TRUE(Id{}.is_null());
}

TEST(Id, HasOneSpelling) {
  std::string uppercase(kHex);
  uppercase[0] = 'E';
  for (const std::string& text : {std::string(), std::string(kHex.substr(1)), std::string(kHex) + "0",
                                  uppercase, std::string(64, 'g'), std::string(64, ' ')}) {
    const Result<Id> refused = Id::from_hex(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  }
}

TEST(Id, SortsAsItsTextDoes) {
  for (int i = 0; i < 100; ++i) {
    const Id a = Id::random();
    const Id b = Id::random();
    EXPECT_NE(a, b);
    EXPECT_EQ(a < b, a.hex() < b.hex());
  }
}

TEST(IdDeathTest, OfAnotherLengthIsABug) {
  EXPECT_DEATH(Id::from_bytes(Bytes(31)), "assertion failed");
}

}  // namespace
}  // namespace skyhold
