#include "policy/due_runs.h"

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "policy/policy_test_support.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// A production branch in Brussels, every day at 01:00 (00:00 UTC in winter) since January 2026.
ScheduledBranch branch() {
  return {.project = "acme",
          .branch = "main",
          .zone = zone("Europe/Brussels"),
          .schedules = {{"daily", cron("0 1 * * *"), at("2026-01-01T12:00:00Z")}}};
}

LastRun failed(const char* key, int attempts, const char* ended_at) {
  return {.key = key, .state = RunState::kFailed, .attempts = attempts, .last_ended_at = at(ended_at)};
}

// "2026-11-23T01:00 attempt 1", "-" when nothing is due.
std::string due(const ScheduledBranch& given, const char* now, const DueOptions& options = {}) {
  const std::vector<DueRun> runs = due_runs(std::span(&given, 1), at(now), options);
  if (runs.empty()) return "-";
  return fmt::format("{} attempt {}{}", runs.front().key, runs.front().attempt,
                     runs.front().make_up ? ", make-up" : "");
}

TEST(DueRuns, StartsAtItsOccurrenceAndOnce) {
  ScheduledBranch given = branch();
  given.last_run = LastRun{"2026-11-22T01:00", RunState::kSucceeded, 1, at("2026-11-22T00:20:00Z")};
  EXPECT_EQ(due(given, "2026-11-22T23:59:59Z"), "-");
  EXPECT_EQ(due(given, "2026-11-23T00:00:00Z"), "2026-11-23T01:00 attempt 1");
  EXPECT_EQ(due(given, "2026-11-23T00:15:00Z"), "2026-11-23T01:00 attempt 1");
  EXPECT_EQ(due(given, "2026-11-23T00:15:01Z"), "2026-11-23T01:00 attempt 1, make-up");
  given.last_run = LastRun{"2026-11-23T01:00", RunState::kActive, 1, {}};
  EXPECT_EQ(due(given, "2026-11-23T00:00:10Z"), "-");
  given.last_run->state = RunState::kSucceeded;
  EXPECT_EQ(due(given, "2026-11-23T23:59:59Z"), "-");
}

TEST(DueRuns, AnOutageOfDaysIsMadeUpByOneRun) {
  ScheduledBranch given = branch();
  given.last_run = LastRun{"2026-11-10T01:00", RunState::kSucceeded, 1, at("2026-11-10T00:20:00Z")};
  given.last_good_at = at("2026-11-10T00:01:00Z");
  EXPECT_EQ(due(given, "2026-11-15T10:00:00Z"), "2026-11-15T01:00 attempt 1, make-up");
  given.last_good_at = at("2026-11-15T09:00:00Z");
  EXPECT_EQ(due(given, "2026-11-15T10:00:00Z"), "-") << "a good one is younger than what was missed";
  given.last_good_at = at("2026-11-14T23:59:59Z");
  EXPECT_EQ(due(given, "2026-11-15T10:00:00Z"), "2026-11-15T01:00 attempt 1, make-up");
}

TEST(DueRuns, WhatCameBeforeTheScheduleDoesNotCount) {
  ScheduledBranch given = branch();
  given.schedules[0].since = at("2026-11-23T10:00:00Z");
  EXPECT_EQ(due(given, "2026-11-23T12:00:00Z"), "-");
  EXPECT_EQ(due(given, "2026-11-24T00:00:00Z"), "2026-11-24T01:00 attempt 1");
  given.schedules[0].since = at("2026-11-23T00:00:00Z");
  EXPECT_EQ(due(given, "2026-11-23T00:00:00Z"), "2026-11-23T01:00 attempt 1");
}

TEST(DueRuns, PausedOrWithoutAScheduleNothingIs) {
  ScheduledBranch given = branch();
  given.paused = true;
  EXPECT_EQ(due(given, "2026-11-23T00:00:00Z"), "-");
  EXPECT_FALSE(next_run(given, at("2026-11-23T00:00:00Z")));
  given = branch();
  given.schedules.clear();
  EXPECT_EQ(due(given, "2026-11-23T00:00:00Z"), "-");
  EXPECT_FALSE(next_run(given, at("2026-11-23T00:00:00Z")));
}

