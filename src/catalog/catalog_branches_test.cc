// Branches and schedules.
#include "catalog/catalog_test_support.h"

namespace skyhold {
namespace {

using CatalogBranchesTest = CatalogTest;
using CatalogSchedulesTest = CatalogTest;

Schedule sample_schedule(const std::string& id, const std::string& branch) {
  return {.id = id, .project = "acme", .branch = branch, .refresh_source = {}, .created_at = {}};
}

TEST_P(CatalogBranchesTest, ABranchComesBackAsItWasGiven) {
  must(catalog_->create_project(sample_project("acme")));
  Branch branch = sample_branch("acme", "staging", BranchType::kStaging);
  branch.addons_path = "/srv/odoo/addons,/srv/extra";
  branch.odoo_version = "17.0";
  branch.before_swap = "systemctl stop odoo";
  branch.after_swap = "systemctl start odoo";
  branch.created_at = kTestStart - std::chrono::hours(5);
  must(catalog_->create_branch(branch));
  const Branch found = must(catalog_->branch("acme", "staging"));
  EXPECT_EQ(found.type, BranchType::kStaging);
  EXPECT_EQ(found.wrapped_database_url, branch.wrapped_database_url);
  EXPECT_EQ(found.database_label, branch.database_label);
  EXPECT_EQ(found.database_server, branch.database_server);
  EXPECT_EQ(found.filestore, branch.filestore);
  EXPECT_EQ(found.addons_path, branch.addons_path);
  EXPECT_EQ(found.odoo_version, "17.0");
  EXPECT_EQ(found.before_swap, branch.before_swap);
  EXPECT_EQ(found.after_swap, branch.after_swap);
  EXPECT_EQ(found.created_at, branch.created_at);
}

TEST_P(CatalogBranchesTest, AProjectHasOneProductionBranch) {
  make_project("acme");
  const Status second = catalog_->create_branch(sample_branch("acme", "live", BranchType::kProduction));
  ASSERT_EQ(code_of(second), ErrorCode::kAlreadyExists);
  EXPECT_THAT(second.error().message, testing::HasSubstr("production"));
  must(catalog_->create_branch(sample_branch("acme", "live", BranchType::kStaging)));
  EXPECT_EQ(code_of(catalog_->update_branch(sample_branch("acme", "live", BranchType::kProduction))),
            ErrorCode::kAlreadyExists);
  must(catalog_->update_branch(sample_branch("acme", "production", BranchType::kStaging)));
  must(catalog_->update_branch(sample_branch("acme", "live", BranchType::kProduction)));
  EXPECT_EQ(must(catalog_->project_summary("acme")).production_branch, "live");
}

TEST_P(CatalogBranchesTest, NamesAndPlacesThatCannotBeAreRefused) {
  must(catalog_->create_project(sample_project("acme")));
  const std::vector<std::pair<std::string_view, void (*)(Branch&)>> wrongs{
      {"name", [](Branch& branch) { branch.name = "Main"; }},
      {"name", [](Branch& branch) { branch.name = "*production"; }},
      {"filestore", [](Branch& branch) { branch.filestore = "relative"; }},
      {"filestore", [](Branch& branch) { branch.filestore = "/srv/../etc"; }},
      {"filestore", [](Branch& branch) { branch.filestore = "/srv/.."; }},
      {"URL", [](Branch& branch) { branch.wrapped_database_url = "postgresql://odoo:hunter2@db1/acme"; }},
      {"swap", [](Branch& branch) { branch.before_swap = "stop\nrm -rf /"; }},
  };
  for (const auto& [word, spoil] : wrongs) {
    Branch branch = sample_branch("acme", "staging");
    spoil(branch);
    const Status created = catalog_->create_branch(branch);
    ASSERT_EQ(code_of(created), ErrorCode::kInvalidArgument) << word;
    EXPECT_THAT(created.error().message, testing::HasSubstr(word));
    EXPECT_EQ(to_string(created.error()).find("hunter2"), std::string::npos);
  }
  EXPECT_EQ(code_of(catalog_->create_branch(sample_branch("none", "staging"))), ErrorCode::kNotFound);
}

TEST_P(CatalogBranchesTest, AreListedByName) {
  make_project("acme");
  make_project("zoo");
  must(catalog_->create_branch(sample_branch("acme", "dev-2")));
  EXPECT_EQ(code_of(catalog_->create_branch(sample_branch("acme", "dev-2"))), ErrorCode::kAlreadyExists);
  const auto branches = must(catalog_->branches("acme"));
  ASSERT_EQ(branches.size(), 2U);
  EXPECT_EQ(branches[0].name, "dev-2");
  EXPECT_EQ(branches[1].name, "production");
  EXPECT_EQ(must(catalog_->all_branches()).size(), 3U);
  EXPECT_EQ(code_of(catalog_->branches("none")), ErrorCode::kNotFound);
}

TEST_P(CatalogBranchesTest, OneThatGoesTakesItsSchedulesAndLeavesItsBackups) {
  make_project("acme");
  must(catalog_->create_branch(sample_branch("acme", "staging", BranchType::kStaging)));
  must(catalog_->put_schedule(sample_schedule("sc_1", "production")));
  must(catalog_->put_schedule(sample_schedule("sc_2", "staging")));
  Schedule refresh = sample_schedule("sc_3", "staging");
  refresh.refresh_source = "production";
  must(catalog_->put_schedule(refresh));
  BackupRecord backup = sample_backup("bk_1", "acme", kTestStart);
  backup.branch = "staging";
  must(catalog_->create_backup(backup));
  must(catalog_->delete_branch("acme", "staging"));
  EXPECT_EQ(code_of(catalog_->branch("acme", "staging")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(catalog_->delete_branch("acme", "staging")), ErrorCode::kNotFound);
  const auto schedules = must(catalog_->schedules("acme"));
  ASSERT_EQ(schedules.size(), 1U);
  EXPECT_EQ(schedules[0].id, "sc_1");
  EXPECT_TRUE(must(catalog_->backup("bk_1")).restorable());
}

TEST_P(CatalogSchedulesTest, AChangeCountsFromNow) {
  using std::chrono::hours;
  make_project("acme");
  Schedule schedule = sample_schedule("sc_1", std::string(kProductionBranch));
  must(catalog_->put_schedule(schedule));
  const auto stored = [&] { return must(catalog_->schedules("acme")).at(0); };
  EXPECT_EQ(stored().branch, "*production");
  EXPECT_EQ(stored().cron, "0 1 * * *");
  EXPECT_EQ(stored().active_since, kTestStart);

  clock_.advance(hours(1));
  must(catalog_->put_schedule(schedule));
  EXPECT_EQ(stored().active_since, kTestStart) << "nothing changed";
  schedule.cron = "0 3 * * *";
  must(catalog_->put_schedule(schedule));
  EXPECT_EQ(stored().active_since, kTestStart + hours(1));
  EXPECT_EQ(stored().created_at, kTestStart);

  clock_.advance(hours(1));
  schedule.enabled = false;
  must(catalog_->put_schedule(schedule));
  EXPECT_EQ(stored().active_since, kTestStart + hours(1));
  EXPECT_TRUE(must(catalog_->enabled_schedules()).empty());
  clock_.advance(hours(1));
  schedule.enabled = true;
  must(catalog_->put_schedule(schedule));
  EXPECT_EQ(stored().active_since, kTestStart + hours(3)) << "what it missed while switched off is not due";
}

TEST_P(CatalogSchedulesTest, PausedProjectsHaveNone) {
  make_project("acme");
  make_project("other");
  must(catalog_->put_schedule(sample_schedule("sc_1", "production")));
  Schedule elsewhere = sample_schedule("sc_2", "production");
  elsewhere.project = "other";
  must(catalog_->put_schedule(elsewhere));
  EXPECT_EQ(must(catalog_->enabled_schedules()).size(), 2U);
  Project paused = sample_project("acme");
  paused.paused = true;
  must(catalog_->update_project(paused));
  const auto enabled = must(catalog_->enabled_schedules());
  ASSERT_EQ(enabled.size(), 1U);
  EXPECT_EQ(enabled[0].project, "other");
}

TEST_P(CatalogSchedulesTest, NothingIsEverRefreshedOntoProduction) {
  make_project("acme");
  must(catalog_->create_branch(sample_branch("acme", "staging", BranchType::kStaging)));
  for (const std::string target : {"production", "*production"}) {
    Schedule refresh = sample_schedule("sc_1", target);
    refresh.refresh_source = "staging";
    EXPECT_EQ(code_of(catalog_->put_schedule(refresh)), ErrorCode::kInvalidArgument) << target;
  }
  Schedule itself = sample_schedule("sc_1", "staging");
  itself.refresh_source = "staging";
  EXPECT_EQ(code_of(catalog_->put_schedule(itself)), ErrorCode::kInvalidArgument);
  Schedule refresh = sample_schedule("sc_1", "staging");
  refresh.refresh_source = kProductionBranch;
  must(catalog_->put_schedule(refresh));
}

TEST_P(CatalogSchedulesTest, WhatDoesNotExistCannotBeScheduled) {
  make_project("acme");
  make_project("other");
  EXPECT_EQ(code_of(catalog_->put_schedule(sample_schedule("sc_1", "staging"))), ErrorCode::kNotFound);
  Schedule nowhere = sample_schedule("sc_1", "production");
  nowhere.project = "none";
  EXPECT_EQ(code_of(catalog_->put_schedule(nowhere)), ErrorCode::kNotFound);
  Schedule empty = sample_schedule("sc_1", "production");
  empty.cron = "";
  EXPECT_EQ(code_of(catalog_->put_schedule(empty)), ErrorCode::kInvalidArgument);
  must(catalog_->put_schedule(sample_schedule("sc_1", "production")));
  Schedule stolen = sample_schedule("sc_1", "production");
  stolen.project = "other";
  EXPECT_EQ(code_of(catalog_->put_schedule(stolen)), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(catalog_->delete_schedule("other", "sc_1")), ErrorCode::kNotFound);
  must(catalog_->delete_schedule("acme", "sc_1"));
  EXPECT_TRUE(must(catalog_->schedules("acme")).empty());
}

TEST_P(CatalogSchedulesTest, ARunHappensOnce) {
  const ScheduledRun run{"sc_1", "production", "2026-11-23T01:00", "jb_1", 1, kTestStart};
  must(catalog_->record_run(run));
  EXPECT_EQ(code_of(catalog_->record_run(run)), ErrorCode::kAlreadyExists);
  ScheduledRun again = run;
  again.attempt = 2;
  again.job = "jb_2";
  must(catalog_->record_run(again));
  ScheduledRun other = run;
  other.branch = "staging";
  must(catalog_->record_run(other));
  const auto last = must(catalog_->last_runs());
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0].branch, "production");
  EXPECT_EQ(last[0].attempt, 2);
  EXPECT_EQ(last[0].job, "jb_2");
  EXPECT_EQ(last[0].at, kTestStart);
  EXPECT_EQ(last[1].branch, "staging");
  EXPECT_EQ(revision(), 0) << "runs are not for the catalog's backup";
}

TEST_P(CatalogSchedulesTest, OldRunsGoButTheNewestStays) {
  using std::chrono::hours;
  for (int day = 10; day < 40; ++day) {
    const auto occurrence = fmt::format("2026-{:02}-{:02}T01:00", 9 + day / 30, day % 30 + 1);
    must(catalog_->record_run({"sc_1", "production", occurrence, "jb", 1, kTestStart + hours(24 * day)}));
  }
  const auto kept = database_->read(
      [](SqlSession& session) { return session.query("SELECT COUNT(*) FROM scheduled_runs"); });
  EXPECT_EQ((*kept)[0].integer(0), 9) << "eight days and today";
  must(catalog_->record_run(
      {"sc_1", "production", "2027-01-01T01:00", "jb", 1, kTestStart + hours(24 * 900)}));
  const auto last = must(catalog_->last_runs());
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].occurrence, "2027-01-01T01:00");
}

INSTANTIATE_TEST_SUITE_P(Both, CatalogBranchesTest, kSqlDialects, sql_dialect_name);
INSTANTIATE_TEST_SUITE_P(Both, CatalogSchedulesTest, kSqlDialects, sql_dialect_name);

}  // namespace
}  // namespace skyhold
