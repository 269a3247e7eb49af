// Cron expressions: minute, hour, day of month, month, day of week.
//
//   0 1 * * *          every day at 01:00
//   30 2 * * mon-fri   lists "1,15", ranges "8-18", steps "*/15" and "8-18/2", names "jan" and "sun"
//   @daily             also @hourly, @midnight, @weekly, @monthly, @yearly, @annually
//
// As in cron of old, when both day fields are restricted (neither begins with "*"), a day
// counts when either of them matches; otherwise both must.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace skyhold {

struct CronExpression {
  // Bit n stands for the value n. Sunday is day 0 of the week; days of the month and months begin at 1.
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint32_t days_of_month = 0;
  std::uint32_t months = 0;
  std::uint32_t days_of_week = 0;
  bool any_day_of_month = true;  // the field begins with "*"
  bool any_day_of_week = true;

  friend bool operator==(const CronExpression&, const CronExpression&) = default;
};

// kInvalidArgument names the field and says what it may hold. An expression that can never
// come (30 February) is refused too.
Result<CronExpression> parse_cron(std::string_view text);

// Five fields that parse to the same expression: what is stored and shown.
std::string format_cron(const CronExpression& expression);

// In words, to follow "Backups run": "every day at 01:00", "on Monday and Friday at 02:30 and 14:30",
// "every 15 minutes", "on day 1 of the month at 03:00, in January and July".
std::string describe_cron(const CronExpression& expression);

}  // namespace skyhold
