// A thousand projects with sixty backups each: every page takes the same few statements, and the
// program prints how long they took.
#include <iostream>

#include "catalog/catalog_contents.h"
#include "catalog/catalog_test_support.h"

namespace skyhold {
namespace {

constexpr int kProjects = 1000;
constexpr int kBackupsOfEach = 60;

CatalogContents fleet() {
  CatalogContents contents;
  contents.written_at = kTestStart;
  for (int i = 0; i < kProjects; ++i) {
    const std::string name = fmt::format("project-{:04}", i);
    contents.projects.push_back(sample_project(name));
    contents.branches.push_back(sample_branch(name, "production", BranchType::kProduction));
    for (int day = 0; day < kBackupsOfEach; ++day) {
      const BackupState state = day % 10 == 9 ? BackupState::kFailed : BackupState::kGood;
      BackupRecord backup = sample_backup(fmt::format("bk_{:02}_{:04}", day, i), name,
                                          kTestStart + std::chrono::hours(24 * day), state);
      backup.copies = {sample_copy("near-1"), sample_copy("near-2"), sample_copy("far")};
      contents.backups.push_back(std::move(backup));
    }
  }
  return contents;
}

class CatalogVolumeTest : public CatalogTest {
 protected:
  // Runs `body` once; the statements that it took. Prints the time.
  template <typename Body>
  int statements(std::string_view what, const Body& body) {
    counting_.take_statements();
    const double started = monotonic_seconds();
    body();
    std::cout << fmt::format("  {:<44} {:8.1f} ms\n", what, (monotonic_seconds() - started) * 1000);
    return counting_.take_statements();
  }

  CountingDatabase counting_{*database_};
  std::unique_ptr<Catalog> large_ = must(Catalog::open(counting_, clock_));
};

TEST_P(CatalogVolumeTest, PagesTakeTheSameFewStatementsHoweverLongTheListIs) {
  const Bytes json = encode_contents(fleet());
  statements("load 1,000 projects and 60,000 backups", [&] { must(large_->load(as_text(json))); });

  std::string middle;
  std::string last_of_projects;
  const int projects =
      statements("first page of 50 projects", [&] { last_of_projects = must(large_->projects({})).next; });
  EXPECT_EQ(projects, 1);
  const auto summaries = [&](int limit, const std::string& after) {
    return statements(fmt::format("{} project summaries", limit), [&] {
      const auto page = must(large_->project_summaries({.limit = limit, .after = after}));
      EXPECT_EQ(page.items.size(), static_cast<std::size_t>(limit));
      EXPECT_EQ(page.items.front().backup_count, kBackupsOfEach * 9 / 10);
      EXPECT_EQ(page.items.back().last_attempt->state, BackupState::kFailed);
      EXPECT_EQ(page.items.back().last_good->copies.size(), 3U);
    });
  };
  EXPECT_EQ(summaries(50, ""), 6);
  EXPECT_EQ(summaries(50, last_of_projects), 6);
  EXPECT_EQ(summaries(500, ""), 6);

  const auto backups = [&](std::string_view what, const BackupFilter& filter, const PageRequest& request) {
    std::string next;
    EXPECT_EQ(statements(what, [&] { next = must(large_->backups(filter, request)).next; }), 2) << what;
    return next;
  };
  middle = backups("50 newest backups of all", {}, {});
  backups("the next 50", {}, {.after = middle});
  backups("50 of one project", {.project = "project-0500"}, {});
  backups("50 of one branch", {.project = "project-0500", .branch = "production"}, {});
  backups("50 that failed, of all", {.state = BackupState::kFailed}, {});
  BackupFilter early;
  early.until = kTestStart + std::chrono::hours(48);
  backups("50 of the first days", early, {});

  EXPECT_EQ(statements("the 50 largest projects",
                       [&] { EXPECT_EQ(must(large_->largest_projects(50)).size(), 50U); }),
            1);
  EXPECT_EQ(statements("live backups of a project",
                       [&] { EXPECT_EQ(must(large_->live_backups("project-0007")).size(), 60U); }),
            3);
  EXPECT_EQ(statements("newest restorable of a branch",
                       [&] { must(large_->newest_restorable("project-0999", "production")); }),
            2);
  EXPECT_EQ(statements("search", [&] { must(large_->projects({}, "999")); }), 1);
  statements("mark 50 deleted", [&] {
    for (int i = 0; i < 50; ++i) must(large_->mark_deleted(fmt::format("bk_00_{:04}", i), "retention"));
  });
  statements("dump", [&] { EXPECT_GT(must(large_->dump()).size(), 10'000'000U); });
}

INSTANTIATE_TEST_SUITE_P(Both, CatalogVolumeTest, kSqlDialects, sql_dialect_name);

}  // namespace
}  // namespace skyhold
