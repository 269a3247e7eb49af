// What was measured, and the values of the platform.
#include "catalog/catalog_test_support.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using CatalogUsageTest = CatalogTest;
using CatalogValuesTest = CatalogTest;

TEST_P(CatalogUsageTest, TheLatestSizeOfEachStoreIsKnown) {
  make_project("acme");
  must(catalog_->record_usage("acme", {{"near-1", 10, 1000, kTestStart}, {"far", 9, 900, kTestStart}}, 5000));
  const Instant tomorrow = kTestStart + hours(24);
  must(catalog_->record_usage("acme", {{"near-1", 11, 1100, tomorrow}}, 6000));
  const auto usage = must(catalog_->usage("acme"));
  ASSERT_EQ(usage.size(), 2U);
  EXPECT_EQ(usage[0].store, "far");
  EXPECT_EQ(usage[0].bytes, 900);
  EXPECT_EQ(usage[1].store, "near-1");
  EXPECT_EQ(usage[1].objects, 11);
  EXPECT_EQ(usage[1].measured_at, tomorrow);
  EXPECT_EQ(code_of(catalog_->usage("none")), ErrorCode::kNotFound);
}

TEST_P(CatalogUsageTest, AStoreHoldsWhatWasMeasuredLastOfEachProject) {
  for (const char* name : {"acme", "other", "unmeasured"}) make_project(name);
  EXPECT_TRUE(must(catalog_->usage_by_store()).empty());
  must(catalog_->record_usage("acme", {{"near-1", 10, 1000, kTestStart}, {"far", 9, 900, kTestStart}}, 5000));
  must(catalog_->record_usage("acme", {{"near-1", 11, 1100, kTestStart + hours(24)}}, 6000));
  must(catalog_->record_usage("other", {{"near-1", 1, 7, kTestStart + hours(5)}}, 70));
  const auto usage = must(catalog_->usage_by_store());
  ASSERT_EQ(usage.size(), 2U);
  EXPECT_EQ(usage[0].store, "far");
  EXPECT_EQ(usage[0].objects, 9) << "of a day before, where it was not measured since";
  EXPECT_EQ(usage[1].store, "near-1");
  EXPECT_EQ(usage[1].objects, 12);
  EXPECT_EQ(usage[1].bytes, 1107);
  EXPECT_EQ(usage[1].measured_at, kTestStart + hours(24));
}

TEST_P(CatalogUsageTest, TheLargestProjectsComeFirst) {
  for (const char* name : {"empty", "acme", "other"}) make_project(name);
  make_backup("bk_1", hours(0));
  make_backup("bk_2", hours(1));
  make_backup("bk_3", hours(2), BackupState::kFailed);
  BackupRecord large = sample_backup("bk_4", "other", kTestStart);
  large.added_bytes = 2001;
  must(catalog_->create_backup(large));
  const auto largest = must(catalog_->largest_projects(50));
  ASSERT_EQ(largest.size(), 3U);
  EXPECT_EQ(largest[0].project, "other");
  EXPECT_EQ(largest[0].bytes, 2001);
  EXPECT_EQ(largest[1].project, "acme");
  EXPECT_EQ(largest[1].bytes, 2000);
  EXPECT_EQ(largest[2].project, "empty");
  EXPECT_EQ(largest[2].bytes, 0);
  EXPECT_EQ(must(catalog_->largest_projects(1)).size(), 1U);
}