TEST(DueRuns, AFailedRunIsTriedAgainLaterAndLater) {
  struct Row {
    int attempts;
    const char* ended_at;
    const char* now;
    const char* due;
  };
  const Row kTable[] = {
      {1, "2026-11-23T00:05:00Z", "2026-11-23T00:14:59Z", "-"},
      {1, "2026-11-23T00:05:00Z", "2026-11-23T00:15:00Z", "2026-11-23T01:00 attempt 2"},
      {2, "2026-11-23T00:20:00Z", "2026-11-23T00:49:59Z", "-"},
      {2, "2026-11-23T00:20:00Z", "2026-11-23T00:50:00Z", "2026-11-23T01:00 attempt 3"},
      {3, "2026-11-23T01:00:00Z", "2026-11-23T01:59:00Z", "-"},
      {3, "2026-11-23T01:00:00Z", "2026-11-23T02:00:00Z", "2026-11-23T01:00 attempt 4"},
      {4, "2026-11-23T03:00:00Z", "2026-11-23T23:00:00Z", "-"},
      {4, "2026-11-23T03:00:00Z", "2026-11-24T00:00:00Z", "2026-11-24T01:00 attempt 1"},
      // A new occurrence does not wait for the retry of the one before.
      {1, "2026-11-23T23:58:00Z", "2026-11-24T00:00:00Z", "2026-11-24T01:00 attempt 1"},
  };
  for (const Row& row : kTable) {
    ScheduledBranch given = branch();
    given.last_run = failed("2026-11-23T01:00", row.attempts, row.ended_at);
    EXPECT_EQ(due(given, row.now), row.due) << row.attempts << " attempts, at " << row.now;
  }
  ScheduledBranch given = branch();
  given.last_run = failed("2026-11-23T01:00", 1, "2026-11-23T00:05:00Z");
  EXPECT_EQ(due(given, "2026-11-23T12:00:00Z", {.retry_after = {}}), "-");
  given.last_good_at = at("2026-11-23T00:10:00Z");
  EXPECT_EQ(due(given, "2026-11-23T12:00:00Z"), "-") << "what failed is there already";
}

TEST(DueRuns, NothingNewStartsWhileAnEarlierRunIsActive) {
  ScheduledBranch given = branch();
  given.last_run = LastRun{"2026-11-22T01:00", RunState::kActive, 1, {}};
  EXPECT_EQ(due(given, "2026-11-23T00:00:00Z"), "-");
  EXPECT_EQ(next_run(given, at("2026-11-23T00:00:00Z"))->reason, NextRunReason::kActive);
  given.last_run->state = RunState::kSucceeded;
  EXPECT_EQ(due(given, "2026-11-23T05:00:00Z"), "2026-11-23T01:00 attempt 1, make-up");
}

TEST(DueRuns, TwoSchedulesThatMeetAreOneRun) {
  ScheduledBranch given = branch();
  given.schedules.push_back({"sundays", cron("0 1 * * sun"), at("2026-01-01T12:00:00Z")});
  given.schedules.push_back({"noon", cron("0 12 * * *"), at("2026-01-01T12:00:00Z")});
  given.last_run = LastRun{"2026-11-21T12:00", RunState::kSucceeded, 1, at("2026-11-21T11:20:00Z")};
  const std::vector<DueRun> runs = due_runs(std::span(&given, 1), at("2026-11-22T00:00:00Z"));
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].key, "2026-11-22T01:00");
  EXPECT_EQ(runs[0].schedule_id, "daily");
  given.last_run = LastRun{"2026-11-22T01:00", RunState::kSucceeded, 1, at("2026-11-22T00:20:00Z")};
  EXPECT_EQ(due(given, "2026-11-22T10:59:00Z"), "-");
  EXPECT_EQ(due(given, "2026-11-22T11:00:00Z"), "2026-11-22T12:00 attempt 1");
}

