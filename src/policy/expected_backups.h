// The automatic backups to come, as far as retention asks: when the next one comes, and when
// the n-th day, week or month that has one begins to have it.
#pragma once

#include <array>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "policy/cron.h"
#include "policy/retention_buckets.h"

namespace skyhold {

// After the last moment that can be: as long as nobody acts.
inline constexpr Instant kNever = Instant::max();

class ExpectedBackups {
 public:
  // Those after `start`.
  ExpectedBackups(std::span<const CronExpression> crons, const TimeZone& zone, Instant start)
      : crons_(crons), zone_(zone), start_(start) {}

  // The first one after `instant` (or `start`); kNever: none.
  [[nodiscard]] Instant next(Instant instant) const;
  // The first one, if it falls into this bucket.
  [[nodiscard]] Instant next_in(TierKind kind, int bucket, Instant after) const;
  // The first backup of the n-th bucket (from 1) after `bucket` that is to have one.
  [[nodiscard]] Instant first_of_later_bucket(TierKind kind, int bucket, int n);

  [[nodiscard]] int bucket_at(TierKind kind, Instant instant) const;

 private:
  std::span<const CronExpression> crons_;
  const TimeZone& zone_;
  Instant start_;
  // The first backups of the buckets after one, as far as they were asked for.
  std::map<std::pair<TierKind, int>, std::vector<Instant>> later_;
};

}  // namespace skyhold
