#include "policy/cron.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

using testing::HasSubstr;

struct Accepted {
  const char* text;
  const char* formatted;
  const char* words;
};

TEST(Cron, IsReadWrittenAndSaidInWords) {
  const Accepted kTable[] = {
      {"0 1 * * *", "0 1 * * *", "every day at 01:00"},
      {" 0\t1  * * * ", "0 1 * * *", "every day at 01:00"},
      {"30 2,14 * * *", "30 2,14 * * *", "every day at 02:30 and 14:30"},
      {"0 0,6,12,18 * * *", "0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00"},
      {"*/15 * * * *", "*/15 * * * *", "every 15 minutes"},
      {"* * * * *", "* * * * *", "every minute"},
      {"5 * * * *", "5 * * * *", "every day at minute 5 of every hour"},
      {"0 */2 * * *", "0 */2 * * *", "every 2 hours"},
      {"*/20 8-18 * * mon-fri", "*/20 8-18 * * 1-5", "every 20 minutes of hours 8 to 18 on Monday to Friday"},
      {"0 1 * * 7", "0 1 * * 0", "on Sunday at 01:00"},
      {"0 1 * * SUN", "0 1 * * 0", "on Sunday at 01:00"},
      {"0 1 * * fri-sun", "0 1 * * 0,5,6", "on Sunday, Friday and Saturday at 01:00"},
      {"0 1 * * 1,3", "0 1 * * 1,3", "on Monday and Wednesday at 01:00"},
      {"0 3 1 Jan,jul *", "0 3 1 1,7 *", "on day 1 of the month at 03:00, in January and July"},
      {"0 3 1,15 * fri", "0 3 1,15 * 5", "on days 1 and 15 of the month, and also on Friday at 03:00"},
      {"0 3 */10 * fri", "0 3 */10 * 5", "on days 1, 11, 21 and 31 of the month when it is Friday at 03:00"},
      {"0 3 */2,4 * *", "0 3 */2,4 * *", nullptr},
      {"0 1 1-31 * 0-6", "0 1 1-31 * 0-6", nullptr},
      {"1-5/2 1 * * *", "1,3,5 1 * * *", "every day at 01:01, 01:03 and 01:05"},
      {"@hourly", "0 * * * *", "every hour"},
      {"@daily", "0 0 * * *", "every day at 00:00"},
      {"@Midnight", "0 0 * * *", nullptr},
      {"@weekly", "0 0 * * 0", nullptr},
      {"@monthly", "0 0 1 * *", nullptr},
      {"@yearly", "0 0 1 1 *", "on day 1 of the month at 00:00, in January"},
      {"@annually", "0 0 1 1 *", nullptr},
      {"0 0 29 2 *", "0 0 29 2 *", nullptr},
      {"0 0 31 2 1", "0 0 31 2 1", nullptr},  // some Monday comes
  };
  for (const Accepted& row : kTable) {
    const auto parsed = parse_cron(row.text);
    ASSERT_TRUE(parsed) << row.text << ": " << to_string(parsed.error());
    EXPECT_EQ(format_cron(*parsed), row.formatted) << row.text;
    EXPECT_EQ(parse_cron(format_cron(*parsed)).value(), *parsed) << row.text;
    if (row.words != nullptr) {
      EXPECT_EQ(describe_cron(*parsed), row.words) << row.text;
    }
  }
}

TEST(Cron, AnErrorNamesTheFieldAndWhatItMayHold) {
  struct Refused {
    const char* text;
    const char* message;
    const char* hint;
  };
  const Refused kTable[] = {
      {"60 1 * * *", "\"60\" in the field \"minute\"", "0 to 59"},
      {"0 24 * * *", "\"24\" in the field \"hour\"", "0 to 23"},
      {"0 1 0 * *", "\"0\" in the field \"day of the month\"", "1 to 31"},
      {"0 1 32 * *", "\"day of the month\"", "1 to 31"},
      {"0 1 * 13 *", "\"13\" in the field \"month\"", "jan to dec"},
      {"0 1 * mon *", "\"mon\" in the field \"month\"", "jan to dec"},
      {"0 1 * * 8", "\"8\" in the field \"day of the week\"", "0 and 7 are Sunday"},
      {"0 1 * * monday", "\"monday\" in the field \"day of the week\"", "sun to sat"},
      {"0 1 * * fri-mon", "runs backwards", "ranges"},
      {"0 18-8 * * *", "runs backwards", "ranges"},
      {"*/0 * * * *", "step that is not 1 to 59", "steps"},
      {"*/60 * * * *", "step that is not 1 to 59", "steps"},
      {"5/15 * * * *", "step without a range", "steps"},
      {"1,,2 * * * *", "\"\" in the field \"minute\"", "0 to 59"},
      {"-1 * * * *", "\"-1\" in the field \"minute\"", "0 to 59"},
      {"1- * * * *", "not a range", "0 to 59"},
      {"+1 * * * *", "not a value", "0 to 59"},
      {"0 1 L * *", "\"L\" in the field \"day of the month\"", "1 to 31"},
      {"0 1 ? * *", "\"?\"", "1 to 31"},
      {"99999999999999999999 * * * *", "minute", "0 to 59"},
      {"0 1 * *", "has 4", "day of the week"},
      {"0 0 1 * * *", "has 6", "five"},
      {"", "has 0", "0 1 * * *"},
      {"@reboot", "\"@reboot\"", "@daily"},
      {"0 0 30 2 *", "never comes", "month"},
      {"0 0 31 4,6,9,11 *", "never comes", "month"},
  };
  for (const Refused& row : kTable) {
    const auto parsed = parse_cron(row.text);
    ASSERT_FALSE(parsed) << row.text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(parsed.error().message, HasSubstr(row.message)) << row.text;
    EXPECT_THAT(parsed.error().hint + parsed.error().message, HasSubstr(row.hint)) << row.text;
  }
  EXPECT_FALSE(parse_cron(std::string(100'000, '1')));
}

}  // namespace
}  // namespace skyhold
