#include "policy/schedule.h"

#include <bit>

#include "policy/local_time.h"

namespace skyhold {
namespace {

using std::chrono::minutes;

// 29 February on one weekday comes every 28 years, and every 40 across 2100.
constexpr date::days kFarthest{41 * 366};

bool has(std::uint64_t bits, unsigned value) {
  return (bits >> value & 1U) != 0;
}

bool comes_on(const CronExpression& cron, LocalDay day) {
  const date::year_month_day ymd{day};
  if (!has(cron.months, static_cast<unsigned>(ymd.month()))) return false;
  const bool of_month = has(cron.days_of_month, static_cast<unsigned>(ymd.day()));
  const bool of_week = has(cron.days_of_week, date::weekday{day}.c_encoding());
  const bool either = !cron.any_day_of_month && !cron.any_day_of_week;
  return either ? of_month || of_week : of_month && of_week;
}

// The least value of the field >= from, the greatest <= to; -1: none.
int least(std::uint64_t bits, int from) {
  const std::uint64_t rest = from > 63 ? 0 : bits >> from << from;
  return rest == 0 ? -1 : std::countr_zero(rest);
}
int greatest(std::uint64_t bits, int to) {
  const std::uint64_t rest = to < 0 ? 0 : bits << (63 - to) >> (63 - to);
  return rest == 0 ? -1 : 63 - std::countl_zero(rest);
}

// The first time of day >= from, the last <= to, both in minutes; -1: none.
int first_time(const CronExpression& cron, int from) {
  if (has(cron.hours, static_cast<unsigned>(from / 60))) {
    const int minute = least(cron.minutes, from % 60);
    if (minute >= 0) return from / 60 * 60 + minute;
  }
  const int hour = least(cron.hours, from / 60 + 1);
  return hour < 0 ? -1 : hour * 60 + least(cron.minutes, 0);
}
int last_time(const CronExpression& cron, int to) {
  if (has(cron.hours, static_cast<unsigned>(to / 60))) {
    const int minute = greatest(cron.minutes, to % 60);
    if (minute >= 0) return to / 60 * 60 + minute;
  }
  const int hour = greatest(cron.hours, to / 60 - 1);
  return hour < 0 ? -1 : hour * 60 + greatest(cron.minutes, 59);
}

// The first local time >= from that the expression names, and the last <= to.
std::optional<LocalMinute> first_local(const CronExpression& cron, LocalMinute from) {
  LocalDay day = date::floor<date::days>(from);
  int time = static_cast<int>((from - day).count());
  for (const LocalDay end = day + kFarthest; day < end; ++day, time = 0) {
    if (!comes_on(cron, day)) continue;
    const int found = first_time(cron, time);
    if (found >= 0) return day + minutes{found};
  }
  return {};
}
std::optional<LocalMinute> last_local(const CronExpression& cron, LocalMinute to) {
  LocalDay day = date::floor<date::days>(to);
  int time = static_cast<int>((to - day).count());
  for (const LocalDay end = day - kFarthest; day > end; --day, time = 24 * 60 - 1) {
    if (!comes_on(cron, day)) continue;
    const int found = last_time(cron, time);
    if (found >= 0) return day + minutes{found};
  }
  return {};
}

// The last local minute that has come by `instant`. Local times come in order (one in a gap at its
// end, one that is repeated at its first), so all before it have come, and none after it.
LocalMinute last_minute_come(const TimeZone& zone, Instant instant) {
  const auto second = date::floor<std::chrono::seconds>(instant);
  const date::sys_info now = zone.rules().get_info(second);
  // In a repeated hour all of it has come already.
  if (second - now.begin < std::chrono::hours{48}) {
    const std::chrono::seconds before = zone.rules().get_info(now.begin - std::chrono::seconds{1}).offset;
    const date::sys_seconds repeated_until = now.begin + (before - now.offset);
    if (second < repeated_until) {
      const auto end = date::local_seconds{(now.begin + before).time_since_epoch()};
      return date::floor<minutes>(end - std::chrono::seconds{1});
    }
  }
  return date::floor<minutes>(date::local_seconds{(second + now.offset).time_since_epoch()});
}

struct Coming {
  LocalMinute local;  // the last one of those that come at the same instant
  Instant at;
};

Coming coming(const CronExpression& cron, const TimeZone& zone, LocalMinute local) {
  const date::local_info info = zone.rules().get_info(date::local_seconds{local});
  if (info.result != date::local_info::nonexistent) {
    return {local, Instant{date::local_seconds{local}.time_since_epoch() - info.first.offset}};
  }
  const date::sys_seconds gap_end = info.first.end;
  const auto after_gap = date::local_seconds{(gap_end + info.second.offset).time_since_epoch()};
  // There is one: `local` itself.
  return {last_local(cron, date::floor<minutes>(after_gap)).value_or(local), Instant{gap_end}};
}

Occurrence occurrence(const Coming& coming) {
  return {to_text(coming.local), coming.at};
}

// Where an Instant can be reckoned with: it ends in the years 1677 and 2262.
bool in_range(Instant instant) {
  using date::sys_days;
  return instant >= sys_days{date::year{1700} / 1 / 1} && instant < sys_days{date::year{2200} / 1 / 1};
}

}  // namespace

std::optional<Occurrence> next_occurrence(const CronExpression& cron, const TimeZone& zone, Instant after) {
  if (!in_range(after)) return {};
  const auto local = first_local(cron, last_minute_come(zone, after) + minutes{1});
  if (!local) return {};
  return occurrence(coming(cron, zone, *local));
}

std::optional<Occurrence> latest_occurrence(const CronExpression& cron, const TimeZone& zone,
                                            Instant at_or_before) {
  if (!in_range(at_or_before)) return {};
  const auto local = last_local(cron, last_minute_come(zone, at_or_before));
  if (!local) return {};
  return occurrence(coming(cron, zone, *local));
}

std::optional<Occurrence> next_occurrence(std::span<const CronExpression> crons, const TimeZone& zone,
                                          Instant after) {
  std::optional<Occurrence> nearest;
  for (const CronExpression& cron : crons) {
    std::optional<Occurrence> next = next_occurrence(cron, zone, after);
    if (next && (!nearest || next->at < nearest->at)) nearest = std::move(next);
  }
  return nearest;
}

}  // namespace skyhold
