#include "policy/fair_order.h"

#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/policy_test_support.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;

const Instant kNow = at("2026-11-23T01:00:00Z");

QueuedJob job(std::string id, std::string project, JobPriority priority, int waited_minutes = 0,
              std::string server = {}) {
  QueuedJob made{std::move(id), priority, {}, kNow - minutes{waited_minutes}};
  made.places.project = std::move(project);
  made.places.database_server = std::move(server);
  return made;
}

std::vector<std::string> ids(const std::vector<QueuedJob>& queued, const StartPlan& plan) {
  std::vector<std::string> all;
  for (const std::size_t position : plan.start) all.push_back(queued[position].id);
  return all;
}

FairOrderOptions in_all(int most) {
  return {.caps = {.in_all = most, .per_database_server = 1000, .per_region = 1000, .per_store = 1000}};
}

TEST(FairOrder, TheMoreUrgentGoesFirst) {
  const std::vector<QueuedJob> queued{
      job("prune", "a", JobPriority::kMaintenance, 50), job("nightly", "b", JobPriority::kScheduled, 40),
      job("manual", "c", JobPriority::kManual, 30), job("restore", "d", JobPriority::kRestore, 1)};
  EXPECT_THAT(ids(queued, plan_starts(queued, {}, {}, kNow, in_all(9))),
              ElementsAre("restore", "manual", "nightly", "prune"));
  EXPECT_THAT(ids(queued, plan_starts(queued, {}, {}, kNow, in_all(2))), ElementsAre("restore", "manual"));
  EXPECT_EQ(plan_starts(queued, {}, {}, kNow, in_all(2)).waits[0], JobWait::kInAll);
}

TEST(FairOrder, ProjectsTakeTurnsTheLeastRecentlyServedFirst) {
  std::vector<QueuedJob> queued;
  for (int i = 0; i < 3; ++i) {
    for (const char* project : {"a", "b", "c"}) {
      queued.push_back(job(fmt::format("{}{}", project, i), project, JobPriority::kManual, 30 - i));
      queued.back().places.writes = false;
    }
  }
  const LastServed served{{"a", kNow - minutes{1}}, {"b", kNow - minutes{9}}};
  EXPECT_THAT(ids(queued, plan_starts(queued, {}, served, kNow, in_all(7))),
              ElementsAre("c0", "b0", "a0", "c1", "b1", "a1", "c2"));
}

TEST(FairOrder, AProjectHasOneWriter) {
  std::vector<QueuedJob> queued{
      job("first", "a", JobPriority::kManual, 5), job("second", "a", JobPriority::kManual, 4),
      job("verify", "a", JobPriority::kMaintenance, 3), job("other", "b", JobPriority::kManual, 1)};
  queued[2].places.writes = false;
  StartPlan plan = plan_starts(queued, {}, {}, kNow, in_all(9));
  EXPECT_THAT(ids(queued, plan), ElementsAre("first", "other", "verify"));
  EXPECT_EQ(plan.waits[1], JobWait::kProjectWriter);
  const std::vector<JobPlaces> running{{.project = "a", .writes = true}};
  plan = plan_starts(queued, running, {}, kNow, in_all(9));
  EXPECT_THAT(ids(queued, plan), ElementsAre("other", "verify"));
}

TEST(FairOrder, CapsHoldForServersStoresAndRegions) {
  std::vector<QueuedJob> queued;
  for (int i = 0; i < 8; ++i) {
    queued.push_back(job(fmt::to_string(i), fmt::format("p{}", i), JobPriority::kScheduled, 60 - i,
                         i < 4 ? "db1" : "db2"));
    queued.back().places.region = i < 6 ? "west" : "east";
    queued.back().places.stores = {i % 2 == 0 ? "gcs" : "s3"};
  }
  FairOrderOptions options = in_all(100);
  options.caps.per_database_server = 3;
  options.caps.database_servers = {{"db2", 2}};
  StartPlan plan = plan_starts(queued, {}, {}, kNow, options);
  EXPECT_THAT(ids(queued, plan), ElementsAre("0", "1", "2", "4", "5"));
  EXPECT_EQ(plan.waits[3], JobWait::kDatabaseServer);

  options = in_all(100);
  options.caps.stores = {{"s3", 1}};
  plan = plan_starts(queued, {}, {}, kNow, options);
  EXPECT_THAT(ids(queued, plan), ElementsAre("0", "1", "2", "4", "6"));
  EXPECT_EQ(plan.waits[3], JobWait::kStore);

  options = in_all(100);
  options.caps.per_region = 2;
  std::vector<JobPlaces> running{{.project = "x", .region = "east"}};
  plan = plan_starts(queued, running, {}, kNow, options);
  EXPECT_THAT(ids(queued, plan), ElementsAre("0", "1", "6"));
  EXPECT_EQ(plan.waits[7], JobWait::kRegion);
}

