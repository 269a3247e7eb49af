// What retention keeps, and why. Pure: no clock, no store.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

struct RetentionPolicy {
  int keep_daily = 7;
  int keep_weekly = 4;
  int keep_monthly = 2;

  friend bool operator==(const RetentionPolicy&, const RetentionPolicy&) = default;
};

struct RetentionCandidate {
  std::string id;
  std::string group;  // the rules apply to each group by itself: one branch's backups
  Instant time;
  bool good = true;  // complete on at least one copy
};

struct RetentionDecision {
  std::string id;
  bool keep = false;
  std::vector<std::string> reasons;  // "daily 2026-11-22", "weekly 2026-W47", "newest good backup"
};

// Decides for every candidate, newest first in each group. A bucket (day, ISO week,
// month, in `time_zone`, an IANA name) keeps its newest good candidate; a rule of n
// keeps the n newest buckets that hold one. The newest good candidate of a group is
// always kept; a candidate that is not good is kept only while it is the newest of
// its group. kInvalidArgument for an unknown time zone or a negative count.
Result<std::vector<RetentionDecision>> decide_retention(const RetentionPolicy& policy,
                                                        std::vector<RetentionCandidate> candidates,
                                                        const std::string& time_zone);

}  // namespace skyhold
