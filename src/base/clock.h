// Time as a port, so that schedules and leases can be tested without waiting.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace skyhold {

// UTC, with nanoseconds, as the repository format wants it.
using Instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

// Stands still until it is moved.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : now_(start) {}
  [[nodiscard]] Instant now() const override { return now_; }
  void advance(std::chrono::nanoseconds by) { now_ += by; }

 private:
  Instant now_;
};

// RFC 3339 in UTC, with as many fraction digits as are needed (Go's RFC3339Nano):
// "2026-11-23T01:00:00Z", "2026-11-23T01:00:00.123456789Z".
std::string format_rfc3339(Instant instant);
// Accepts any offset ("Z", "+02:00") and up to nine fraction digits.
Result<Instant> parse_rfc3339(std::string_view text);

// Seconds since some fixed moment, for measuring durations.
double monotonic_seconds();

}  // namespace skyhold
