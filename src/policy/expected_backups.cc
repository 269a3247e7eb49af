#include "policy/expected_backups.h"

#include <algorithm>

#include "policy/schedule.h"

namespace skyhold {

Instant ExpectedBackups::next(Instant instant) const {
  const auto found = next_occurrence(crons_, zone_, std::max(instant, start_));
  return found ? found->at : kNever;
}

Instant ExpectedBackups::next_in(TierKind kind, int bucket, Instant after) const {
  const Instant found = next(after);
  return found != kNever && bucket_at(kind, found) == bucket ? found : kNever;
}

Instant ExpectedBackups::first_of_later_bucket(TierKind kind, int bucket, int n) {
  std::vector<Instant>& firsts = later_[{kind, bucket}];
  const auto wanted = static_cast<std::size_t>(n);
  while (firsts.size() < wanted && (firsts.empty() || firsts.back() != kNever)) {
    const int last = firsts.empty() ? bucket : bucket_at(kind, firsts.back());
    const Instant begin = start_of(zone_, first_day_of(kind, last + 1));
    firsts.push_back(next(begin - std::chrono::nanoseconds{1}));
  }
  return firsts.size() < wanted ? kNever : firsts[wanted - 1];
}

int ExpectedBackups::bucket_at(TierKind kind, Instant instant) const {
  return bucket_of(kind, local_day(zone_, instant));
}

}  // namespace skyhold
