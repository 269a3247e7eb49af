// What people are told, over a real catalog whose clock is moved by hand: each turn once, and in words.
#include "app/notices.h"

#include <gmock/gmock.h>

#include "app/service_platform.h"
#include "app/service_settings.h"
#include "model/ids.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class NoticesTest : public testing::Test {
 protected:
  NoticesTest() {
    settings_.data_directory = directory_.path();
    settings_.platform.platform_time_zone = "Europe/Brussels";
    add_local_region(settings_);
    database_ = open_sql_database(settings_.catalog()).value();
    catalog_ = Catalog::open(*database_, clock_).value();
    jobs_ = JobQueue::open(*database_, clock_).value();
    notifications_ = Notifications::open(*database_, key_, clock_).value();
    repositories_ = std::make_unique<ProjectRepositories>(settings_.platform, key_);
    platform_ = std::make_unique<ServicePlatform>(*repositories_, *catalog_, clock_, "0 1 * * *",
                                                  [] { return CatalogBackupView(); });
    begin_process();
    add_project();
  }

  void begin_process() {
    notices_ = std::make_unique<Notices>(*catalog_, *jobs_, *platform_, *notifications_, clock_);
  }
  void add_project() {
    Project project;
    project.name = "acme";
    project.title = "Acme";
    project.region = "local";
    project.objective_hours = 26;
    ASSERT_TRUE(catalog_->create_project(project));
    Branch branch;
    branch.project = "acme";
    branch.name = "main";
    branch.type = BranchType::kProduction;
    branch.wrapped_database_url = "wrapped";
    ASSERT_TRUE(catalog_->create_branch(branch));
  }
  void somebody_listens() {
    Destination destination;
    destination.project = "acme";
    destination.kind = DestinationKind::kEmail;
    destination.addresses = {"ada@example.com"};
    destination.events = notice_choices();
    ASSERT_TRUE(notifications_->add(destination));
    clock_.advance(minutes{1});
  }

  // Something that a worker does now.
  Job work(JobKind kind, bool good, const std::string& backup = {}, const std::string& result = "{}") {
    Job job;
    job.kind = kind;
    job.project = "acme";
    job.branch = "main";
    job.region = "local";
    job.backup_id = backup;
    job.created_by = "ada";
    const std::string id = jobs_->enqueue(job).value();
    const auto first = [](const std::vector<Job>& queued, const std::vector<Job>&) {
      return std::vector<std::string>{queued.front().id};
    };
    const TakenJob taken = jobs_->take("worker", "local", first).value().value();
    const Error error{ErrorCode::kSource, "cannot connect to db1", "is it running?", {}};
    EXPECT_TRUE(good ? jobs_->succeed(taken.lease, result) : jobs_->end_with_error(taken.lease, error));
    return jobs_->job(id).value();
  }
  std::string back_up(bool good) {
    BackupRecord record;
    record.started_at = clock_.now();
    record.id = new_id("bk", record.started_at);
    record.project = "acme";
    record.branch = "main";
    record.kind = BackupKind::kAutomatic;
    EXPECT_TRUE(catalog_->create_backup(record));
    record.state = good ? BackupState::kGood : BackupState::kFailed;
    record.finished_at = clock_.now();
    if (good) record.point_in_time = clock_.now();
    if (good) record.snapshot_id = std::string(64, 'a');
    EXPECT_TRUE(catalog_->update_backup(record));
    EXPECT_TRUE(catalog_->set_copies(record.id, {{"local-copy", CopyState::kStored, std::nullopt, {}}}));
    work(JobKind::kBackup, good, record.id);
    return record.id;
  }
  void look() {
    const Status looked = notices_->look();
    EXPECT_TRUE(looked) << to_string(looked.error());
  }
  std::vector<Notice> told() {
    std::vector<Notice> all;
    const std::vector<Delivery> deliveries = notifications_->deliveries("acme", 500).value();
    for (const Delivery& delivery : deliveries) {
      all.insert(all.begin(), delivery.notice);
    }
    return all;
  }
  std::vector<std::string> kinds() {
    std::vector<std::string> all;
    for (const Notice& notice : told()) all.emplace_back(to_string(notice.kind));
    return all;
  }

  ScratchDirectory directory_{directory_in_memory()};
  ManualClock clock_{parse_rfc3339("2026-11-23T00:00:00Z").value()};
  const MasterKey key_ = MasterKey::random();
  ServiceSettings settings_;
  std::unique_ptr<SqlDatabase> database_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<JobQueue> jobs_;
  std::unique_ptr<Notifications> notifications_;
  std::unique_ptr<ProjectRepositories> repositories_;
  std::unique_ptr<ServicePlatform> platform_;
  std::unique_ptr<Notices> notices_;
};

TEST_F(NoticesTest, WhereNobodyListensNothingIsWritten) {
  back_up(false);
  look();
  EXPECT_FALSE(notifications_->mark("jobs").value());
  clock_.advance(minutes{1});
  somebody_listens();
  look();
  EXPECT_THAT(told(), IsEmpty()) << "it was before anybody listened";
}

