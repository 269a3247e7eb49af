#include "policy/due_runs.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace skyhold {
namespace {

// FNV-1a: a branch keeps its moment for ever, on every machine.
std::uint64_t stable_hash(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::chrono::seconds moment_of(const ScheduledBranch& branch, const DueOptions& options) {
  if (options.spread.count() <= 0) return std::chrono::seconds{0};
  const std::uint64_t hash = stable_hash(branch.branch, stable_hash("/", stable_hash(branch.project)));
  return std::chrono::seconds{hash % static_cast<std::uint64_t>(options.spread.count())};
}

struct Scheduled {
  const BranchSchedule* schedule;
  Occurrence occurrence;
};

// The newest occurrence of all schedules of the branch that has come by `instant`.
std::optional<Scheduled> newest(const ScheduledBranch& branch, Instant instant) {
  std::optional<Scheduled> found;
  for (const BranchSchedule& schedule : branch.schedules) {
    std::optional<Occurrence> latest = latest_occurrence(schedule.cron, branch.zone, instant);
    if (!latest || latest->at < schedule.since) continue;
    if (!found || latest->key > found->occurrence.key) found = Scheduled{&schedule, *std::move(latest)};
  }
  return found;
}

// The first one after `instant`.
std::optional<Scheduled> coming(const ScheduledBranch& branch, Instant instant) {
  std::optional<Scheduled> found;
  for (const BranchSchedule& schedule : branch.schedules) {
    const Instant after = std::max(instant, schedule.since - std::chrono::nanoseconds{1});
    std::optional<Occurrence> next = next_occurrence(schedule.cron, branch.zone, after);
    if (next && (!found || next->at < found->occurrence.at)) found = Scheduled{&schedule, *std::move(next)};
  }
  return found;
}

bool is_active(const ScheduledBranch& branch) {
  return branch.last_run && branch.last_run->state == RunState::kActive;
}

struct Attempt {
  int number = 1;
  std::optional<Instant> not_before{};
};

// The attempt that the newest occurrence still needs; nothing when it has what it needs.
std::optional<Attempt> needed_attempt(const ScheduledBranch& branch, const Occurrence& occurrence,
                                      const DueOptions& options) {
  if (branch.last_good_at && *branch.last_good_at >= occurrence.at) return {};
  // A key that lies ahead of the clock was run by a clock that was ahead of this one.
  if (!branch.last_run || branch.last_run->key < occurrence.key) return Attempt{};
  if (branch.last_run->key > occurrence.key || branch.last_run->state != RunState::kFailed) return {};
  const auto failures = static_cast<std::size_t>(std::max(branch.last_run->attempts, 1));
  if (failures > options.retry_after.size()) return {};
  return Attempt{static_cast<int>(failures) + 1,
                 branch.last_run->last_ended_at + options.retry_after[failures - 1]};
}

std::optional<DueRun> due_run(const ScheduledBranch& branch, Instant now, const DueOptions& options) {
  if (branch.paused || is_active(branch)) return {};
  const std::chrono::seconds moment = moment_of(branch, options);
  const std::optional<Scheduled> due = newest(branch, now - moment);
  if (!due) return {};
  const std::optional<Attempt> attempt = needed_attempt(branch, due->occurrence, options);
  if (!attempt || (attempt->not_before && *attempt->not_before > now)) return {};
  const bool late = now - (due->occurrence.at + moment) > options.on_time_within;
  return DueRun{.project = branch.project,
                .branch = branch.branch,
                .schedule_id = due->schedule->id,
                .key = due->occurrence.key,
                .scheduled_at = due->occurrence.at,
                .attempt = attempt->number,
                .make_up = attempt->number == 1 && late};
}

}  // namespace

std::vector<DueRun> due_runs(std::span<const ScheduledBranch> branches, Instant now,
                             const DueOptions& options) {
  std::vector<DueRun> due;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    std::optional<DueRun> run = due_run(branches[i], now, options);
    if (!run) continue;
    run->position = i;
    due.push_back(*std::move(run));
  }
  std::sort(due.begin(), due.end(), [](const DueRun& a, const DueRun& b) {
    return std::tie(a.scheduled_at, a.project, a.branch) < std::tie(b.scheduled_at, b.project, b.branch);
  });
  return due;
}

std::optional<NextRun> next_run(const ScheduledBranch& branch, Instant now, const DueOptions& options) {
  if (is_active(branch)) return NextRun{now, branch.last_run->key, {}, NextRunReason::kActive};
  if (branch.paused) return {};
  if (const std::optional<DueRun> due = due_run(branch, now, options)) {
    return NextRun{now, due->key, due->schedule_id, NextRunReason::kDueNow};
  }
  const std::chrono::seconds moment = moment_of(branch, options);
  std::optional<NextRun> next;
  if (const std::optional<Scheduled> scheduled = coming(branch, now - moment)) {
    next = NextRun{scheduled->occurrence.at + moment, scheduled->occurrence.key, scheduled->schedule->id,
                   NextRunReason::kScheduled};
  }
  const std::optional<Scheduled> latest = newest(branch, now - moment);
  const auto retry = latest ? needed_attempt(branch, latest->occurrence, options) : std::nullopt;
  if (retry && retry->not_before && (!next || *retry->not_before < next->at)) {
    next = NextRun{*retry->not_before, latest->occurrence.key, latest->schedule->id, NextRunReason::kRetry};
  }
  return next;
}

}  // namespace skyhold
