#include <thread>

#include "catalog/catalog_test_support.h"

namespace skyhold {
namespace {

using std::chrono::hours;

class CatalogBackupsTest : public CatalogTest {
 protected:
  void SetUp() override { make_project("acme"); }

  std::vector<std::string> listed(const BackupFilter& filter = {}) {
    return ids_of(must(catalog_->backups(filter, {.limit = 100, .after = {}})).items);
  }
};

TEST_P(CatalogBackupsTest, ABackupComesBackAsItWasGiven) {
  BackupRecord backup = sample_backup("bk_1", "acme", kTestStart, BackupState::kDegraded);
  backup.kind = BackupKind::kManual;
  backup.job = "jb_1";
  backup.note = "before the upgrade";
  backup.point_in_time = kTestStart + std::chrono::seconds(3);
  backup.source_bytes = 1LL << 42;
  backup.table_count = 600;
  backup.row_count = 5'000'000'000;
  backup.file_count = 7;
  backup.file_bytes = 8;
  backup.missing_file_count = 9;
  backup.odoo_version = "17.0";
  backup.postgresql_version = "15.18";
  backup.error_code = "degraded";
  backup.error_message = "far: could not be reached";
  backup.error_hint = "mend it";
  backup.pin_reason = "audit";
  backup.pinned_by = "ada";
  backup.pinned_at = kTestStart;
  backup.copies = {sample_copy("near-1", CopyState::kVerified), sample_copy("far", CopyState::kMissing)};
  backup.copies[0].checked_at = kTestStart + hours(1);
  backup.copies[1].problem = "HTTP 503";
  must(catalog_->create_backup(backup));
  const BackupRecord found = must(catalog_->backup("bk_1"));
  EXPECT_EQ(found.kind, BackupKind::kManual);
  EXPECT_EQ(found.state, BackupState::kDegraded);
  EXPECT_EQ(found.job, "jb_1");
  EXPECT_EQ(found.snapshot_id, backup.snapshot_id);
  EXPECT_EQ(found.note, backup.note);
  EXPECT_EQ(found.created_by, "schedule");
  EXPECT_EQ(found.started_at, kTestStart);
  EXPECT_EQ(found.point_in_time, backup.point_in_time);
  EXPECT_EQ(found.finished_at, backup.finished_at);
  EXPECT_EQ(found.source_bytes, backup.source_bytes);
  EXPECT_EQ(found.added_bytes, 1000);
  EXPECT_EQ(found.table_count, 600);
  EXPECT_EQ(found.row_count, 5'000'000'000);
  EXPECT_EQ(found.file_count, 7);
  EXPECT_EQ(found.file_bytes, 8);
  EXPECT_EQ(found.missing_file_count, 9);
  EXPECT_EQ(found.odoo_version, "17.0");
  EXPECT_EQ(found.postgresql_version, "15.18");
  EXPECT_EQ(found.error_code, "degraded");
  EXPECT_EQ(found.error_message, backup.error_message);
  EXPECT_EQ(found.error_hint, "mend it");
  EXPECT_EQ(found.pin_reason, "audit");
  EXPECT_EQ(found.pinned_by, "ada");
  EXPECT_EQ(found.pinned_at, kTestStart);
  EXPECT_FALSE(found.deleted_at);
  ASSERT_EQ(found.copies.size(), 2U);
  EXPECT_EQ(found.copies[0].store, "near-1") << "in the order in which they were given";
  EXPECT_EQ(found.copies[0].state, CopyState::kVerified);
  EXPECT_EQ(found.copies[0].checked_at, kTestStart + hours(1));
  EXPECT_EQ(found.copies[1].problem, "HTTP 503");
}

TEST_P(CatalogBackupsTest, WordsOfMachinesAreMadeFitNotRefused) {
  make_backup("bk_1", hours(0), BackupState::kRunning);
  BackupRecord failed = must(catalog_->backup("bk_1"));
  failed.state = BackupState::kFailed;
  failed.error_message = "FATAL:\n\tcaf\xe9 " + std::string(10'000, 'x');
  must(catalog_->update_backup(failed));
  const std::string stored = must(catalog_->backup("bk_1")).error_message;
  EXPECT_TRUE(stored.starts_with("FATAL:  caf\xef\xbf\xbd xxx")) << stored.substr(0, 40);
  EXPECT_LE(stored.size(), 4000U);
}

TEST_P(CatalogBackupsTest, WhatCannotBeIsRefused) {
  const std::vector<std::pair<std::string_view, void (*)(BackupRecord&)>> wrongs{
      {"id", [](BackupRecord& backup) { backup.id = "bk 1"; }},
      {"branch", [](BackupRecord& backup) { backup.branch = ""; }},
      {"note", [](BackupRecord& backup) { backup.note = "two\nlines"; }},
      {"snapshot", [](BackupRecord& backup) { backup.snapshot_id = "zz"; }},
      {"has no snapshot", [](BackupRecord& backup) { backup.snapshot_id = ""; }},
      {"size", [](BackupRecord& backup) { backup.source_bytes = -1; }},
      {"twice",
       [](BackupRecord& backup) {
         backup.copies = {sample_copy("a"), sample_copy("a")};
       }},
  };
  for (const auto& [word, spoil] : wrongs) {
    BackupRecord backup = sample_backup("bk_1", "acme", kTestStart);
    spoil(backup);
    const Status created = catalog_->create_backup(backup);
    ASSERT_EQ(code_of(created), ErrorCode::kInvalidArgument) << word;
    EXPECT_THAT(created.error().message, testing::HasSubstr(word));
  }
  EXPECT_EQ(code_of(catalog_->create_backup(sample_backup("bk_1", "none", kTestStart))),
            ErrorCode::kNotFound);
  make_backup("bk_1", hours(0));
  EXPECT_EQ(code_of(catalog_->create_backup(sample_backup("bk_1", "acme", kTestStart))),
            ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(catalog_->backup("bk_2")), ErrorCode::kNotFound);
}

TEST_P(CatalogBackupsTest, AreListedNewestFirst) {
  make_backup("bk_b", hours(1));
  make_backup("bk_a", hours(1));
  make_backup("bk_c", hours(0), BackupState::kFailed);
  make_backup("bk_d", hours(2), BackupState::kRunning);
  EXPECT_THAT(listed(), testing::ElementsAre("bk_d", "bk_b", "bk_a", "bk_c"));
  EXPECT_THAT(ids_of(must(catalog_->live_backups("acme"))),
              testing::ElementsAre("bk_c", "bk_a", "bk_b", "bk_d"));
}

TEST_P(CatalogBackupsTest, FiltersCanBeCombined) {
  make_project("other");
  make_backup("bk_1", hours(0));
  make_backup("bk_2", hours(1), BackupState::kFailed);
  BackupRecord manual = sample_backup("bk_3", "acme", kTestStart + hours(2));
  manual.kind = BackupKind::kManual;
  manual.branch = "staging";
  must(catalog_->create_backup(manual));
  must(catalog_->create_backup(sample_backup("bk_4", "other", kTestStart + hours(3))));
  make_backup("bk_5", hours(4));
  must(catalog_->mark_deleted("bk_1", "ada"));
  EXPECT_THAT(listed(), testing::ElementsAre("bk_5", "bk_4", "bk_3", "bk_2"));
  EXPECT_THAT(listed({.project = "acme", .branch = {}}), testing::ElementsAre("bk_5", "bk_3", "bk_2"));
  EXPECT_THAT(listed({.project = "acme", .branch = "staging"}), testing::ElementsAre("bk_3"));
  EXPECT_THAT(listed({.project = {}, .branch = {}, .kind = BackupKind::kManual}),
              testing::ElementsAre("bk_3"));
  EXPECT_THAT(listed({.project = {}, .branch = {}, .kind = {}, .state = BackupState::kFailed}),
              testing::ElementsAre("bk_2"));
  EXPECT_THAT(listed({.project = {}, .branch = {}, .kind = {}, .state = BackupState::kDeleted}),
              testing::ElementsAre("bk_1"));
  EXPECT_THAT(listed({.project = "acme", .branch = "production", .kind = {}, .state = {}, .deleted = true}),
              testing::ElementsAre("bk_5", "bk_2", "bk_1"));
  BackupFilter between;
  between.since = kTestStart + hours(1);
  between.until = kTestStart + hours(3);
  EXPECT_THAT(listed(between), testing::ElementsAre("bk_3", "bk_2"));
}

TEST_P(CatalogBackupsTest, PagesJoinToTheWholeListWhateverIsAddedMeanwhile) {
  std::vector<std::string> all;
  for (int i = 0; i < 17; ++i) {
    all.insert(all.begin(), fmt::format("bk_{:02}", i));
    make_backup(all.front(), hours(i / 3));  // three of each hour
  }
  std::vector<std::string> seen;
  PageRequest request{.limit = 4, .after = {}};
  do {
    const auto page = must(catalog_->backups({}, request));
    for (const std::string& id : ids_of(page.items)) seen.push_back(id);
    EXPECT_EQ(page.items.back().copies.size(), 3U);
    request.after = page.next;
    make_backup(fmt::format("bk_new{}", seen.size()), hours(100));
  } while (!request.after.empty());
  EXPECT_EQ(seen, all);
}

TEST_P(CatalogBackupsTest, CursorsOfOtherListsAreRefused) {
  make_project("other");
  const std::string of_projects = must(catalog_->projects({.limit = 1, .after = {}})).next;
  ASSERT_FALSE(of_projects.empty());
  for (const std::string& after :
       {of_projects, std::string("!"), std::string(2000, 'A'), std::string("YmFja3Vwcwp4Cnk")}) {
    EXPECT_EQ(code_of(catalog_->backups({}, {.limit = 5, .after = after})), ErrorCode::kInvalidArgument)
        << after;
  }
}

TEST_P(CatalogBackupsTest, TheNewestAndTheOneBeforeAreThoseThatCanBeRestored) {
  make_backup("bk_1", hours(0));
  make_backup("bk_2", hours(1), BackupState::kDegraded);
  make_backup("bk_3", hours(2), BackupState::kFailed);
  make_backup("bk_4", hours(3), BackupState::kRunning);
  EXPECT_EQ(must(catalog_->newest_restorable("acme", "production"))->id, "bk_2");
  EXPECT_FALSE(must(catalog_->newest_restorable("acme", "staging")));
  EXPECT_EQ(must(catalog_->previous(must(catalog_->backup("bk_4"))))->id, "bk_2");
  EXPECT_EQ(must(catalog_->previous(must(catalog_->backup("bk_2"))))->id, "bk_1");
  EXPECT_FALSE(must(catalog_->previous(must(catalog_->backup("bk_1")))));
}

TEST_P(CatalogBackupsTest, AnUpdateTouchesNeitherPinNorCopies) {
  make_backup("bk_1", hours(0), BackupState::kRunning);
  BackupRecord done = must(catalog_->backup("bk_1"));
  must(catalog_->pin("bk_1", "legal hold", "ada"));
  must(catalog_->set_copies("bk_1", {sample_copy("near-1", CopyState::kVerified)}));
  done.state = BackupState::kGood;
  done.snapshot_id = hex_id('b');
  done.finished_at = kTestStart + hours(1);
  must(catalog_->update_backup(done));
  const BackupRecord found = must(catalog_->backup("bk_1"));
  EXPECT_EQ(found.state, BackupState::kGood);
  EXPECT_EQ(found.finished_at, kTestStart + hours(1));
  EXPECT_EQ(found.pin_reason, "legal hold");
  EXPECT_EQ(found.pinned_by, "ada");
  EXPECT_EQ(found.pinned_at, kTestStart);
  ASSERT_EQ(found.copies.size(), 1U);
  EXPECT_EQ(found.copies[0].state, CopyState::kVerified);
  EXPECT_EQ(code_of(catalog_->update_backup(sample_backup("bk_2", "acme", kTestStart))),
            ErrorCode::kNotFound);
}

TEST_P(CatalogBackupsTest, ARecordOfWorkThatNeverCameToBeIsTakenBack) {
  make_backup("bk_1", hours(0), BackupState::kRunning);
  must(catalog_->discard_backup("bk_1"));
  EXPECT_EQ(code_of(catalog_->backup("bk_1")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(catalog_->discard_backup("bk_1")), ErrorCode::kNotFound);
  make_backup("bk_2", hours(1));
  EXPECT_EQ(code_of(catalog_->discard_backup("bk_2")), ErrorCode::kInvalidArgument) << "it has ended";
  EXPECT_TRUE(must(catalog_->backup("bk_2")).restorable());
}

TEST_P(CatalogBackupsTest, ADeletedOneStaysDeleted) {
  make_backup("bk_1", hours(0));
  make_backup("bk_2", hours(1));
  const BackupRecord before = must(catalog_->backup("bk_1"));
  must(catalog_->mark_deleted("bk_1", "retention"));
  clock_.advance(hours(1));
  must(catalog_->mark_deleted("bk_1", "ada"));
  const BackupRecord found = must(catalog_->backup("bk_1"));
  EXPECT_EQ(found.state, BackupState::kDeleted);
  EXPECT_EQ(found.deleted_by, "retention");
  EXPECT_EQ(found.deleted_at, kTestStart);
  EXPECT_EQ(code_of(catalog_->update_backup(before)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(catalog_->update_backup(found)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(catalog_->pin("bk_1", "too late", "ada")), ErrorCode::kInvalidArgument);
  EXPECT_THAT(ids_of(must(catalog_->live_backups("acme"))), testing::ElementsAre("bk_2"));
}

TEST_P(CatalogBackupsTest, ADeletedOneIsForgottenInTheEnd) {
  make_backup("bk_1", hours(0));
  make_backup("bk_2", hours(1));
  must(catalog_->mark_deleted("bk_1", "retention"));
  must(catalog_->sweep(kTestStart));
  EXPECT_EQ(must(catalog_->backup("bk_1")).state, BackupState::kDeleted);
  must(catalog_->sweep(kTestStart + hours(1)));
  EXPECT_EQ(code_of(catalog_->backup("bk_1")), ErrorCode::kNotFound);
  EXPECT_TRUE(must(catalog_->backup("bk_2")).restorable());
}

TEST_P(CatalogBackupsTest, WhatIsPinnedStaysUntilItIsUnpinned) {
  make_backup("bk_1", hours(0));
  make_backup("bk_2", hours(1));
  EXPECT_EQ(code_of(catalog_->pin("bk_1", "", "ada")), ErrorCode::kInvalidArgument);
  must(catalog_->pin("bk_1", "legal hold", "ada"));
  const Status refused = catalog_->mark_deleted("bk_1", "bob", true);
  ASSERT_EQ(code_of(refused), ErrorCode::kBusy);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("pinned by ada: legal hold"));
  must(catalog_->unpin("bk_1"));
  EXPECT_FALSE(must(catalog_->backup("bk_1")).pinned_at);
  must(catalog_->mark_deleted("bk_1", "bob"));
}

TEST_P(CatalogBackupsTest, TheNewestGoodOneOfABranchStays) {
  make_backup("bk_1", hours(0));
  make_backup("bk_2", hours(1));
  make_backup("bk_3", hours(2), BackupState::kDegraded);
  make_backup("bk_4", hours(3), BackupState::kFailed);
  make_backup("bk_5", hours(4), BackupState::kRunning);
  EXPECT_EQ(code_of(catalog_->mark_deleted("bk_3", "retention")), ErrorCode::kBusy) << "newest to restore";
  EXPECT_EQ(code_of(catalog_->mark_deleted("bk_2", "retention")), ErrorCode::kBusy) << "newest good";
  EXPECT_EQ(code_of(catalog_->mark_deleted("bk_5", "retention")), ErrorCode::kBusy) << "being made";
  must(catalog_->mark_deleted("bk_1", "retention"));
  must(catalog_->mark_deleted("bk_4", "retention"));
  must(catalog_->mark_deleted("bk_3", "ada", true));
  EXPECT_EQ(code_of(catalog_->mark_deleted("bk_2", "retention")), ErrorCode::kBusy);
}

// Each of two looks at the other as the newer one, and both would go.
TEST_P(CatalogBackupsTest, TwoWhoDeleteAtOnceLeaveOne) {
  for (int round = 0; round < 10; ++round) {
    const std::string branch = fmt::format("branch-{}", round);
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i) {
      ids.push_back(fmt::format("bk_{}_{}", round, i));
      BackupRecord backup = sample_backup(ids.back(), "acme", kTestStart + hours(i));
      backup.branch = branch;
      must(catalog_->create_backup(backup));
    }
    std::vector<std::thread> threads;
    std::atomic<int> deleted = 0;
    for (const std::string& id : ids) {
      threads.emplace_back([&, id] {
        if (catalog_->mark_deleted(id, "retention")) ++deleted;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(deleted, 3);
    EXPECT_EQ(must(catalog_->newest_restorable("acme", branch))->id, ids.back());
  }
}

TEST_P(CatalogBackupsTest, CopiesAreReplacedAsAWhole) {
  make_backup("bk_1", hours(0));
  CopyRecord corrupt = sample_copy("far", CopyState::kCorrupt);
  corrupt.problem = "pack 12ab\ndoes not match";
  must(catalog_->set_copies("bk_1", {corrupt, sample_copy("near-1")}));
  const auto copies = must(catalog_->backup("bk_1")).copies;
  ASSERT_EQ(copies.size(), 2U);
  EXPECT_EQ(copies[0].store, "far");
  EXPECT_EQ(copies[0].problem, "pack 12ab does not match");
  EXPECT_EQ(code_of(catalog_->set_copies("bk_1", {sample_copy("a"), sample_copy("a")})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(catalog_->set_copies("bk_2", {})), ErrorCode::kNotFound);
}

TEST_P(CatalogBackupsTest, EveryChangeRaisesTheRevisionAndNothingElseDoes) {
  std::int64_t last = revision();
  const auto raised = [&] {
    const std::int64_t before = std::exchange(last, revision());
    return last > before;
  };
  make_backup("bk_1", hours(0), BackupState::kRunning);
  EXPECT_TRUE(raised());
  must(catalog_->update_backup(sample_backup("bk_1", "acme", kTestStart)));
  EXPECT_TRUE(raised());
  must(catalog_->set_copies("bk_1", {}));
  EXPECT_TRUE(raised());
  must(catalog_->pin("bk_1", "reason", "ada"));
  EXPECT_TRUE(raised());
  must(catalog_->unpin("bk_1"));
  EXPECT_TRUE(raised());
  EXPECT_FALSE(catalog_->mark_deleted("bk_1", "ada"));
  EXPECT_FALSE(raised());
  must(catalog_->mark_deleted("bk_1", "ada", true));
  EXPECT_TRUE(raised());
  must(catalog_->record_verified("acme", kTestStart, true, ""));
  EXPECT_TRUE(raised());
  must(catalog_->record_usage("acme", {{"near-1", 1, 1, kTestStart}}, 1));
  must(catalog_->sweep(kTestStart + hours(10)));
  EXPECT_FALSE(raised());
}

INSTANTIATE_TEST_SUITE_P(Both, CatalogBackupsTest, kSqlDialects, sql_dialect_name);

}  // namespace
}  // namespace skyhold
