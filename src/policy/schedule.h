// When a cron expression comes in a time zone: once for each local time that it names.
//
// A local time that daylight saving skips comes at the first instant after the gap; when
// several fall there together, they come once, under the key of the latest. A local time that
// happens twice comes at the first of the two. So a daily 02:30 has exactly one occurrence on
// each local date, and an hourly schedule rests during the hour that is repeated.
//
// The system's time zone database names changes until 2037; later dates count without them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/clock.h"
#include "policy/cron.h"
#include "policy/time_zone.h"

namespace skyhold {

struct Occurrence {
  std::string key;  // the local time that the expression names, "2026-03-29T02:30": unique, and in order
  Instant at;       // when it comes

  friend bool operator==(const Occurrence&, const Occurrence&) = default;
};

// The first with `at` > after, the last with `at` <= at_or_before. None beyond the years 1700 and 2200.
std::optional<Occurrence> next_occurrence(const CronExpression& cron, const TimeZone& zone, Instant after);
std::optional<Occurrence> latest_occurrence(const CronExpression& cron, const TimeZone& zone,
                                            Instant at_or_before);

// The same over several expressions at once: the nearest of theirs.
std::optional<Occurrence> next_occurrence(std::span<const CronExpression> crons, const TimeZone& zone,
                                          Instant after);

}  // namespace skyhold
