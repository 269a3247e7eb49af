// What was brought in from elsewhere is a backup of the branch, but says nothing of how the branch
// is now: it is never the last good one, and takes the place of none that was captured.
#include "catalog/catalog_test_support.h"

namespace skyhold {
namespace {

using std::chrono::hours;

class CatalogImportedTest : public CatalogTest {
 protected:
  CatalogImportedTest() { make_project("acme"); }

  void import_backup(const std::string& id, hours after, BackupState state = BackupState::kGood) {
    BackupRecord backup = sample_backup(id, "acme", kTestStart + after, state);
    backup.kind = BackupKind::kImported;
    must(catalog_->create_backup(backup));
  }
};

TEST_P(CatalogImportedTest, ItIsNoFreshCaptureOfTheBranch) {
  import_backup("bk_1", hours(0));
  EXPECT_FALSE(must(catalog_->newest_restorable("acme", "production")));
  EXPECT_FALSE(must(catalog_->project_summary("acme")).last_good);
  make_backup("bk_2", hours(1));
  import_backup("bk_3", hours(2));
  import_backup("bk_4", hours(3), BackupState::kFailed);
  EXPECT_EQ(must(catalog_->newest_restorable("acme", "production"))->id, "bk_2");
  const ProjectSummary summary = must(catalog_->project_summary("acme"));
  EXPECT_EQ(summary.last_good->id, "bk_2");
  EXPECT_EQ(summary.last_attempt->id, "bk_2") << "an import that failed is no backup that failed";
  EXPECT_EQ(summary.backup_count, 3) << "it can be restored, and takes room";
}

TEST_P(CatalogImportedTest, ItStandsBetweenNoTwoCaptures) {
  make_backup("bk_1", hours(0));
  import_backup("bk_2", hours(1));
  make_backup("bk_3", hours(2));
  EXPECT_EQ(must(catalog_->previous(must(catalog_->backup("bk_3"))))->id, "bk_1");
  EXPECT_EQ(must(catalog_->previous(must(catalog_->backup("bk_2"))))->id, "bk_1");
}

TEST_P(CatalogImportedTest, TheNewestCaptureStaysHoweverMuchIsImportedAfterIt) {
  make_backup("bk_1", hours(0));
  import_backup("bk_2", hours(1));
  EXPECT_TRUE(must(catalog_->kept_as_newest("bk_1")));
  EXPECT_FALSE(must(catalog_->kept_as_newest("bk_2")));
  EXPECT_EQ(code_of(catalog_->mark_deleted("bk_1", "ada")), ErrorCode::kBusy);
  must(catalog_->mark_deleted("bk_2", "ada"));
}

TEST_P(CatalogImportedTest, WhereThereIsNothingElseTheNewestImportedOneStays) {
  import_backup("bk_1", hours(0));
  import_backup("bk_2", hours(1));
  EXPECT_TRUE(must(catalog_->kept_as_newest("bk_2")));
  EXPECT_EQ(code_of(catalog_->mark_deleted("bk_2", "ada")), ErrorCode::kBusy);
  must(catalog_->mark_deleted("bk_1", "ada"));
  make_backup("bk_3", hours(2), BackupState::kDegraded);
  EXPECT_EQ(code_of(catalog_->mark_deleted("bk_2", "ada")), ErrorCode::kBusy) << "the only good one";
  make_backup("bk_4", hours(3));
  must(catalog_->mark_deleted("bk_2", "ada"));
}

INSTANTIATE_TEST_SUITE_P(Both, CatalogImportedTest, kSqlDialects, sql_dialect_name);

}  // namespace
}  // namespace skyhold
