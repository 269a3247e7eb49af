// Which branches are due for an automatic backup now. Pure: the caller brings the facts.
//
// A branch's schedules are one stream of occurrences: where two of them meet, one run serves
// both. So (project, branch, key) is the unique key of a scheduled run. What is scheduled for
// another purpose (a staging branch refreshed from production) is a stream of its own: another
// ScheduledBranch, without `last_good_at`.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "policy/schedule.h"

namespace skyhold {

struct BranchSchedule {
  std::string id{};
  CronExpression cron{};
  Instant since{};  // created, changed or switched on again: occurrences before it do not count
};

enum class RunState { kActive, kSucceeded, kFailed };  // active: queued or running

// The scheduled run of a branch with the greatest key.
struct LastRun {
  std::string key{};
  RunState state = RunState::kActive;
  int attempts = 1;         // started for this key so far
  Instant last_ended_at{};  // of the latest attempt; ignored while active
};

struct ScheduledBranch {
  std::string project{};
  std::string branch{};
  TimeZone zone;  // the project's: keys of a branch are compared with each other
  std::vector<BranchSchedule> schedules{};
  bool paused = false;
  std::optional<LastRun> last_run{};
  // When the newest automatic backup that can be restored was captured. One that is degraded
  // counts: what it needs is another copy, not another backup.
  std::optional<Instant> last_good_at{};
};

struct DueOptions {
  // A failed run is tried again so long after each failure, then not before its next occurrence.
  std::vector<std::chrono::minutes> retry_after{std::chrono::minutes{10}, std::chrono::minutes{30},
                                                std::chrono::minutes{60}};
  // Branches start at a moment of their own within so long after the occurrence, always the same one.
  std::chrono::seconds spread{0};
  // A first attempt that starts later than this is called a make-up run.
  std::chrono::minutes on_time_within{15};
};

struct DueRun {
  std::size_t position = 0;  // of its branch in `branches`
  std::string project{};
  std::string branch{};
  std::string schedule_id{};
  std::string key{};
  Instant scheduled_at{};  // the occurrence
  int attempt = 1;
  bool make_up = false;
};

// At most one run a branch: that of the newest occurrence, unless it was run, runs, waits for its
// next attempt, has none left, or a good automatic backup is younger than it. So an outage of days
// is made up by one run. Nothing new starts while an earlier run is still active. Oldest occurrence
// first, then by project and branch.
std::vector<DueRun> due_runs(std::span<const ScheduledBranch> branches, Instant now,
                             const DueOptions& options = {});

enum class NextRunReason { kActive, kDueNow, kRetry, kScheduled };

struct NextRun {
  Instant at{};  // not before now; of a run that is active, its occurrence
  std::string key{};
  std::string schedule_id{};
  NextRunReason reason = NextRunReason::kScheduled;
};

// What comes next, to be shown; none while paused or without a schedule.
std::optional<NextRun> next_run(const ScheduledBranch& branch, Instant now, const DueOptions& options = {});

}  // namespace skyhold
