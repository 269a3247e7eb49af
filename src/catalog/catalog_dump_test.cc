#include "base/bytes.h"
#include "catalog/catalog_contents.h"
#include "catalog/catalog_test_support.h"

namespace skyhold {
namespace {

using std::chrono::hours;

class CatalogDumpTest : public CatalogTest {
 protected:
  void fill() {
    make_project("acme");
    must(catalog_->set_repository("acme", hex_id('c'), "d3JhcHBlZA=="));
    must(catalog_->create_branch(sample_branch("acme", "staging", BranchType::kStaging)));
    must(catalog_->put_schedule(
        {.id = "sc_1", .project = "acme", .branch = "*production", .refresh_source = {}, .created_at = {}}));
    make_backup("bk_1", hours(0));
    make_backup("bk_2", hours(1), BackupState::kFailed);
    make_backup("bk_3", hours(2));
    must(catalog_->pin("bk_1", "legal hold", "ada"));
    must(catalog_->set_copies("bk_1", {sample_copy("near-1", CopyState::kVerified), sample_copy("far")}));
    must(catalog_->set_value("instance_id", "5f3a"));
    must(catalog_->record_verified("acme", kTestStart, true, "all right"));
    must(catalog_->record_verified("acme", kTestStart + hours(1), false, "a pack is damaged"));
  }