TEST_P(CatalogUsageTest, HistoryHasOnePointADayAndStore) {
  make_project("acme");
  make_project("other");
  must(catalog_->record_usage("acme", {{"near-1", 1, 100, kTestStart}}, 1000));
  must(catalog_->record_usage("acme", {{"near-1", 2, 150, kTestStart + hours(5)}}, 1500));
  must(catalog_->record_usage("acme", {{"near-1", 3, 200, kTestStart + hours(24)}}, 2000));
  must(catalog_->record_usage("other", {{"near-1", 1, 7, kTestStart}, {"far", 1, 8, kTestStart}}, 70));
  const auto own = must(catalog_->usage_history("acme", kTestStart - hours(24)));
  ASSERT_EQ(own.size(), 2U);
  EXPECT_EQ(own[0].day, "2026-11-23");
  EXPECT_EQ(own[0].bytes, 150) << "the last measurement of a day";
  EXPECT_EQ(own[0].source_bytes, 1500);
  EXPECT_EQ(own[1].day, "2026-11-24");
  const auto all = must(catalog_->usage_history("", kTestStart));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].store, "far");
  EXPECT_EQ(all[1].bytes, 157);
  EXPECT_EQ(all[1].source_bytes, 1570);
  EXPECT_EQ(must(catalog_->usage_history("acme", kTestStart + hours(24))).size(), 1U);
  EXPECT_EQ(code_of(catalog_->usage_history("none", kTestStart)), ErrorCode::kNotFound);
}

TEST_P(CatalogUsageTest, HistoryIsBounded) {
  make_project("acme");
  for (const int day : {0, 100, 700, 800}) {
    clock_.advance(hours(24 * day) - (clock_.now() - kTestStart));
    must(catalog_->record_usage("acme", {{"near-1", 1, 1, {}}}, 1));
  }
  const auto history = must(catalog_->usage_history("acme", kTestStart - hours(24)));
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[0].day, "2027-03-03");
}

TEST_P(CatalogUsageTest, SizesThatCannotBeAreRefused) {
  make_project("acme");
  EXPECT_EQ(code_of(catalog_->record_usage("acme", {{"near-1", 1, -1, kTestStart}}, 1)),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(catalog_->record_usage("acme", {{"", 1, 1, kTestStart}}, 1)),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(catalog_->record_usage("none", {{"near-1", 1, 1, kTestStart}}, 1)), ErrorCode::kNotFound);
}

TEST_P(CatalogUsageTest, TheLastVerificationIsKnownGoodOrNot) {
  make_project("acme");
  EXPECT_FALSE(must(catalog_->last_verification("acme")));
  must(catalog_->record_verified("acme", kTestStart, true, "3 copies\nare equal"));
  must(catalog_->record_verified("acme", kTestStart + hours(2), false, "far: a pack is damaged"));
  must(catalog_->record_verified("acme", kTestStart + hours(1), true, ""));
  const auto last = must(catalog_->last_verification("acme"));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->at, kTestStart + hours(2));
  EXPECT_FALSE(last->good);
  EXPECT_EQ(last->summary, "far: a pack is damaged");
  EXPECT_EQ(code_of(catalog_->record_verified("none", kTestStart, true, "")), ErrorCode::kNotFound);
}

TEST_P(CatalogValuesTest, AValueIsWhatItWasSetToLast) {
  EXPECT_FALSE(must(catalog_->value("instance_id")));
  must(catalog_->set_value("instance_id", "one\ntwo 🙂"));
  EXPECT_EQ(must(catalog_->value("instance_id")), "one\ntwo 🙂");
  must(catalog_->set_value("instance_id", ""));
  EXPECT_EQ(must(catalog_->value("instance_id")), "");
  EXPECT_EQ(code_of(catalog_->set_value("", "x")), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(catalog_->set_value("x", "\xff")), ErrorCode::kInvalidArgument);
}

TEST_P(CatalogValuesTest, OnlyAChangeThatOthersMustKnowRaisesTheRevision) {
  must(catalog_->set_value("a", "1"));
  const std::int64_t before = revision();
  must(catalog_->set_value("a", "1"));
  must(catalog_->set_value("local.saved_revision", "17"));
  EXPECT_EQ(revision(), before);
  must(catalog_->set_value("a", "2"));
  EXPECT_GT(revision(), before);
}

INSTANTIATE_TEST_SUITE_P(Both, CatalogUsageTest, kSqlDialects, sql_dialect_name);
INSTANTIATE_TEST_SUITE_P(Both, CatalogValuesTest, kSqlDialects, sql_dialect_name);

}  // namespace
}  // namespace skyhold
