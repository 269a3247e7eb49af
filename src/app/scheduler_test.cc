// The scheduler over a real catalog, its clock moved by hand: what happens by itself, and only once.
#include "app/scheduler.h"

#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/job_parameters.h"
#include "policy/time_zone.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::IsEmpty;
using testing::SizeIs;

class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() : clock(parse_rfc3339("2026-03-01T09:00:00Z").value()) {
    settings.data_directory = directory.path();
    settings.platform.platform_time_zone = "Europe/Brussels";
    add_local_region(settings);
    database = open_sql_database(settings.catalog()).value();
    catalog = Catalog::open(*database, clock).value();
    jobs = JobQueue::open(*database, clock).value();
    make_scheduler();
  }

  // A process that begins anew: what it remembered is gone.
  void make_scheduler() { scheduler = std::make_unique<Scheduler>(*catalog, *jobs, settings, clock); }

  void add_project(const std::string& name) {
    Project project;
    project.name = name;
    project.title = name;
    project.region = "local";
    project.created_at = clock.now();
    ASSERT_TRUE(catalog->create_project(project));
    Branch branch;
    branch.project = name;
    branch.name = "production";
    branch.type = BranchType::kProduction;
    branch.wrapped_database_url = "wrapped";
    branch.database_server = "db1:5432";
    branch.created_at = clock.now();
    ASSERT_TRUE(catalog->create_branch(branch));
    Schedule schedule;
    schedule.id = "sc_" + name;
    schedule.project = name;
    schedule.branch = kProductionBranch;
    schedule.created_at = clock.now();
    schedule.active_since = clock.now();
    ASSERT_TRUE(catalog->put_schedule(schedule));
  }

  void tick() {
    const Status ticked = scheduler->tick();
    ASSERT_TRUE(ticked) << to_string(ticked.error());
  }

  std::vector<Job> active(JobKind kind) {
    JobFilter filter;
    filter.kinds = {kind};
    filter.active = true;
    return jobs->jobs(filter, 500).value().items;
  }

  // Does what a worker would: takes each queued job and ends it.
  void work(const std::function<bool(const Job&)>& succeeds) {
    const auto all = [](const std::vector<Job>& queued, const std::vector<Job>&) {
      std::vector<std::string> ids;
      for (const Job& job : queued) ids.push_back(job.id);
      return ids;
    };
    for (;;) {
      const auto taken = jobs->take("worker", "local", all);
      ASSERT_TRUE(taken) << to_string(taken.error());
      if (!*taken) return;
      const TakenJob& work = **taken;
      const bool good = succeeds(work.job);
      end_backup(work.job, good);
      const Status ended = good ? jobs->succeed(work.lease, "{}")
                                : jobs->end_with_error(work.lease, Error{ErrorCode::kSource, "no", "", {}});
      ASSERT_TRUE(ended);
    }
  }
  void end_backup(const Job& job, bool good) {
    if (job.kind != JobKind::kBackup) return;
    BackupRecord record = catalog->backup(job.backup_id).value();
    record.state = good ? BackupState::kGood : BackupState::kFailed;
    record.finished_at = clock.now();
    if (good) record.point_in_time = clock.now();
    if (good) record.snapshot_id = std::string(64, 'a');
    ASSERT_TRUE(catalog->update_backup(record));
    if (good) ++good_on[{job.project, local_date(zone, clock.now())}];
  }

  ScratchDirectory directory;
  ManualClock clock;
  ServiceSettings settings;
  const TimeZone zone = TimeZone::find("Europe/Brussels").value();
  std::unique_ptr<SqlDatabase> database;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<JobQueue> jobs;
  std::unique_ptr<Scheduler> scheduler;
  std::map<std::pair<std::string, std::string>, int> good_on;  // project and local date
};

TEST_F(SchedulerTest, NothingIsDueBeforeOneAndOneBackupAfter) {
  add_project("acme");
  tick();
  EXPECT_THAT(active(JobKind::kBackup), IsEmpty());
  clock.advance(hours(15) + minutes(1));  // 01:01 in Brussels
  tick();
  tick();
  make_scheduler();
  tick();
  const auto due = active(JobKind::kBackup);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].project, "acme");
  EXPECT_EQ(due[0].database_server, "db1:5432");
  EXPECT_EQ(catalog->backup(due[0].backup_id)->kind, BackupKind::kAutomatic);
}

TEST_F(SchedulerTest, TwoProcessesStartARunOnce) {
  add_project("acme");
  clock.advance(hours(15) + minutes(1));
  Scheduler other(*catalog, *jobs, settings, clock);
  tick();
  ASSERT_TRUE(other.tick());
  EXPECT_THAT(active(JobKind::kBackup), SizeIs(1));
}

TEST_F(SchedulerTest, AnOutageIsMadeUpByOneBackup) {
  add_project("acme");
  clock.advance(hours(24 * 5));
  tick();
  EXPECT_THAT(active(JobKind::kBackup), SizeIs(1));
}