TEST_F(NoticesTest, AFailureIsToldOnceAndSoIsItsEnd) {
  somebody_listens();
  const std::string good = back_up(true);
  look();
  EXPECT_THAT(told(), IsEmpty());
  clock_.advance(hours{1});
  const std::string failed = back_up(false);
  look();
  clock_.advance(minutes{10});
  back_up(false);
  look();
  look();
  ASSERT_THAT(kinds(), ElementsAre("backup_failed"));
  const Notice first = told().front();
  EXPECT_EQ(first.backup, failed);
  EXPECT_EQ(first.page, "/projects/acme/backups/" + failed);
  EXPECT_THAT(first.text, AllOf(HasSubstr("2026-11-23 02:01 (Europe/Brussels)"),
                                HasSubstr("Cannot connect to db1."), HasSubstr("Is it running?"),
                                HasSubstr("The last good backup is of 2026-11-23 01:01 (Europe/Brussels)"),
                                HasSubstr("What to do:")));
  clock_.advance(minutes{10});
  const std::string again = back_up(true);
  look();
  begin_process();
  look();
  ASSERT_THAT(kinds(), ElementsAre("backup_failed", "recovered"));
  EXPECT_EQ(told().back().backup, again);
  EXPECT_EQ(told().back().since, first.at);
}

TEST_F(NoticesTest, AProjectAtRiskForAWeekIsToldOncePerDayAndItsRecoveryOnce) {
  somebody_listens();
  back_up(true);
  for (int hour = 0; hour < 7 * 24; ++hour) {
    clock_.advance(hours{1});
    look();
  }
  // It begins after 26 hours, in the last of seven days for the sixth time.
  EXPECT_THAT(kinds(), SizeIs(6));
  EXPECT_THAT(kinds(), testing::Each("backup_late"));
  EXPECT_THAT(told().front().subject, HasSubstr("at risk"));
  EXPECT_THAT(told().front().text, HasSubstr("the objective is 26 hours"));
  back_up(true);
  look();
  clock_.advance(minutes{5});
  look();
  ASSERT_THAT(kinds(), SizeIs(7));
  EXPECT_EQ(kinds().back(), "recovered");
}

TEST_F(NoticesTest, AFirstBackupThatFailsIsLateOnlyWhenItsTimeIsOver) {
  somebody_listens();
  back_up(false);
  look();
  EXPECT_THAT(kinds(), ElementsAre("backup_failed"));
  clock_.advance(hours{27});
  look();
  EXPECT_THAT(kinds(), ElementsAre("backup_failed", "backup_late"));
  clock_.advance(minutes{5});
  back_up(true);
  look();
  clock_.advance(minutes{5});
  look();
  EXPECT_THAT(kinds(), ElementsAre("backup_failed", "backup_late", "recovered"))
      << "told once, though both ended";
}

TEST_F(NoticesTest, WhoPausesAProjectKnowsThatItsBackupsGrowOld) {
  somebody_listens();
  back_up(true);
  Project project = catalog_->project("acme").value();
  project.paused = true;
  project.paused_reason = "moving";
  ASSERT_TRUE(catalog_->update_project(project));
  clock_.advance(hours{100});
  look();
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(NoticesTest, ACopyThatIsDamagedIsToldAndSoIsThatItIsMended) {
  somebody_listens();
  const std::string id = back_up(true);
  look();
  ASSERT_TRUE(
      catalog_->set_copies(id, {{"local-copy", CopyState::kCorrupt, clock_.now(), "data/ab: wrong hash"}}));
  clock_.advance(minutes{1});
  work(JobKind::kVerify, true);
  look();
  clock_.advance(minutes{1});
  work(JobKind::kMend, false);
  look();
  ASSERT_THAT(kinds(), ElementsAre("copy_damaged"));
  EXPECT_THAT(told().front().text, AllOf(HasSubstr("Data/ab: wrong hash."), HasSubstr("store local-copy")));
  ASSERT_TRUE(catalog_->set_copies(id, {{"local-copy", CopyState::kStored, clock_.now(), ""}}));
  clock_.advance(minutes{1});
  work(JobKind::kMend, true);
  look();
  EXPECT_THAT(kinds(), ElementsAre("copy_damaged", "copy_mended"));
}

TEST_F(NoticesTest, RestoresAndImportsAreToldWhenTheyAreOver) {
  somebody_listens();
  const std::string id = back_up(true);
  work(JobKind::kRestore, true, id);
  work(JobKind::kRestore, false, id);
  work(JobKind::kImport, true, "", R"({"decision":"kept","backup":"bk_new","report":{}})");
  work(JobKind::kImport, true, "", R"({"decision":"wanted","backup":"","report":{}})");
  work(JobKind::kImport, false);
  look();
  std::vector<std::string> subjects;
  for (const Notice& notice : told()) subjects.push_back(notice.subject);
  EXPECT_THAT(subjects, testing::UnorderedElementsAre("acme: the restore on main is done",
                                                      "acme: the restore on main failed",
                                                      "acme: an import for main is done",
                                                      "acme: an import for main waits for a decision",
                                                      "acme: an import for main failed"));
}

TEST_F(NoticesTest, ACancelledJobIsNobodysNews) {
  somebody_listens();
  Job job;
  job.kind = JobKind::kRestore;
  job.project = "acme";
  job.branch = "main";
  job.region = "local";
  ASSERT_TRUE(jobs_->request_cancel(jobs_->enqueue(job).value(), "ada"));
  look();
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(NoticesTest, WhatEndedWhileNobodyLookedIsToldByTheNextProcess) {
  somebody_listens();
  look();
  for (int i = 0; i < 450; ++i) {
    clock_.advance(minutes{1});
    work(JobKind::kPrune, true);
  }
  back_up(false);
  begin_process();
  look();
  EXPECT_THAT(kinds(), ElementsAre("backup_failed"));
  EXPECT_EQ(notifications_->mark("jobs").value(), clock_.now());
}

}  // namespace
}  // namespace skyhold
