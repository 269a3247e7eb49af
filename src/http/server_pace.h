// How long a peer may still stall: time that it earns back by moving bytes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace skyhold {

class Pace {
 public:
  using Milliseconds = std::chrono::milliseconds;
  Pace(Milliseconds patience, std::uint64_t min_bytes_per_second)
      : patience_(patience), left_(patience), min_bytes_per_second_(min_bytes_per_second) {}

  [[nodiscard]] Milliseconds left() const { return std::chrono::ceil<Milliseconds>(left_); }
  [[nodiscard]] bool lost() const { return left_ <= Microseconds(0); }
  // Never more than at the beginning: a fast start is no excuse for a stall of hours.
  void moved(std::uint64_t bytes, std::chrono::nanoseconds waited) {
    left_ -= std::chrono::duration_cast<Microseconds>(waited);
    const std::uint64_t earned = bytes * 1'000'000 / std::max<std::uint64_t>(min_bytes_per_second_, 1);
    left_ = std::min<Microseconds>(patience_, left_ + Microseconds(static_cast<std::int64_t>(earned)));
  }

 private:
  using Microseconds = std::chrono::microseconds;
  Milliseconds patience_;
  Microseconds left_;
  std::uint64_t min_bytes_per_second_;
};

}  // namespace skyhold
