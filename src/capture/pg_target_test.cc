#include "capture/pg_target.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(PgTarget, ReadsUrlsAndKeywordStrings) {
  const PgTarget url =
      PgTarget::parse("postgresql://ada:s%40crit@db.example:5433/shop?sslmode=require").value();
  EXPECT_EQ(url.database(), "shop");
  EXPECT_EQ(url.password(), "s@crit");
  EXPECT_EQ(url.describe(), "shop on db.example:5433 as ada");
  EXPECT_THAT(url.parameters(), Contains(Pair("sslmode", "require")));
  EXPECT_THAT(url.parameters(), Contains(Pair("password", "s@crit")));

  const PgTarget words = PgTarget::parse("host=/run/pg dbname='my db' user=bob").value();
  EXPECT_EQ(words.database(), "my db");
  EXPECT_EQ(words.describe(), "my db on /run/pg as bob");
}

TEST(PgTarget, NeverShowsThePassword) {
  EXPECT_THAT(PgTarget::parse("postgresql://ada:hunter2@h/shop").value().describe(),
              Not(HasSubstr("hunter2")));
  for (const auto* text :
       {"postgresql://ada:/hunter2@h/shop", "postgresql://ada:@hunter2@h/shop", "password=hunter2 dbname",
        "hunter2", "postgresql://ada:hunter2%zz@h/db", "postgresql://h/db?hunter2=1", "password=hunter2"}) {
    const auto parsed = PgTarget::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(to_string(parsed.error()), Not(HasSubstr("hunter2")));
  }
}

TEST(PgTarget, WantsADatabase) {
  const auto parsed = PgTarget::parse("postgresql://ada@h");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, HasSubstr("names no database"));
}

TEST(PgTarget, ChangesOnlyTheDatabase) {
  const PgTarget shop = PgTarget::parse("postgresql://ada:x@h:1/shop").value();
  const PgTarget other = shop.with_database("host=evil");
  EXPECT_EQ(other.database(), "host=evil");
  EXPECT_THAT(other.parameters(), Contains(Pair("dbname", "host=evil")));
  EXPECT_EQ(other.password(), "x");
  EXPECT_EQ(shop.database(), "shop");
}

TEST(PgTarget, RefusesAZeroByte) {
  EXPECT_FALSE(PgTarget::parse(std::string_view("dbname=a\0b", 10)));
}

}  // namespace
}  // namespace skyhold