TEST(DueRuns, AClockThatWasAheadDoesNotRunADayAgain) {
  ScheduledBranch given = branch();
  given.last_run = LastRun{"2026-11-25T01:00", RunState::kSucceeded, 1, at("2026-11-25T00:20:00Z")};
  EXPECT_EQ(due(given, "2026-11-23T00:00:00Z"), "-");
  EXPECT_EQ(due(given, "2026-11-26T00:00:00Z"), "2026-11-26T01:00 attempt 1");
}

TEST(DueRuns, NextRunSaysWhatComes) {
  struct Row {
    std::optional<LastRun> last;
    const char* now;
    const char* at;
    NextRunReason reason;
  };
  const LastRun done{"2026-11-23T01:00", RunState::kSucceeded, 1, at("2026-11-23T00:20:00Z")};
  const Row kTable[] = {
      {done, "2026-11-23T12:00:00Z", "2026-11-24T00:00:00Z", NextRunReason::kScheduled},
      {done, "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z", NextRunReason::kDueNow},
      {{}, "2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z", NextRunReason::kDueNow},
      {failed("2026-11-23T01:00", 1, "2026-11-23T00:20:00Z"), "2026-11-23T00:21:00Z", "2026-11-23T00:30:00Z",
       NextRunReason::kRetry},
      {failed("2026-11-23T01:00", 4, "2026-11-23T00:20:00Z"), "2026-11-23T00:21:00Z", "2026-11-24T00:00:00Z",
       NextRunReason::kScheduled},
      {failed("2026-11-23T01:00", 3, "2026-11-23T23:30:00Z"), "2026-11-23T23:31:00Z", "2026-11-24T00:00:00Z",
       NextRunReason::kScheduled},
  };
  for (const Row& row : kTable) {
    ScheduledBranch given = branch();
    given.last_run = row.last;
    const auto next = next_run(given, at(row.now));
    ASSERT_TRUE(next);
    EXPECT_EQ(format_rfc3339(next->at), row.at) << "at " << row.now;
    EXPECT_EQ(next->reason, row.reason) << "at " << row.now;
  }
}

TEST(DueRuns, AThousandProjectsAreSpreadWhenAsked) {
  std::vector<ScheduledBranch> branches;
  for (int i = 0; i < 1000; ++i) {
    branches.push_back(branch());
    branches.back().project = fmt::format("project-{:04}", i);
    branches.back().last_run =
        LastRun{"2026-11-22T01:00", RunState::kSucceeded, 1, at("2026-11-22T00:20:00Z")};
  }
  const Instant midnight = at("2026-11-23T00:00:00Z");
  EXPECT_EQ(due_runs(branches, midnight).size(), 1000U) << "all at once by default";
  const DueOptions spread{.spread = hours{1}};
  std::size_t before = 0;
  for (int minute = 0; minute <= 60; minute += 10) {
    const std::size_t now = due_runs(branches, midnight + minutes{minute}, spread).size();
    EXPECT_GE(now, before);
    EXPECT_NEAR(static_cast<double>(now), minute * 1000.0 / 60, 100) << "after " << minute << " minutes";
    before = now;
  }
  EXPECT_EQ(before, 1000U);
  const NextRun next = *next_run(branches[7], midnight - minutes{1}, spread);
  EXPECT_EQ(due_runs(std::span(&branches[7], 1), next.at - std::chrono::seconds{1}, spread).size(), 0U);
  const auto runs = due_runs(std::span(&branches[7], 1), next.at, spread);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].key, next.key);
  EXPECT_FALSE(runs[0].make_up);
}

TEST(DueRuns, GivesTheOldestFirstAndSaysWhoseTheyAre) {
  std::vector<ScheduledBranch> branches(3, branch());
  branches[0].project = "zebra";
  branches[1].paused = true;
  branches[2].project = "ant";
  const auto runs = due_runs(branches, at("2026-11-23T00:00:00Z"));
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].project, "ant");
  EXPECT_EQ(runs[0].position, 2U);
  EXPECT_EQ(runs[1].position, 0U);
}

}  // namespace
}  // namespace skyhold
