// Random numbers that are the same on every machine for the same seed; the standard
// library's distributions are not.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace sample {

// splitmix64: one addition and a finalizer a number, fast enough to fill files with.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t value = state_ += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
  }

  // 0 … bound - 1. The bias of the multiplication does not matter to sample data.
  std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
  }

  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }

  bool chance(unsigned percent) { return below(100) < percent; }

  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  // Box and Muller's transform of two uniform numbers.
  double log_normal(double median, double sigma) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
    return median * std::exp(sigma * radius * std::cos(2.0 * std::numbers::pi * unit()));
  }

 private:
  std::uint64_t state_;
};

}  // namespace sample
