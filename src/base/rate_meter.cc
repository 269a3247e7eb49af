#include "base/rate_meter.h"

#include <cmath>

namespace skyhold {
namespace {

constexpr double kMemorySeconds = 10;

}  // namespace

double RateMeter::update(std::uint64_t done_bytes, double at_seconds) {
  const Point now{done_bytes, at_seconds};
  if (!last_ || done_bytes < last_->done_bytes) {
    *this = RateMeter();
    last_ = now;
    return 0;
  }
  const double seconds = at_seconds - last_->at_seconds;
  if (seconds <= 0) return bytes_per_second();
  const double rate = static_cast<double>(done_bytes - last_->done_bytes) / seconds;
  const double kept = std::exp(-seconds / kMemorySeconds);
  weighted_rate_ = weighted_rate_ * kept + rate * (1 - kept);
  weight_ = weight_ * kept + (1 - kept);
  last_ = now;
  return bytes_per_second();
}

}  // namespace skyhold
