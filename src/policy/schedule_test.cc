#include "policy/schedule.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "policy/local_time.h"
#include "policy/policy_test_support.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Row {
  const char* cron;
  const char* zone;
  const char* after;
  const char* key;
  const char* at;
};

TEST(Schedule, NamesTheNextOccurrence) {
  const Row kTable[] = {
      {"0 1 * * *", "UTC", "2026-11-23T00:59:59Z", "2026-11-23T01:00", "2026-11-23T01:00:00Z"},
      {"0 1 * * *", "UTC", "2026-11-23T01:00:00Z", "2026-11-24T01:00", "2026-11-24T01:00:00Z"},
      {"0 1 * * *", "Europe/Brussels", "2026-07-01T12:00:00Z", "2026-07-02T01:00", "2026-07-01T23:00:00Z"},
      {"0 1 * * *", "Asia/Kolkata", "2026-07-01T12:00:00Z", "2026-07-02T01:00", "2026-07-01T19:30:00Z"},
      {"30 1 31 * *", "UTC", "2026-01-31T01:30:00Z", "2026-03-31T01:30", "2026-03-31T01:30:00Z"},
      {"0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00", "2104-02-29T00:00:00Z"},
      // The first of the month, or a Friday.
      {"0 0 1 * 5", "UTC", "2026-11-23T00:00:00Z", "2026-11-27T00:00", "2026-11-27T00:00:00Z"},
      {"0 0 1 * 5", "UTC", "2026-11-28T00:00:00Z", "2026-12-01T00:00", "2026-12-01T00:00:00Z"},
      // "*/2" begins with a star: an odd day that is a Friday.
      {"0 0 */2 * 5", "UTC", "2026-11-20T00:00:00Z", "2026-11-27T00:00", "2026-11-27T00:00:00Z"},
      // The gap: 02:00 to 03:00 on 2026-03-29, at 01:00 UTC.
      {"30 2 * * *", "Europe/Brussels", "2026-03-28T12:00:00Z", "2026-03-29T02:30", "2026-03-29T01:00:00Z"},
      {"30 2 * * *", "Europe/Brussels", "2026-03-29T01:00:00Z", "2026-03-30T02:30", "2026-03-30T00:30:00Z"},
      {"10,40 2 * * *", "Europe/Brussels", "2026-03-28T12:00:00Z", "2026-03-29T02:40",
       "2026-03-29T01:00:00Z"},
      {"0 * * * *", "Europe/Brussels", "2026-03-29T00:00:00Z", "2026-03-29T03:00", "2026-03-29T01:00:00Z"},
      // The overlap: 02:00 to 03:00 twice on 2026-10-25, first from 00:00 UTC.
      {"30 2 * * *", "Europe/Brussels", "2026-10-24T12:00:00Z", "2026-10-25T02:30", "2026-10-25T00:30:00Z"},
      {"30 2 * * *", "Europe/Brussels", "2026-10-25T00:30:00Z", "2026-10-26T02:30", "2026-10-26T01:30:00Z"},
      {"0 * * * *", "Europe/Brussels", "2026-10-25T00:00:00Z", "2026-10-25T03:00", "2026-10-25T02:00:00Z"},
      // Half an hour, in Lord Howe: a gap from 02:00 to 02:30.
      {"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-04T02:15",
       "2026-10-03T15:30:00Z"},
      // Midnight itself is skipped in Beirut, and a whole day was in Apia.
      {"0 0 * * *", "Asia/Beirut", "2026-03-28T12:00:00Z", "2026-03-29T00:00", "2026-03-28T22:00:00Z"},
      {"0 1 * * *", "Pacific/Apia", "2011-12-30T00:00:00Z", "2011-12-30T01:00", "2011-12-30T10:00:00Z"},
      {"0 1 * * *", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T01:00", "2011-12-30T11:00:00Z"},
  };
  for (const Row& row : kTable) {
    const auto next = next_occurrence(cron(row.cron), zone(row.zone), at(row.after));
    ASSERT_TRUE(next) << row.cron;
    EXPECT_EQ(next->key, row.key) << row.cron << " in " << row.zone << " after " << row.after;
    EXPECT_EQ(format_rfc3339(next->at), row.at) << row.cron << " in " << row.zone << " after " << row.after;
    EXPECT_EQ(latest_occurrence(cron(row.cron), zone(row.zone), next->at), next);
  }
}

TEST(Schedule, InTheRepeatedHourTheLatestIsTheFirstOfTheTwo) {
  const auto latest =
      latest_occurrence(cron("30 2 * * *"), zone("Europe/Brussels"), at("2026-10-25T01:10:00Z"));
  EXPECT_EQ(latest->key, "2026-10-25T02:30");
  EXPECT_EQ(format_rfc3339(latest->at), "2026-10-25T00:30:00Z");
}

TEST(Schedule, HasNoOccurrencesBeyondReckoning) {
  EXPECT_FALSE(next_occurrence(cron("0 1 * * *"), zone("UTC"), Instant::max()));
  EXPECT_FALSE(latest_occurrence(cron("0 1 * * *"), zone("UTC"), Instant::min()));
}

// Walks every minute of UTC and looks at the clock on the wall: a local minute counts when it is first
// seen, and one that was jumped over counts where the jump ends.
std::vector<Occurrence> walked(const CronExpression& cron, const TimeZone& zone, Instant from, Instant to) {
  const auto matches = [&](LocalMinute minute) {
    const LocalDay day = date::floor<date::days>(minute);
    const date::year_month_day ymd{day};
    const auto in = [](std::uint64_t bits, auto value) {
      return (bits & (1ULL << static_cast<unsigned>(value))) != 0;
    };
    const bool dom = in(cron.days_of_month, static_cast<unsigned>(ymd.day()));
    const bool dow = in(cron.days_of_week, date::weekday{day}.c_encoding());
    const bool both = cron.any_day_of_month || cron.any_day_of_week;
    return in(cron.months, static_cast<unsigned>(ymd.month())) && (both ? dom && dow : dom || dow) &&
           in(cron.hours, (minute - day).count() / 60) && in(cron.minutes, (minute - day).count() % 60);
  };
  std::vector<Occurrence> found;
  LocalMinute seen = local_minute(zone, from);
  for (Instant now = from + minutes{1}; now <= to; now += minutes{1}) {
    const LocalMinute wall = local_minute(zone, now);
    std::string key;
    for (; seen < wall; seen += minutes{1}) {
      if (matches(seen + minutes{1})) key = to_text(seen + minutes{1});
    }
    if (!key.empty()) found.push_back({key, now});
  }
  return found;
}

std::string random_field(std::mt19937_64& random, int first, int last) {
  const auto value = [&] {
    return first + static_cast<int>(random() % static_cast<unsigned>(last - first + 1));
  };
  switch (random() % 4) {
    case 0: return "*";
    case 1: return fmt::format("*/{}", 1 + random() % static_cast<unsigned>(last));
    case 2: return fmt::format("{},{}", value(), value());
    default: return fmt::to_string(value());
  }
}

TEST(Schedule, AgreesWithAWalkOverEveryMinute) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(fmt::format("SKYHOLD_TEST_SEED={}", seed));
  std::mt19937_64 random(seed);
  // A few days around a change of the clock each.
  const std::pair<const char*, const char*> kChanges[] = {
      {"Europe/Brussels", "2026-03-29T00:00:00Z"},     {"Europe/Brussels", "2026-10-25T00:00:00Z"},
      {"America/New_York", "2026-03-08T00:00:00Z"},    {"America/New_York", "2026-11-01T00:00:00Z"},
      {"Australia/Lord_Howe", "2026-04-05T00:00:00Z"}, {"Australia/Lord_Howe", "2026-10-04T00:00:00Z"},
      {"Asia/Beirut", "2026-03-29T00:00:00Z"},         {"America/Havana", "2026-11-01T00:00:00Z"},
      {"Pacific/Apia", "2011-12-30T12:00:00Z"},        {"America/St_Johns", "2010-11-07T00:00:00Z"},
      {"Asia/Kolkata", "2026-01-01T00:00:00Z"}};
  for (int round = 0; round < 60 && !testing::Test::HasFailure(); ++round) {
    const auto& [name, change] = kChanges[random() % std::size(kChanges)];
    const TimeZone where = zone(name);
    const std::string text =
        fmt::format("{} {} {} {} {}", random_field(random, 0, 59), random_field(random, 0, 23),
                    random() % 2 == 0 ? "*" : random_field(random, 1, 31), "*",
                    random() % 2 == 0 ? "*" : random_field(random, 0, 6));
    SCOPED_TRACE(text + " in " + name);
    const CronExpression expression = cron(text);
    const Instant from = at(change) - hours{40};
    const Instant to = at(change) + hours{40};
    const std::vector<Occurrence> expected = walked(expression, where, from, to);
    std::vector<Occurrence> found;
    for (auto next = next_occurrence(expression, where, from); next && next->at <= to;
         next = next_occurrence(expression, where, next->at)) {
      EXPECT_EQ(latest_occurrence(expression, where, next->at), next);
      if (!found.empty()) {
        EXPECT_EQ(latest_occurrence(expression, where, next->at - minutes{1})->key, found.back().key);
      }
      found.push_back(*next);
    }
    EXPECT_EQ(found, expected);
  }
}

TEST(Schedule, EachLocalDateOfAYearHasExactlyOne) {
  for (const char* name : {"Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "America/Havana",
                           "Africa/Casablanca", "Asia/Tehran", "UTC"}) {
    for (const char* text : {"0 0 * * *", "0 1 * * *", "30 2 * * *", "15 2 * * *", "59 23 * * *"}) {
      const TimeZone where = zone(name);
      const Occurrence first = *next_occurrence(cron(text), where, at("2026-01-01T12:00:00Z"));
      Occurrence last = first;
      for (int day = 1; day <= 365; ++day) {
        const Occurrence next = *next_occurrence(cron(text), where, last.at);
        EXPECT_LT(last.key.substr(0, 10), next.key.substr(0, 10)) << text << " in " << name;
        EXPECT_LT(last.at, next.at);
        last = next;
      }
      // 365 steps, each to a later date, over 365 dates: none was left out.
      EXPECT_EQ(last.key, "2027" + first.key.substr(4)) << text << " in " << name;
    }
  }
}

}  // namespace
}  // namespace skyhold