TEST_F(SchedulerTest, AFailureIsTriedAgainAFewTimes) {
  add_project("acme");
  clock.advance(hours(15) + minutes(1));
  int tries = 0;
  for (int step = 0; step < 12 * 6; ++step) {
    tick();
    work([&](const Job& job) {
      if (job.kind == JobKind::kBackup) ++tries;
      return job.kind != JobKind::kBackup;
    });
    clock.advance(minutes(10));
  }
  EXPECT_EQ(tries, 4);
}

TEST_F(SchedulerTest, AStagingBranchIsRefreshedAtItsOwnTimes) {
  add_project("acme");
  Branch staging;
  staging.project = "acme";
  staging.name = "staging";
  staging.type = BranchType::kStaging;
  staging.wrapped_database_url = "wrapped";
  staging.database_server = "db1:5432";
  staging.created_at = clock.now();
  ASSERT_TRUE(catalog->create_branch(staging));
  Schedule schedule;
  schedule.id = "sc_refresh";
  schedule.project = "acme";
  schedule.branch = "staging";
  schedule.cron = "0 5 * * 1";
  schedule.refresh_source = "production";
  schedule.created_at = clock.now();
  schedule.active_since = clock.now();
  ASSERT_TRUE(catalog->put_schedule(schedule));

  clock.advance(parse_rfc3339("2026-03-02T03:59:00Z").value() - clock.now());  // a Monday, 04:59 in Brussels
  tick();
  EXPECT_THAT(active(JobKind::kRefresh), IsEmpty());
  clock.advance(minutes{2});
  tick();
  tick();
  const std::vector<Job> due = active(JobKind::kRefresh);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].branch, "staging");
  EXPECT_EQ(parse_refresh_parameters(due[0].parameters).value(),
            (RefreshParameters{.source = "production", .fresh = false}));
  // It makes no backup of its own, and the branch that it changes is none that is to be safe.
  for (const Job& backup : active(JobKind::kBackup)) EXPECT_EQ(backup.branch, "production");
  work([](const Job&) { return true; });
  clock.advance(hours{24});
  tick();
  EXPECT_THAT(active(JobKind::kRefresh), IsEmpty());
  clock.advance(hours{6 * 24});
  tick();
  EXPECT_THAT(active(JobKind::kRefresh), SizeIs(1));
}

TEST_F(SchedulerTest, APausedProjectIsLeftAlone) {
  add_project("acme");
  Project project = catalog->project("acme").value();
  project.paused = true;
  ASSERT_TRUE(catalog->update_project(project));
  clock.advance(hours(24));
  tick();
  EXPECT_THAT(active(JobKind::kBackup), IsEmpty());
}

TEST_F(SchedulerTest, MaintenanceComesOnceADayInItsOrder) {
  add_project("acme");
  clock.advance(hours(19));  // 05:00 in Brussels, the next day
  tick();
  tick();
  EXPECT_THAT(active(JobKind::kForget), SizeIs(1));
  EXPECT_THAT(active(JobKind::kPrune), SizeIs(1));
  EXPECT_THAT(active(JobKind::kVerify), SizeIs(1));
}

TEST_F(SchedulerTest, ABackupThatNobodyWorksOnIsNotLeftRunning) {
  add_project("acme");
  BackupRecord record;
  record.id = "bk_lost";
  record.project = "acme";
  record.branch = "production";
  record.started_at = clock.now();
  record.created_by = "admin";
  record.job = "jb_never_made";
  ASSERT_TRUE(catalog->create_backup(record));
  tick();
  EXPECT_EQ(catalog->backup("bk_lost")->state, BackupState::kRunning);
  clock.advance(minutes(6));
  tick();
  EXPECT_EQ(catalog->backup("bk_lost")->state, BackupState::kFailed);
}

// A year with both changes of the clock, two outages and failures: one good backup each local date on which
// anything ran at all.
TEST_F(SchedulerTest, AYear) {
  add_project("acme");
  const Instant begin = clock.now();
  const auto is_down = [&](Instant now) {
    const auto since = [&](int day) { return now - begin - hours(24 * day); };
    return (since(40) >= hours(0) && since(40) < hours(60)) ||
           (since(200) >= hours(0) && since(200) < hours(9));
  };
  std::set<std::string> dates;
  for (int step = 0; clock.now() < begin + hours(24 * 365); ++step) {
    if (!is_down(clock.now())) {
      tick();
      work([&](const Job& job) { return job.kind != JobKind::kBackup || step % 5 != 0; });
      // By noon a day's run has had its time, if anybody was there in the morning.
      if (!is_down(clock.now() - hours(11))) dates.insert(local_date(zone, clock.now() - hours(12)));
    }
    clock.advance(minutes(30));
  }
  dates.erase("2026-02-28");  // the projects were made on the morning after
  dates.erase("2026-03-01");
  EXPECT_GT(dates.size(), 360U);
  for (const std::string& date : dates) {
    EXPECT_EQ((good_on[{"acme", date}]), 1) << date;
  }
}

}  // namespace
}  // namespace skyhold
