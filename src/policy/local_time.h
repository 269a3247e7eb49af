// Local days and minutes: for the .cc files of this folder, since date/tz.h compiles slowly.
#pragma once

#include <chrono>
#include <string>

#include <date/date.h>
#include <date/tz.h>

#include "policy/time_zone.h"

namespace skyhold {

using LocalDay = date::local_days;
using LocalMinute = date::local_time<std::chrono::minutes>;

LocalMinute local_minute(const TimeZone& zone, Instant instant);
LocalDay local_day(const TimeZone& zone, Instant instant);
// The first instant of a day.
Instant start_of(const TimeZone& zone, LocalDay day);

std::string to_text(LocalDay day);        // "2026-11-23"
std::string to_text(LocalMinute minute);  // "2026-11-23T01:00"

}  // namespace skyhold
