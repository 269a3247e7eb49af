// Which backups hold the places of one tier, and until when.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "policy/expected_backups.h"
#include "policy/tier.h"

namespace skyhold {

struct TierPlace {
  std::size_t position;  // as given to add()
  int bucket;
  Instant until;
};

class TierPlaces {
 public:
  // Keeps `count` buckets.
  TierPlaces(TierKind kind, int count) : kind_(kind), count_(count) {}

  // Newest first.
  void add(std::size_t position, int bucket, bool good);

  // The newest good backup of each of the newest buckets that have a good one; and the newest degraded one
  // of each bucket that has no other, among as many of the newest buckets of all. So a degraded backup
  // takes nobody's place, and a long row of them cannot grow without bound.
  [[nodiscard]] std::vector<TierPlace> held(ExpectedBackups& expected) const;

 private:
  struct Bucket {
    std::optional<std::size_t> good{};
    std::optional<std::size_t> degraded{};
  };

  // Until a good backup comes in the same bucket, or the bucket is one too many. `rank` newer buckets are
  // there now, `newest` is the newest one.
  [[nodiscard]] Instant until(int bucket, int rank, int newest, ExpectedBackups& expected) const;

  TierKind kind_;
  int count_;
  std::map<int, Bucket, std::greater<>> buckets_;
};

}  // namespace skyhold