TEST(FairOrder, AServerWithAThousandJobsHoldsUpNobodyElse) {
  std::vector<QueuedJob> queued;
  for (int i = 0; i < 1000; ++i) {
    queued.push_back(
        job(fmt::format("busy{}", i), fmt::format("busy{}", i), JobPriority::kManual, 500, "db1"));
  }
  queued.push_back(job("quiet", "quiet", JobPriority::kMaintenance, 1, "db2"));
  FairOrderOptions options = in_all(8);
  options.caps.per_database_server = 2;
  EXPECT_THAT(ids(queued, plan_starts(queued, {}, {}, kNow, options)), Contains("quiet"));
}

TEST(FairOrder, WhatWaitedLongRisesButNotAboveARestore) {
  std::vector<QueuedJob> queued{job("prune", "a", JobPriority::kMaintenance, 13 * 60),
                                job("nightly", "b", JobPriority::kScheduled, 5 * 60),
                                job("manual", "c", JobPriority::kManual, 10),
                                job("restore", "d", JobPriority::kRestore, 0)};
  EXPECT_THAT(ids(queued, plan_starts(queued, {}, {}, kNow, in_all(9))),
              ElementsAre("restore", "prune", "manual", "nightly"));
  FairOrderOptions never = in_all(9);
  never.raise_after = minutes{0};
  EXPECT_THAT(ids(queued, plan_starts(queued, {}, {}, kNow, never)),
              ElementsAre("restore", "manual", "nightly", "prune"));
}

// Runs the queue as a worker would, one job an hour of each place, while one project asks on and on.
TEST(FairOrder, AProjectThatAsksOnAndOnStarvesNobody) {
  std::vector<QueuedJob> queued;
  for (int i = 0; i < 50; ++i) {
    queued.push_back(job(fmt::format("night{:02}", i), fmt::format("p{:02}", i), JobPriority::kScheduled));
  }
  LastServed served;
  Instant now = kNow;
  int asked = 0;
  std::size_t last_of_others = 0;
  for (std::size_t hour = 0; hour < 200; ++hour, now += hours{1}) {
    for (int i = 0; i < 5; ++i) {
      queued.push_back(job(fmt::format("greedy{}", asked++), "greedy", JobPriority::kManual));
      queued.back().queued_at = now;
    }
    const StartPlan plan = plan_starts(queued, {}, served, now, in_all(1));
    ASSERT_EQ(plan.start.size(), 1U);
    const QueuedJob started = queued[plan.start[0]];
    served[started.places.project] = now;
    if (started.places.project != "greedy") last_of_others = hour;
    queued.erase(queued.begin() + static_cast<std::ptrdiff_t>(plan.start[0]));
  }
  for (const QueuedJob& left : queued) EXPECT_EQ(left.places.project, "greedy") << left.id;
  EXPECT_LT(last_of_others, 60U) << "six hours of waiting, then turn by turn";
}

TEST(FairOrder, TenThousandJobsFlowThroughWithinTheirCaps) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(fmt::format("SKYHOLD_TEST_SEED={}", seed));
  std::mt19937_64 random(seed);
  std::vector<QueuedJob> queued;
  for (int i = 0; i < 10'000; ++i) {
    queued.push_back(job(fmt::to_string(i), fmt::format("p{}", random() % 2000),
                         static_cast<JobPriority>(random() % 4), static_cast<int>(random() % 600),
                         fmt::format("db{}", random() % 50)));
    queued.back().places.stores = {fmt::format("s{}", random() % 3)};
  }
  FairOrderOptions options;
  options.caps = {.in_all = 60, .per_database_server = 2, .per_region = 100, .per_store = 25};
  const StartPlan plan = plan_starts(queued, {}, {}, kNow, options);
  std::map<std::string, int> projects, servers, stores;
  std::vector<bool> started(queued.size());
  for (const std::size_t position : plan.start) {
    started[position] = true;
    const JobPlaces& places = queued[position].places;
    EXPECT_LE(++projects[places.project], 1);
    EXPECT_LE(++servers[places.database_server], 2);
    EXPECT_LE(++stores[places.stores[0]], 25);
  }
  EXPECT_EQ(plan.start.size(), 60U);
  for (std::size_t i = 0; i < queued.size(); ++i) EXPECT_EQ(started[i], plan.waits[i] == JobWait::kStarts);
  std::shuffle(queued.begin(), queued.end(), random);
  const StartPlan again = plan_starts(queued, {}, {}, kNow, options);
  EXPECT_EQ(again.start.size(), 60U) << "the order in which they are given does not matter";
}

TEST(FairOrder, AJobsPlacesAreReadFromIt) {
  Job verify;
  verify.project = "a";
  verify.kind = JobKind::kVerify;
  verify.region = "west";
  verify.database_server = "db1";
  const JobPlaces places = places_of(verify, {"gcs"});
  EXPECT_FALSE(places.writes);
  EXPECT_EQ(places.region, "west");
  EXPECT_THAT(places.stores, ElementsAre("gcs"));
  Job backup = verify;
  backup.kind = JobKind::kBackup;
  EXPECT_TRUE(places_of(backup).writes);
}

}  // namespace
}  // namespace skyhold
