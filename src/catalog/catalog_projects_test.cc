#include "catalog/catalog_test_support.h"

namespace skyhold {
namespace {

using CatalogProjectsTest = CatalogTest;

std::vector<std::string> names_of(const std::vector<Project>& projects) {
  std::vector<std::string> names;
  for (const Project& project : projects) names.push_back(project.name);
  return names;
}

TEST_P(CatalogProjectsTest, AProjectComesBackAsItWasGiven) {
  Project project = sample_project("acme");
  project.title = "Ümlaut & Söhne 🙂 'quoted'";
  project.retention = {.keep_daily = 14,
                       .keep_weekly = 0,
                       .keep_monthly = 12,
                       .manual_days = 90,
                       .imported_days = 5,
                       .safety_days = 1};
  project.objective_hours = 30;
  project.paused = true;
  project.paused_reason = "moves to another region";
  project.repository_id = hex_id('1');
  project.wrapped_recovery = "c2VjcmV0";
  must(catalog_->create_project(project));
  const Project found = must(catalog_->project("acme"));
  EXPECT_EQ(found.title, project.title);
  EXPECT_EQ(found.region, project.region);
  EXPECT_EQ(found.retention, project.retention);
  EXPECT_EQ(found.objective_hours, 30);
  EXPECT_TRUE(found.paused);
  EXPECT_EQ(found.paused_reason, project.paused_reason);
  EXPECT_EQ(found.repository_id, project.repository_id);
  EXPECT_EQ(found.wrapped_recovery, project.wrapped_recovery);
  EXPECT_EQ(found.created_at, kTestStart) << "not given: now";
}

TEST_P(CatalogProjectsTest, ANameIsTakenOnce) {
  must(catalog_->create_project(sample_project("acme")));
  EXPECT_EQ(code_of(catalog_->create_project(sample_project("acme"))), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(catalog_->project("other")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(catalog_->update_project(sample_project("other"))), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(catalog_->delete_project("other", true)), ErrorCode::kNotFound);
}

TEST_P(CatalogProjectsTest, WhatMakesNoSenseIsRefusedInWords) {
  const std::vector<std::pair<std::string_view, void (*)(Project&)>> wrongs{
      {"name", [](Project& project) { project.name = "../etc"; }},
      {"title", [](Project& project) { project.title = "two\nlines"; }},
      {"title", [](Project& project) { project.title = std::string(300, 'x'); }},
      {"region", [](Project& project) { project.region = ""; }},
      {"daily", [](Project& project) { project.retention.keep_daily = -1; }},
      {"weekly", [](Project& project) { project.retention.keep_weekly = 1'000'000; }},
      {"manual", [](Project& project) { project.retention.manual_days = -5; }},
      {"keep no daily", [](Project& project) { project.retention = {0, 0, 0, 30, 0, 7}; }},
      {"hours", [](Project& project) { project.objective_hours = 0; }},
      {"repository", [](Project& project) { project.repository_id = "1234"; }},
      {"wrapped", [](Project& project) { project.wrapped_recovery = "a password, as it is"; }},
  };
  for (const auto& [word, spoil] : wrongs) {
    Project project = sample_project("acme");
    spoil(project);
    const Status created = catalog_->create_project(project);
    ASSERT_EQ(code_of(created), ErrorCode::kInvalidArgument) << word;
    EXPECT_THAT(created.error().message, testing::HasSubstr(word));
    EXPECT_EQ(created.error().message.find("a password"), std::string::npos);
  }
  EXPECT_EQ(revision(), 0);
}

TEST_P(CatalogProjectsTest, AnUpdateLeavesTheRepositoryAlone) {
  must(catalog_->create_project(sample_project("acme")));
  must(catalog_->set_repository("acme", hex_id('2'), "d3JhcHBlZA=="));
  Project stale = sample_project("acme");
  stale.title = "A new title";
  must(catalog_->update_project(stale));
  const Project found = must(catalog_->project("acme"));
  EXPECT_EQ(found.title, "A new title");
  EXPECT_EQ(found.repository_id, hex_id('2'));
  EXPECT_EQ(found.wrapped_recovery, "d3JhcHBlZA==");
  EXPECT_EQ(found.created_at, kTestStart);
}

TEST_P(CatalogProjectsTest, ARepositoryIsNeverReplacedByAnother) {
  must(catalog_->create_project(sample_project("acme")));
  must(catalog_->set_repository("acme", hex_id('2'), "b25l"));
  must(catalog_->set_repository("acme", hex_id('2'), "dHdv"));
  EXPECT_EQ(must(catalog_->project("acme")).wrapped_recovery, "dHdv") << "its password may be wrapped anew";
  EXPECT_EQ(code_of(catalog_->set_repository("acme", hex_id('3'), "b25l")), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(catalog_->set_repository("other", hex_id('3'), "b25l")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(catalog_->set_repository("acme", "", "")), ErrorCode::kInvalidArgument);
}

TEST_P(CatalogProjectsTest, PagesJoinToTheWholeList) {
  std::vector<std::string> all;
  for (int i = 0; i < 23; ++i) {
    all.push_back(fmt::format("project-{:02}", i));
    must(catalog_->create_project(sample_project(all.back())));
  }
  for (const int limit : {1, 5, 22, 23, 24}) {
    std::vector<std::string> seen;
    PageRequest request{.limit = limit, .after = {}};
    do {
      const Page<Project> page = must(catalog_->projects(request));
      EXPECT_LE(page.items.size(), static_cast<std::size_t>(limit));
      for (const std::string& name : names_of(page.items)) seen.push_back(name);
      request.after = page.next;
    } while (!request.after.empty());
    EXPECT_EQ(seen, all) << "pages of " << limit;
  }
}

TEST_P(CatalogProjectsTest, ACursorSurvivesTheEndOfItsProject) {
  for (const char* name : {"a", "b", "c"}) must(catalog_->create_project(sample_project(name)));
  const Page<Project> first = must(catalog_->projects({.limit = 2, .after = {}}));
  must(catalog_->delete_project("b", false));
  EXPECT_THAT(names_of(must(catalog_->projects({.limit = 2, .after = first.next})).items),
              testing::ElementsAre("c"));
}

TEST_P(CatalogProjectsTest, PagesAndCursorsThatCannotBeAreRefused) {
  must(catalog_->create_project(sample_project("acme")));
  for (const int limit : {0, -1, kMostPageItems + 1}) {
    EXPECT_EQ(code_of(catalog_->projects({.limit = limit, .after = {}})), ErrorCode::kInvalidArgument);
  }
  for (const std::string after : {"acme", "%%%", "YWNtZQ", "////"}) {
    EXPECT_EQ(code_of(catalog_->projects({.limit = 5, .after = after})), ErrorCode::kInvalidArgument)
        << after;
  }
}

TEST_P(CatalogProjectsTest, SearchLooksIntoNamesAndTitles) {
  Project one = sample_project("acme");
  one.title = "Bakery 100% Organic";
  Project two = sample_project("bakery-two");
  two.title = "Other_name";
  must(catalog_->create_project(one));
  must(catalog_->create_project(two));
  const auto found = [&](std::string_view search) {
    return names_of(must(catalog_->projects({.limit = 50, .after = {}}, search)).items);
  };
  EXPECT_THAT(found("bakery"), testing::ElementsAre("acme", "bakery-two"));
  EXPECT_THAT(found("BAKERY"), testing::ElementsAre("acme", "bakery-two"));
  EXPECT_THAT(found("0%"), testing::ElementsAre("acme"));
  EXPECT_THAT(found("r_n"), testing::ElementsAre("bakery-two"));
  EXPECT_THAT(found("nothing"), testing::ElementsAre());
}

TEST_P(CatalogProjectsTest, OnlyTheProjectsThatSomebodyMaySeeAreListed) {
  for (const char* name : {"a", "b", "c"}) must(catalog_->create_project(sample_project(name)));
  const std::vector<std::string> visible{"c", "a", "gone"};
  EXPECT_THAT(names_of(must(catalog_->projects({.limit = 50, .after = {}}, "", &visible)).items),
              testing::ElementsAre("a", "c"));
  const std::vector<std::string> none;
  EXPECT_TRUE(must(catalog_->projects({.limit = 50, .after = {}}, "", &none)).items.empty());
  EXPECT_TRUE(must(catalog_->project_summaries({.limit = 50, .after = {}}, "", &none)).items.empty());
}

TEST_P(CatalogProjectsTest, OneWithBackupsGoesOnlyWhenThatIsMeant) {
  make_project("acme");
  make_backup("bk_1", std::chrono::hours(0));
  must(catalog_->put_schedule(
      {.id = "sc_1", .project = "acme", .branch = "production", .refresh_source = {}, .created_at = {}}));
  must(catalog_->record_run({"sc_1", "production", "2026-11-23T01:00", "jb_1", 1, kTestStart}));
  must(catalog_->record_usage("acme", {{"near-1", 1, 2, kTestStart}}, 3));
  must(catalog_->record_verified("acme", kTestStart, true, ""));
  const Status refused = catalog_->delete_project("acme", false);
  ASSERT_EQ(code_of(refused), ErrorCode::kBusy);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("1 backups"));
  must(catalog_->delete_project("acme", true));
  EXPECT_EQ(code_of(catalog_->project("acme")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(catalog_->backup("bk_1")), ErrorCode::kNotFound);
  EXPECT_TRUE(must(catalog_->last_runs()).empty());
  make_project("acme");
  EXPECT_TRUE(must(catalog_->live_backups("acme")).empty()) << "a new one inherits nothing";
}

TEST_P(CatalogProjectsTest, FailedBackupsKeepNoProject) {
  make_project("acme");
  make_backup("bk_1", std::chrono::hours(0), BackupState::kFailed);
  must(catalog_->delete_project("acme", false));
}

TEST_P(CatalogProjectsTest, ASummaryTellsHowAProjectIs) {
  using std::chrono::hours;
  make_project("acme");
  make_backup("bk_1", hours(0));
  make_backup("bk_2", hours(24), BackupState::kDegraded);
  make_backup("bk_3", hours(48), BackupState::kFailed);
  must(catalog_->record_verified("acme", kTestStart + hours(30), true, "all right"));
  must(catalog_->record_verified("acme", kTestStart + hours(31), false, "a pack is damaged"));
  const ProjectSummary summary = must(catalog_->project_summary("acme"));
  EXPECT_EQ(summary.project.name, "acme");
  EXPECT_EQ(summary.production_branch, "production");
  EXPECT_EQ(summary.production_since, kTestStart);
  EXPECT_EQ(summary.backup_count, 2);
  EXPECT_EQ(summary.stored_bytes, 2000);
  ASSERT_TRUE(summary.last_good && summary.last_attempt);
  EXPECT_EQ(summary.last_good->id, "bk_2");
  EXPECT_EQ(summary.last_good->state, BackupState::kDegraded);
  EXPECT_EQ(summary.last_good->copies.size(), 3U);
  EXPECT_EQ(summary.last_attempt->id, "bk_3");
  EXPECT_EQ(summary.last_verified_at, kTestStart + hours(30));
}

TEST_P(CatalogProjectsTest, WhatAPersonCancelledIsNoFailure) {
  make_project("acme");
  make_backup("bk_1", std::chrono::hours(0));
  const auto cancelled = [&](const std::string& id, BackupKind kind, std::chrono::hours at) {
    BackupRecord backup = sample_backup(id, "acme", kTestStart + at);
    backup.kind = kind;
    backup.state = BackupState::kFailed;
    backup.error_code = "cancelled";
    backup.error_message = "job jb_1 was cancelled";
    must(catalog_->create_backup(backup));
  };
  cancelled("bk_2", BackupKind::kManual, std::chrono::hours(1));
  EXPECT_EQ(must(catalog_->project_summary("acme")).last_attempt->id, "bk_1");
  // Of the night's own, somebody took away what the project counts on.
  cancelled("bk_3", BackupKind::kAutomatic, std::chrono::hours(2));
  EXPECT_EQ(must(catalog_->project_summary("acme")).last_attempt->id, "bk_3");
  make_backup("bk_4", std::chrono::hours(3), BackupState::kFailed);
  cancelled("bk_5", BackupKind::kSafety, std::chrono::hours(4));
  EXPECT_EQ(must(catalog_->project_summary("acme")).last_attempt->id, "bk_4");
}

TEST_P(CatalogProjectsTest, ASummaryLooksAtProductionOnlyForWhatIsLast) {
  make_project("acme");
  must(catalog_->create_branch(sample_branch("acme", "staging", BranchType::kStaging)));
  make_backup("bk_1", std::chrono::hours(0));
  BackupRecord staging = sample_backup("bk_2", "acme", kTestStart + std::chrono::hours(5));
  staging.branch = "staging";
  must(catalog_->create_backup(staging));
  const ProjectSummary summary = must(catalog_->project_summary("acme"));
  EXPECT_EQ(summary.last_good->id, "bk_1");
  EXPECT_EQ(summary.last_attempt->id, "bk_1");
  EXPECT_EQ(summary.backup_count, 2);
}

TEST_P(CatalogProjectsTest, RegionsAreCountedByTheirProjects) {
  EXPECT_TRUE(must(catalog_->projects_by_region()).empty());
  Project elsewhere = sample_project("far-away");
  elsewhere.region = "us-east1";
  must(catalog_->create_project(elsewhere));
  for (const char* name : {"a", "b"}) must(catalog_->create_project(sample_project(name)));
  const auto counts = must(catalog_->projects_by_region());
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts[0].region, "europe-west1");
  EXPECT_EQ(counts[0].projects, 2);
  EXPECT_EQ(counts[1].projects, 1);
}

TEST_P(CatalogProjectsTest, ASummaryOfNothingIsEmpty) {
  must(catalog_->create_project(sample_project("empty")));
  make_project("new");
  const Page<ProjectSummary> page = must(catalog_->project_summaries({.limit = 10, .after = {}}));
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(page.items[0].production_branch, "");
  EXPECT_EQ(page.items[1].production_branch, "production");
  for (const ProjectSummary& summary : page.items) {
    EXPECT_EQ(summary.backup_count, 0);
    EXPECT_FALSE(summary.last_good);
    EXPECT_FALSE(summary.last_attempt);
    EXPECT_FALSE(summary.last_verified_at);
  }
  EXPECT_EQ(code_of(catalog_->project_summary("none")), ErrorCode::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(Both, CatalogProjectsTest, kSqlDialects, sql_dialect_name);

}  // namespace
}  // namespace skyhold
