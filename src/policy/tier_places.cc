#include "policy/tier_places.h"

#include <algorithm>

namespace skyhold {

void TierPlaces::add(std::size_t position, int bucket, bool good) {
  std::optional<std::size_t>& place = good ? buckets_[bucket].good : buckets_[bucket].degraded;
  if (!place) place = position;
}

std::vector<TierPlace> TierPlaces::held(ExpectedBackups& expected) const {
  std::vector<TierPlace> places;
  int newer_good = 0;
  int newer = 0;
  std::optional<int> newest_good;
  for (const auto& [number, bucket] : buckets_) {
    if (newer_good >= count_) break;
    if (bucket.good) {
      if (!newest_good) newest_good = number;
      places.push_back({*bucket.good, number, until(number, newer_good, *newest_good, expected)});
      ++newer_good;
    } else if (newer < count_) {
      places.push_back({*bucket.degraded, number, until(number, newer, buckets_.begin()->first, expected)});
    }
    ++newer;
  }
  return places;
}

Instant TierPlaces::until(int bucket, int rank, int newest, ExpectedBackups& expected) const {
  return std::min(expected.next_in(kind_, bucket, Instant::min()),
                  expected.first_of_later_bucket(kind_, newest, count_ - rank));
}

}  // namespace skyhold