  // Another catalog of the same kind.
  struct Other {
    explicit Other(SqlDialect dialect) : place(make_sql_place(dialect)) {}
    std::unique_ptr<SqlPlace> place;
    std::unique_ptr<SqlDatabase> database = place->open();
    ManualClock clock{kTestStart};
    std::unique_ptr<Catalog> catalog = must(Catalog::open(*database, clock));
  };
  Other other_{GetParam()};
};

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST_P(CatalogDumpTest, WhatIsLoadedIsWhatWasDumped) {
  fill();
  const std::string dump = must(catalog_->dump());
  must(other_.catalog->load(dump));
  EXPECT_EQ(must(other_.catalog->dump()), dump);
  Catalog& loaded = *other_.catalog;
  EXPECT_EQ(must(loaded.project("acme")).wrapped_recovery, "d3JhcHBlZA==");
  EXPECT_EQ(must(loaded.branches("acme")).size(), 2U);
  EXPECT_EQ(must(loaded.schedules("acme")).at(0).branch, "*production");
  const BackupRecord backup = must(loaded.backup("bk_1"));
  EXPECT_EQ(backup.pin_reason, "legal hold");
  EXPECT_EQ(backup.pinned_at, kTestStart);
  ASSERT_EQ(backup.copies.size(), 2U);
  EXPECT_EQ(backup.copies[0].state, CopyState::kVerified);
  EXPECT_EQ(must(loaded.value("instance_id")), "5f3a");
  EXPECT_EQ(must(loaded.last_verification("acme"))->summary, "a pack is damaged");
  EXPECT_GT(must(loaded.revision()), 0);
}

TEST_P(CatalogDumpTest, WhatRunsIsDeletedOrIsLocalStaysBehind) {
  fill();
  make_backup("bk_running", hours(5), BackupState::kRunning);
  make_backup("bk_deleted", hours(3), BackupState::kFailed);
  must(catalog_->mark_deleted("bk_deleted", "ada"));
  must(catalog_->set_value("local.saved_revision", "17"));
  const std::string dump = must(catalog_->dump());
  EXPECT_EQ(dump.find("bk_running"), std::string::npos);
  EXPECT_EQ(dump.find("bk_deleted"), std::string::npos);
  EXPECT_EQ(dump.find("local."), std::string::npos);
  must(other_.catalog->load(dump));
}

TEST_P(CatalogDumpTest, AnEmptyCatalogCanBeDumpedAndLoadedToo) {
  const std::string dump = must(catalog_->dump());
  must(other_.catalog->load(dump));
  EXPECT_EQ(must(other_.catalog->dump()), dump);
}

TEST_P(CatalogDumpTest, NothingIsLoadedOverWhatIsThere) {
  fill();
  const std::string dump = must(catalog_->dump());
  const std::int64_t before = revision();
  EXPECT_EQ(code_of(catalog_->load(dump)), ErrorCode::kAlreadyExists);
  EXPECT_EQ(revision(), before);
}

TEST_P(CatalogDumpTest, ValuesOfAFirstStartGiveWay) {
  fill();
  must(other_.catalog->set_value("instance_id", "of the first start"));
  must(other_.catalog->set_value("local.saved_revision", "3"));
  must(other_.catalog->load(must(catalog_->dump())));
  EXPECT_EQ(must(other_.catalog->value("instance_id")), "5f3a");
  EXPECT_EQ(must(other_.catalog->value("local.saved_revision")), "3");
}

TEST_P(CatalogDumpTest, ANewerVersionIsRefusedWithWhatToInstall) {
  fill();
  std::string newer =
      with(must(catalog_->dump()), "\"version\":1,\"written_by\":\"", "\"version\":2,\"written_by\":\"9.");
  newer = with(newer, "\"keep_daily\"", "\"keep_days\"");  // whatever else it has changed
  const Status loaded = other_.catalog->load(newer);
  ASSERT_EQ(code_of(loaded), ErrorCode::kUnsupported);
  EXPECT_THAT(loaded.error().hint, testing::HasSubstr("install Skyhold 9."));
}

TEST_P(CatalogDumpTest, WhatIsNotValidIsRefusedWholly) {
  fill();
  const std::string dump = must(catalog_->dump());
  const std::vector<std::pair<std::string, std::string>> damages{
      {"skyhold-catalog", "something-else"},
      {"\"version\":1", "\"version\":0"},
      {"\"version\":1", "\"version\":\"1\""},
      {"\"keep_daily\":7,", ""},
      {"\"keep_daily\":7", "\"keep_daily\":-7"},
      {"\"keep_daily\":7", "\"keep_daily\":99999999999"},
      {"\"keep_daily\":7", "\"keep_daily\":\"7\""},
      {"\"name\":\"acme\"", "\"name\":\"../acme\""},
      {"\"project\":\"acme\"", "\"project\":\"nowhere\""},
      {"\"id\":\"bk_3\"", "\"id\":\"bk_1\""},
      {"\"state\":\"good\"", "\"state\":\"running\""},
      {"\"state\":\"good\"", "\"state\":\"splendid\""},
      {"\"state\":\"verified\"", "\"state\":\"splendid\""},
      {"\"store\":\"far\"", "\"store\":\"near-1\""},
      {"\"started_at\":\"2026", "\"started_at\":\"yesterday"},
      {"\"values\":[", "\"values\":[7,"},
      {"\"backups\":[", "\"others\":["},
      {"\"d3JhcHBlZA==\"", "\"postgresql://in:clear@db1/acme\""},
  };
  for (const auto& [from, to] : damages) {
    const Status loaded = other_.catalog->load(with(dump, from, to));
    EXPECT_EQ(code_of(loaded), ErrorCode::kCorrupt) << from << " as " << to;
    EXPECT_TRUE(must(other_.catalog->projects({})).items.empty());
  }
  for (const std::string& text : {std::string(), std::string("[]"), std::string("null"), dump.substr(0, 500),
                                  dump + "}", std::string(100'000, '[')}) {
    EXPECT_EQ(code_of(other_.catalog->load(text)), ErrorCode::kCorrupt);
  }
  must(other_.catalog->load(dump));
}

TEST_P(CatalogDumpTest, MembersOfALaterMinorVersionAreIgnored) {
  fill();
  const std::string dump = must(catalog_->dump());
  must(other_.catalog->load(with(with(dump, "\"keep_daily\"", "\"more\":{\"a\":[1]},\"keep_daily\""),
                                 "\"values\":[", "\"extras\":[{\"b\":2}],\"values\":[")));
  EXPECT_EQ(must(other_.catalog->dump()), dump);
}

TEST_P(CatalogDumpTest, OneRecordALine) {
  fill();
  const std::string dump = must(catalog_->dump());
  EXPECT_THAT(dump, testing::HasSubstr("\n{\"name\":\"acme\",\"title\":"));
  EXPECT_THAT(dump, testing::HasSubstr("\n{\"id\":\"bk_1\","));
  EXPECT_TRUE(dump.ends_with("\n"));
}

INSTANTIATE_TEST_SUITE_P(Both, CatalogDumpTest, kSqlDialects, sql_dialect_name);

}  // namespace
}  // namespace skyhold
