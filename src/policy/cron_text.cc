// Cron expressions written again: as five fields, and in words.
#include <bit>
#include <vector>

#include <fmt/format.h>

#include "base/assert.h"
#include "policy/cron.h"
#include "policy/cron_fields.h"
#include "policy/words.h"

namespace skyhold {
namespace {

constexpr int kMostTimesListed = 6;

std::vector<int> values_of(std::uint64_t bits) {
  std::vector<int> values;
  for (; bits != 0; bits &= bits - 1) values.push_back(std::countr_zero(bits));
  return values;
}

// Runs of three and more neighbours as {first, last}, all others as {value, value}.
std::vector<std::pair<int, int>> ranges_of(std::uint64_t bits) {
  std::vector<std::pair<int, int>> ranges;
  const std::vector<int> values = values_of(bits);
  for (std::size_t i = 0; i < values.size();) {
    std::size_t end = i + 1;
    while (end < values.size() && values[end] == values[end - 1] + 1) ++end;
    if (end - i < 3) end = i + 1;
    ranges.emplace_back(values[i], values[end - 1]);
    i = end;
  }
  return ranges;
}

std::string list(std::uint64_t bits) {
  std::vector<std::string> items;
  for (const auto& [first, last] : ranges_of(bits)) {
    items.push_back(first == last ? std::to_string(first) : fmt::format("{}-{}", first, last));
  }
  return fmt::format("{}", fmt::join(items, ","));
}

// The step by which "*/step" is exactly these bits; 0 when there is none.
int exact_step(const CronField& field, std::uint64_t bits) {
  for (int step = 1; step <= field.last; ++step) {
    if (field.every(step) == bits) return step;
  }
  return 0;
}

std::string starred(const CronField& field, std::uint64_t bits) {
  if (bits == field.all()) return "*";
  int step = 2;
  while (step < field.last && (field.every(step) & ~bits) != 0) ++step;
  SKYHOLD_ASSERT((field.every(step) & ~bits) == 0);  // a field that begins with "*" holds some "*/step"
  const std::uint64_t rest = bits & ~field.every(step);
  return fmt::format("*/{}{}{}", step, rest == 0 ? "" : ",", list(rest));
}

std::string plain(const CronField& field, std::uint64_t bits) {
  const int step = exact_step(field, bits);
  const bool is_step = step == 1 || (step > 1 && std::popcount(bits) > 2);
  return is_step ? starred(field, bits) : list(bits);
}

std::string day_name(int day) {
  static constexpr const char* kNames[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                           "Thursday", "Friday", "Saturday"};
  return kNames[day];
}

std::string month_name(int month) {
  static constexpr const char* kNames[] = {"January",   "February", "March",    "April",
                                           "May",       "June",     "July",     "August",
                                           "September", "October",  "November", "December"};
  return kNames[month - 1];
}

template <typename Name>
std::string in_words(std::uint64_t bits, Name name) {
  std::vector<std::string> words;
  for (const auto& [first, last] : ranges_of(bits)) {
    words.push_back(first == last ? name(first) : fmt::format("{} to {}", name(first), name(last)));
  }
  return join_words(words);
}

// "minute 5", "minutes 0 to 29".
std::string units(std::string_view unit, std::uint64_t bits) {
  return fmt::format("{}{} {}", unit, std::popcount(bits) == 1 ? "" : "s",
                     in_words(bits, [](int value) { return std::to_string(value); }));
}

std::string listed_times(const CronExpression& cron) {
  std::vector<std::string> times;
  for (const int hour : values_of(cron.hours)) {
    for (const int minute : values_of(cron.minutes))
      times.push_back(fmt::format("{:02}:{:02}", hour, minute));
  }
  return "at " + join_words(times);
}

// "at 01:00", "every 15 minutes", "at minute 5 of every hour".
std::string time_words(const CronExpression& cron) {
  const bool all_hours = cron.hours == kCronHour.all();
  if (!all_hours && std::popcount(cron.minutes) * std::popcount(cron.hours) <= kMostTimesListed) {
    return listed_times(cron);
  }
  const int minute_step = exact_step(kCronMinute, cron.minutes);
  const bool even_minutes = minute_step > 0 && 60 % minute_step == 0;
  const std::string minutes = minute_step == 1 ? "every minute"
                              : even_minutes   ? fmt::format("every {} minutes", minute_step)
                                               : "at " + units("minute", cron.minutes);
  if (all_hours) {
    if (even_minutes) return minutes;
    return cron.minutes == 1 ? "every hour" : minutes + " of every hour";
  }
  const int hour_step = exact_step(kCronHour, cron.hours);
  if (cron.minutes == 1 && hour_step > 1 && 24 % hour_step == 0)
    return fmt::format("every {} hours", hour_step);
  return fmt::format("{} of {}", minutes, units("hour", cron.hours));
}

// Empty: every day.
std::string day_words(const CronExpression& cron) {
  const bool every_day_of_month = cron.any_day_of_month && cron.days_of_month == kCronDayOfMonth.all();
  const bool every_day_of_week = cron.any_day_of_week && cron.days_of_week == kCronDayOfWeek.all();
  const std::string of_month = units("day", cron.days_of_month) + " of the month";
  const std::string of_week = in_words(cron.days_of_week, day_name);
  if (every_day_of_month && every_day_of_week) return "";
  if (every_day_of_month) return "on " + of_week;
  if (every_day_of_week) return "on " + of_month;
  const bool both = cron.any_day_of_month || cron.any_day_of_week;
  return fmt::format("on {}{}{}", of_month, both ? " when it is " : ", and also on ", of_week);
}

}  // namespace

std::string format_cron(const CronExpression& cron) {
  return fmt::format(
      "{} {} {} {} {}", plain(kCronMinute, cron.minutes), plain(kCronHour, cron.hours),
      cron.any_day_of_month ? starred(kCronDayOfMonth, cron.days_of_month) : list(cron.days_of_month),
      plain(kCronMonth, cron.months),
      cron.any_day_of_week ? starred(kCronDayOfWeek, cron.days_of_week) : list(cron.days_of_week));
}

std::string describe_cron(const CronExpression& cron) {
  const std::string time = time_words(cron);
  const std::string days = day_words(cron);
  std::string text = time;
  if (!time.starts_with("every ")) {
    text = (days.empty() ? "every day" : days) + " " + time;
  } else if (!days.empty()) {
    text += " " + days;
  }
  if (cron.months != kCronMonth.all()) text += ", in " + in_words(cron.months, month_name);
  return text;
}

}  // namespace skyhold
