// An IANA time zone, looked up once and then always valid.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace date {
class time_zone;
}

namespace skyhold {

class TimeZone {
 public:
  // kInvalidArgument when the system's time zone database has no such zone.
  static Result<TimeZone> find(const std::string& name);

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] const date::time_zone& rules() const { return *rules_; }
  friend bool operator==(const TimeZone&, const TimeZone&) = default;

 private:
  explicit TimeZone(const date::time_zone* rules) : rules_(rules) {}
  const date::time_zone* rules_;  // lives as long as the process
};

// As clocks on the wall show it: "2026-11-23", "2026-11-23T01:00".
std::string local_date(const TimeZone& zone, Instant instant);
std::string local_date_time(const TimeZone& zone, Instant instant);

}  // namespace skyhold
