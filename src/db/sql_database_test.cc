// What both kinds of database do alike: one suite, run over each.
#include "db/sql_database.h"

#include <limits>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/migrations.h"
#include "db/sql_values.h"
#include "tests/support/sql_place.h"

namespace skyhold {
namespace {

const std::vector<Migration> kTables{
    {1,
     "a shelf of books",
     {"CREATE TABLE shelves (name TEXT PRIMARY KEY)",
      "CREATE TABLE books (id BIGINT PRIMARY KEY, title TEXT UNIQUE, shelf TEXT REFERENCES shelves (name) "
      "ON DELETE CASCADE, pages BIGINT CHECK (pages > 0))"}}};

class SqlDatabaseTest : public testing::TestWithParam<SqlDialect> {
 protected:
  void SetUp() override {
    place_ = make_sql_place(GetParam());
    database_ = place_->open();
    const Status migrated = migrate(*database_, "test", kTables);
    ASSERT_TRUE(migrated) << to_string(migrated.error());
  }

  // One statement in a transaction of its own.
  Result<std::int64_t> execute(std::string_view sql, const SqlParameters& parameters = {}) {
    return database_->write([&](SqlSession& session) { return session.execute(sql, parameters); });
  }
  Result<SqlRows> query(std::string_view sql, const SqlParameters& parameters = {}) {
    return database_->read([&](SqlSession& session) { return session.query(sql, parameters); });
  }
  void must(std::string_view sql, const SqlParameters& parameters = {}) {
    const auto done = execute(sql, parameters);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  std::int64_t count_books() {
    const auto rows = query("SELECT COUNT(*) FROM books");
    EXPECT_TRUE(rows) << (rows ? "" : to_string(rows.error()));
    return rows ? (*rows)[0].integer(0) : -1;
  }
  ErrorCode failure_of(std::string_view sql, const SqlParameters& parameters = {}) {
    const auto done = execute(sql, parameters);
    EXPECT_FALSE(done) << sql;
    return done ? ErrorCode::kInternal : done.error().code;
  }

  std::unique_ptr<SqlPlace> place_;
  std::unique_ptr<SqlDatabase> database_;
};

TEST_P(SqlDatabaseTest, NumbersTextsAndNothingComeBackAsTheyWere) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  must("INSERT INTO books (id, title, pages) VALUES (?, ?, ?)", {kLeast, "", nullptr});
  must("INSERT INTO books (id, title, pages) VALUES (?, ?, ?)",
       {kMost, "日本語 🙂 'quoted' \\ $1 ?", kMost});
  must("INSERT INTO books (id, title, pages) VALUES (?, ?, ?)", {std::int64_t{0}, nullptr, std::int64_t{7}});
  const auto rows = query("SELECT id, title, pages FROM books ORDER BY id");
  ASSERT_TRUE(rows) << to_string(rows.error());
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ((*rows)[0].integer(0), kLeast);
  EXPECT_EQ((*rows)[0].text(1), "");
  EXPECT_TRUE((*rows)[0].is_null(2));
  EXPECT_EQ((*rows)[1].optional_text(1), std::nullopt);
  EXPECT_EQ((*rows)[1].optional_integer(2), 7);
  EXPECT_EQ((*rows)[2].text(1), "日本語 🙂 'quoted' \\ $1 ?");
  EXPECT_EQ((*rows)[2].integer(2), kMost);
}

TEST_P(SqlDatabaseTest, ATextOfAMegabyteComesBack) {
  std::string text;
  for (int i = 0; text.size() < 1'000'000; ++i) text += fmt::format("line {} ü\n", i);
  must("INSERT INTO books (id, title) VALUES (1, 'x')");
  const auto rows = query("SELECT CAST(? AS TEXT)", {text});
  ASSERT_TRUE(rows) << to_string(rows.error());
  EXPECT_EQ((*rows)[0].text(0), text);
}

TEST_P(SqlDatabaseTest, CountsSumsAndTruthsAreNumbers) {
  for (const std::int64_t id : {1, 2, 3}) {
    must("INSERT INTO books (id, title, pages) VALUES (?, ?, ?)", {id, std::to_string(id), id * 100});
  }
  const auto rows = query(
      "SELECT COUNT(*), SUM(pages), COALESCE(MAX(pages), 0), SUM(pages) > 5, EXISTS (SELECT 1 FROM shelves), "
      "2 + 3 FROM books");
  ASSERT_TRUE(rows) << to_string(rows.error());
  const SqlRow& row = (*rows)[0];
  EXPECT_EQ(row.size(), 6U);
  EXPECT_EQ(row.integer(0), 3);
  EXPECT_EQ(row.integer(1), 600);
  EXPECT_EQ(row.integer(2), 300);
  EXPECT_TRUE(row.flag(3));
  EXPECT_FALSE(row.flag(4));
  EXPECT_EQ(row.integer(5), 5);
}

TEST_P(SqlDatabaseTest, AResultThatIsNeitherNumberNorTextIsABugInWords) {
  const auto rows = query("SELECT 0.5");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kInternal);
  EXPECT_THAT(rows.error().message, testing::HasSubstr("neither a whole number nor text"));
}

TEST_P(SqlDatabaseTest, ChangedRowsAreCounted) {
  must("INSERT INTO shelves (name) VALUES ('a')");
  for (const std::int64_t id : {1, 2, 3}) {
    const auto inserted =
        execute("INSERT INTO books (id, title, shelf) VALUES (?, ?, 'a')", {id, std::to_string(id)});
    EXPECT_EQ(inserted, 1);
  }
  EXPECT_EQ(execute("INSERT INTO books (id, title) VALUES (1, 'x') ON CONFLICT (id) DO NOTHING"), 0);
  EXPECT_EQ(execute("INSERT INTO books (id, title) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET pages = 5"),
            1);
  EXPECT_EQ(execute("UPDATE books SET pages = 9 WHERE id > ?", {std::int64_t{1}}), 2);
  EXPECT_EQ(execute("UPDATE books SET pages = 9 WHERE id > 99"), 0);
  EXPECT_EQ(execute("SELECT id FROM books"), 0);
  EXPECT_EQ(execute("CREATE INDEX books_pages ON books (pages)"), 0);
  EXPECT_EQ(execute("DELETE FROM shelves"), 1) << "what went by a cascade does not count";
  EXPECT_EQ(count_books(), 0);
}

TEST_P(SqlDatabaseTest, ReturningGivesTheRowsThatWereChanged) {
  const auto made = database_->write([](SqlSession& session) {
    return session.query("INSERT INTO books (id, title) VALUES (5, 'five') RETURNING id, title");
  });
  ASSERT_TRUE(made) << to_string(made.error());
  ASSERT_EQ(made->size(), 1U);
  EXPECT_EQ((*made)[0].text(1), "five");
  EXPECT_EQ(count_books(), 1);
}

TEST_P(SqlDatabaseTest, ParametersAreOnlyWhereTheyStandOutsideOfQuotesAndComments) {
  const auto rows =
      query("SELECT '?', 'it''s ?' -- a comment ?\n, ? /* and ? another */ || 'x', 1 AS \"a ?\"", {"value"});
  ASSERT_TRUE(rows) << to_string(rows.error());
  EXPECT_EQ((*rows)[0].text(0), "?");
  EXPECT_EQ((*rows)[0].text(1), "it's ?");
  EXPECT_EQ((*rows)[0].text(2), "valuex");
}

TEST_P(SqlDatabaseTest, WhatBreaksARuleIsNamedByItsKind) {
  must("INSERT INTO books (id, title, pages) VALUES (1, 'one', 10)");
  EXPECT_EQ(failure_of("INSERT INTO books (id, title) VALUES (1, 'two')"), ErrorCode::kAlreadyExists);
  EXPECT_EQ(failure_of("INSERT INTO books (id, title) VALUES (2, 'one')"), ErrorCode::kAlreadyExists);
  EXPECT_EQ(failure_of("UPDATE books SET pages = -1"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(failure_of("UPDATE books SET shelf = 'nowhere'"), ErrorCode::kInvalidArgument);
  EXPECT_EQ(failure_of("INSERT INTO schema_migrations (component, version) VALUES ('x', 1)"),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(failure_of("INSERT INTO books (id, title) VALUES (3, ?)", {"caf\xe9"}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(failure_of("INSERT INTO books (id, title) VALUES (3, ?)", {std::string("a\0b", 3)}),
            ErrorCode::kInvalidArgument);
}

TEST_P(SqlDatabaseTest, AWrongStatementIsABug) {
  EXPECT_EQ(failure_of("SELEKT 1"), ErrorCode::kInternal);
  EXPECT_EQ(failure_of("SELECT * FROM nowhere"), ErrorCode::kInternal);
  EXPECT_EQ(failure_of("UPDATE books SET pages = ?"), ErrorCode::kInternal);
  EXPECT_EQ(failure_of("UPDATE books SET pages = 1", {std::int64_t{1}}), ErrorCode::kInternal);
  EXPECT_EQ(failure_of("DELETE FROM books; DELETE FROM shelves"), ErrorCode::kInternal);
}

TEST_P(SqlDatabaseTest, AnErrorOfTheBodyRollsBackAllOfIt) {
  const Status done = database_->transact(SqlAccess::kReadWrite, [](SqlSession& session) -> Status {
    TRY(session.execute("INSERT INTO books (id, title) VALUES (1, 'one')"));
    return fail(ErrorCode::kNotFound, "thought better of it");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "thought better of it");
  EXPECT_EQ(count_books(), 0);
}

TEST_P(SqlDatabaseTest, AFailedStatementCannotBeOverlooked) {
  must("INSERT INTO books (id, title) VALUES (1, 'one')");
  const Status done = database_->transact(SqlAccess::kReadWrite, [](SqlSession& session) -> Status {
    TRY(session.execute("INSERT INTO books (id, title) VALUES (2, 'two')"));
    EXPECT_FALSE(session.execute("INSERT INTO books (id, title) VALUES (1, 'again')"));
    const auto later = session.execute("INSERT INTO books (id, title) VALUES (3, 'three')");
    EXPECT_FALSE(later);
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(count_books(), 1);
}

TEST_P(SqlDatabaseTest, AConnectionIsCleanAfterEveryKindOfEnd) {
  EXPECT_FALSE(execute("SELEKT 1"));
  try {
    const Status done = database_->transact(SqlAccess::kReadWrite, [](SqlSession& session) -> Status {
      TRY(session.execute("INSERT INTO books (id, title) VALUES (1, 'one')"));
      throw std::runtime_error("from a library");
    });
    FAIL() << "the exception was swallowed";
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(count_books(), 0);
  must("INSERT INTO books (id, title) VALUES (1, 'one')");
  EXPECT_EQ(count_books(), 1);
}

TEST_P(SqlDatabaseTest, AReadOnlyTransactionCannotWrite) {
  const auto done = database_->read(
      [](SqlSession& session) { return session.execute("INSERT INTO books (id, title) VALUES (1, 'one')"); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kInternal) << done.error().message;
  EXPECT_EQ(count_books(), 0);
}

TEST_P(SqlDatabaseTest, AReaderSeesOneInstant) {
  must("INSERT INTO books (id, title) VALUES (1, 'one')");
  const auto counts = database_->read([&](SqlSession& session) -> Result<std::vector<std::int64_t>> {
    const auto before = TRY(session.query("SELECT COUNT(*) FROM books"))[0].integer(0);
    // Another connection writes meanwhile, and does not wait for the reader.
    std::thread([&] { must("INSERT INTO books (id, title) VALUES (2, 'two')"); }).join();
    const auto after = TRY(session.query("SELECT COUNT(*) FROM books"))[0].integer(0);
    return std::vector{before, after};
  });
  ASSERT_TRUE(counts) << to_string(counts.error());
  EXPECT_THAT(*counts, testing::ElementsAre(1, 1));
  EXPECT_EQ(count_books(), 2);
}

TEST_P(SqlDatabaseTest, ManyWritersLoseNoStep) {
  must("INSERT INTO books (id, title, pages) VALUES (1, 'counter', 1)");
  constexpr int kThreads = 8;
  constexpr int kSteps = 25;
  const auto other = place_->open();  // another process, as far as locks go
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, database = thread % 2 == 0 ? database_.get() : other.get()] {
      for (int step = 0; step < kSteps; ++step) {
        const Status done = database->transact(SqlAccess::kReadWrite, [](SqlSession& session) -> Status {
          const std::string select =
              "SELECT pages FROM books WHERE id = 1" + std::string(session.for_update());
          const std::int64_t pages = TRY(session.query(select))[0].integer(0);
          TRY(session.execute("UPDATE books SET pages = ? WHERE id = 1", {pages + 1}));
          return {};
        });
        if (!done) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  const auto rows = query("SELECT pages FROM books");
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)[0].integer(0), 1 + kThreads * kSteps);
}

TEST_P(SqlDatabaseTest, WhoFindsNoConnectionInTimeIsToldThatItIsBusy) {
  const auto small = place_->open({.connections = 1, .busy_timeout_seconds = 1});
  const Status done = small->transact(SqlAccess::kReadOnly, [&](SqlSession&) -> Status {
    Status inner;
    std::thread([&] {
      inner = small->transact(SqlAccess::kReadOnly, [](SqlSession&) -> Status { return {}; });
    }).join();
    return inner;
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kBusy);
  EXPECT_TRUE(small->transact(SqlAccess::kReadOnly, [](SqlSession&) -> Status { return {}; }));
}

TEST_P(SqlDatabaseTest, ALockThatIsNotHadInTimeIsBusy) {
  must("INSERT INTO books (id, title) VALUES (1, 'one')");
  const auto other = place_->open({.busy_timeout_seconds = 1});
  const Status held = database_->transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
    TRY(session.execute("UPDATE books SET pages = 1"));
    const Status waited = other->transact(SqlAccess::kReadWrite, [](SqlSession& second) -> Status {
      TRY(second.execute("UPDATE books SET pages = 2"));
      return {};
    });
    EXPECT_FALSE(waited);
    EXPECT_EQ(waited ? ErrorCode::kInternal : waited.error().code, ErrorCode::kBusy);
    return {};
  });
  EXPECT_TRUE(held);
}

TEST_P(SqlDatabaseTest, LikeMindsTheCaseAndItsWildcardsCanBeEscaped) {
  std::int64_t id = 0;
  for (const std::string title : {"100% cotton", "100 percent", "a_b", "aXb", "Back\\slash", "acme"}) {
    must("INSERT INTO books (id, title) VALUES (?, ?)", {++id, title});
  }
  const auto found = [&](std::string_view part) {
    const auto rows = query("SELECT title FROM books WHERE title LIKE ? ESCAPE '\\' ORDER BY title",
                            {like_containing(part)});
    std::vector<std::string> titles;
    if (!rows) return titles;
    for (const SqlRow& row : *rows) titles.push_back(row.text(0));
    return titles;
  };
  EXPECT_THAT(found("0%"), testing::ElementsAre("100% cotton"));
  EXPECT_THAT(found("a_b"), testing::ElementsAre("a_b"));
  EXPECT_THAT(found("\\"), testing::ElementsAre("Back\\slash"));
  EXPECT_THAT(found("ACME"), testing::ElementsAre());
  EXPECT_THAT(found("cme"), testing::ElementsAre("acme"));
}

TEST_P(SqlDatabaseTest, TextIsSortedByItsBytes) {
  std::int64_t id = 0;
  for (const std::string title : {"b", "B", "a-b", "ab", "a", "é", "Z"}) {
    must("INSERT INTO books (id, title) VALUES (?, ?)", {++id, title});
  }
  const auto rows = query("SELECT title FROM books ORDER BY title");
  ASSERT_TRUE(rows);
  std::vector<std::string> titles;
  for (const SqlRow& row : *rows) titles.push_back(row.text(0));
  EXPECT_THAT(titles, testing::ElementsAre("B", "Z", "a", "a-b", "ab", "b", "é"));
}

TEST_P(SqlDatabaseTest, TimesAreMillisecondsAndMayBeMissing) {
  const Instant at = *parse_rfc3339("2026-11-23T01:00:00.123456Z");
  must("INSERT INTO books (id, title, pages) VALUES (?, 'a', ?)",
       {sql_time(at), sql_time(std::optional<Instant>())});
  const auto rows = query("SELECT id, pages FROM books");
  ASSERT_TRUE(rows);
  EXPECT_EQ(time_at((*rows)[0], 0), *parse_rfc3339("2026-11-23T01:00:00.123Z"));
  EXPECT_EQ(optional_time_at((*rows)[0], 0), *parse_rfc3339("2026-11-23T01:00:00.123Z"));
  EXPECT_EQ(optional_time_at((*rows)[0], 1), std::nullopt);
}

using SqlDatabaseDeathTest = SqlDatabaseTest;

TEST_P(SqlDatabaseDeathTest, ATransactionInATransactionIsABug) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH((void)database_->transact(SqlAccess::kReadOnly,
                                         [&](SqlSession&) {
                                           return database_->transact(
                                               SqlAccess::kReadOnly,
                                               [](SqlSession&) -> Status { return {}; });
                                         }),
               "open_");
}

TEST_P(SqlDatabaseDeathTest, AskingForWhatARowDoesNotHaveIsABug) {
  const SqlRow row({std::int64_t{1}, "text", nullptr});
  EXPECT_DEATH((void)row.text(0), "");
  EXPECT_DEATH((void)row.integer(1), "");
  EXPECT_DEATH((void)row.integer(2), "");
  EXPECT_DEATH((void)row.integer(3), "");
}

INSTANTIATE_TEST_SUITE_P(Both, SqlDatabaseTest, kSqlDialects, sql_dialect_name);
INSTANTIATE_TEST_SUITE_P(Both, SqlDatabaseDeathTest, kSqlDialects, sql_dialect_name);

}  // namespace
}  // namespace skyhold
