#include "policy/time_zone.h"

#include <stdexcept>

#include <fmt/format.h>

#include "policy/local_time.h"

namespace skyhold {

Result<TimeZone> TimeZone::find(const std::string& name) {
  try {
    return TimeZone(date::locate_zone(name));
  } catch (const std::runtime_error& error) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("there is no time zone \"{}\": {}", name, error.what()),
                "use an IANA name such as Europe/Brussels or UTC, and have the tzdata package installed");
  }
}

const std::string& TimeZone::name() const {
  return rules_->name();
}

LocalMinute local_minute(const TimeZone& zone, Instant instant) {
  return date::floor<std::chrono::minutes>(zone.rules().to_local(instant));
}

LocalDay local_day(const TimeZone& zone, Instant instant) {
  return date::floor<date::days>(zone.rules().to_local(instant));
}

Instant start_of(const TimeZone& zone, LocalDay day) {
  // A day that begins in a gap begins at its end.
  return zone.rules().to_sys(day, date::choose::earliest);
}

std::string to_text(LocalDay day) {
  const date::year_month_day ymd{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                     static_cast<unsigned>(ymd.day()));
}

std::string to_text(LocalMinute minute) {
  const LocalDay day = date::floor<date::days>(minute);
  const auto minute_of_day = (minute - day).count();
  return fmt::format("{}T{:02}:{:02}", to_text(day), minute_of_day / 60, minute_of_day % 60);
}

std::string local_date(const TimeZone& zone, Instant instant) {
  return to_text(local_day(zone, instant));
}

std::string local_date_time(const TimeZone& zone, Instant instant) {
  return to_text(local_minute(zone, instant));
}

}  // namespace skyhold
