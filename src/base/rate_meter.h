// Bytes a second, lately: an average in which what was moved ten seconds ago weighs a third.
#pragma once

#include <cstdint>
#include <optional>

namespace skyhold {

class RateMeter {
 public:
  // What was done in all until `at_seconds` (monotonic). When it falls, another phase has begun, which
  // counts something else: its rate is not known yet (0).
  double update(std::uint64_t done_bytes, double at_seconds);
  [[nodiscard]] double bytes_per_second() const { return weight_ > 0 ? weighted_rate_ / weight_ : 0; }

 private:
  struct Point {
    std::uint64_t done_bytes = 0;
    double at_seconds = 0;
  };
  std::optional<Point> last_;
  double weighted_rate_ = 0;
  double weight_ = 0;  // below one at first, so that the first seconds are not taken for slow ones
};

}  // namespace skyhold
