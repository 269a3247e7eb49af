#include "db/migrations.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/sql_text.h"
#include "tests/support/sql_place.h"

namespace skyhold {
namespace {

const Migration kFirst{1, "notes", {"CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL)"}};
const Migration kSecond{2,
                        "notes have an author",
                        {"ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'nobody'",
                         "CREATE INDEX notes_author ON notes (author)"}};

class MigrationsTest : public testing::TestWithParam<SqlDialect> {
 protected:
  Status execute(std::string_view sql) {
    return database_->transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
      TRY(session.execute(sql));
      return {};
    });
  }
  std::int64_t number(std::string_view sql) {
    const auto rows = database_->read([&](SqlSession& session) { return session.query(sql); });
    EXPECT_TRUE(rows) << (rows ? "" : to_string(rows.error()));
    return rows ? (*rows)[0].integer(0) : -1;
  }

  std::unique_ptr<SqlPlace> place_ = make_sql_place(GetParam());
  std::unique_ptr<SqlDatabase> database_ = place_->open();
};

TEST_P(MigrationsTest, AreAppliedOnceAndInOrder) {
  ASSERT_TRUE(migrate(*database_, "notes", {kFirst}));
  ASSERT_TRUE(execute("INSERT INTO notes (id, text) VALUES (1, 'kept')"));
  ASSERT_TRUE(migrate(*database_, "notes", {kFirst, kSecond}));
  ASSERT_TRUE(migrate(*database_, "notes", {kFirst, kSecond}));
  EXPECT_EQ(number("SELECT COUNT(*) FROM notes WHERE author = 'nobody'"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM schema_migrations WHERE component = 'notes'"), 2);
}

TEST_P(MigrationsTest, ComponentsDoNotDisturbEachOther) {
  ASSERT_TRUE(migrate(*database_, "notes", {kFirst, kSecond}));
  EXPECT_TRUE(migrate(*database_, "others", {{1, "others", {"CREATE TABLE others (id BIGINT)"}}}));
}

TEST_P(MigrationsTest, OneThatFailsLeavesNothing) {
  const Migration broken{2, "broken", {"CREATE TABLE more (id BIGINT)", "CREATE TABLE notes (id BIGINT)"}};
  const Status failed = migrate(*database_, "notes", {kFirst, broken});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, testing::HasSubstr("migration 2 of \"notes\", \"broken\""));
  EXPECT_TRUE(migrate(*database_, "notes", {kFirst, kSecond})) << "not even the first was kept";
}

TEST_P(MigrationsTest, ANewerCatalogNamesTheVersionToInstall) {
  ASSERT_TRUE(migrate(*database_, "notes", {kFirst, kSecond}));
  ASSERT_TRUE(execute("UPDATE schema_migrations SET applied_by = '9.8.7' WHERE version = 2"));
  const Status older = migrate(*database_, "notes", {kFirst});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(older.error().hint, "install Skyhold 9.8.7 or newer");
}

TEST_P(MigrationsTest, OneThatWasEditedAfterwardsIsRefused) {
  ASSERT_TRUE(migrate(*database_, "notes", {kFirst}));
  const Migration edited{1, "notes", {"CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT)"}};
  const Status refused = migrate(*database_, "notes", {edited});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
}

TEST_P(MigrationsTest, ManyProcessesThatStartAtOnceApplyThemOnce) {
  std::vector<std::unique_ptr<SqlDatabase>> databases;
  for (int i = 0; i < 5; ++i) databases.push_back(place_->open({.connections = 1}));
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (const auto& database : databases) {
    threads.emplace_back([&] {
      if (!migrate(*database, "notes", {kFirst, kSecond})) ++failures;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM schema_migrations"), 2);
}

INSTANTIATE_TEST_SUITE_P(Both, MigrationsTest, kSqlDialects, sql_dialect_name);

TEST(SqlText, OnlyColumnsOfTablesGetAnOrder) {
  EXPECT_EQ(text_by_bytes("\n CREATE TABLE t (a TEXT NOT NULL, text BIGINT, c TEXT DEFAULT 'TEXT')"),
            "\n CREATE TABLE t (a TEXT COLLATE \"C\" NOT NULL, text BIGINT, c TEXT COLLATE \"C\" DEFAULT "
            "'TEXT')");
  EXPECT_EQ(text_by_bytes("ALTER TABLE t ADD COLUMN a TEXT"),
            "ALTER TABLE t ADD COLUMN a TEXT COLLATE \"C\"");
  for (const std::string_view sql :
       {"", "   ", "CREATE", "UPDATE t SET a = CAST(b AS TEXT)", "CREATE INDEX i ON t (a)"}) {
    EXPECT_EQ(text_by_bytes(sql), sql);
  }
}

TEST(SqlText, ParametersAreNumberedOutsideOfQuotesAndComments) {
  const auto expect = [](std::string_view sql, std::string_view text, std::size_t parameters) {
    const NumberedSql numbered = numbered_parameters(sql);
    EXPECT_EQ(numbered.text, text);
    EXPECT_EQ(numbered.parameters, parameters) << sql;
  };
  expect("a = ? AND b IN (?,?)", "a = $1 AND b IN ($2,$3)", 3);
  expect("'?' \"?\" 'it''s ?' ?", "'?' \"?\" 'it''s ?' $1", 1);
  expect("? -- ?\n?", "$1 -- ?\n$2", 2);
  expect("? /* ? */ ?", "$1 /* ? */ $2", 2);
  expect("'unfinished ?", "'unfinished ?", 0);
  expect("-- only ?", "-- only ?", 0);
}

}  // namespace
}  // namespace skyhold
