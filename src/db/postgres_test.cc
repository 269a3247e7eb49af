// What is PostgreSQL's own: sessions that end, transactions that must be run again, errors that
// a test cannot bring about otherwise.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/migrations.h"
#include "db/postgres_url.h"
#include "tests/support/sql_place.h"

namespace skyhold {
namespace {

const std::vector<Migration> kTables{
    {1, "notes", {"CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL)"}}};

class PostgresTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(migrate(*database_, "test", kTables)); }

  static void terminate_sessions() {
    PostgresPlace::database().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid "
        "<> "
        "pg_backend_pid()");
  }
  std::int64_t count_notes() {
    const auto rows =
        database_->read([](SqlSession& session) { return session.query("SELECT COUNT(*) FROM notes"); });
    EXPECT_TRUE(rows) << (rows ? "" : to_string(rows.error()));
    return rows ? (*rows)[0].integer(0) : -1;
  }
  // Runs a body that raises `sqlstate` the first time.
  Status raise_once(std::string_view sqlstate, std::atomic<int>& runs) {
    return database_->transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
      ++runs;
      TRY(session.execute("INSERT INTO notes (id, text) VALUES (?, 'x')", {std::int64_t{runs}}));
      if (runs == 1) {
        TRY(session.execute(fmt::format("DO $$ BEGIN RAISE SQLSTATE '{}'; END $$", sqlstate)));
      }
      return {};
    });
  }

  PostgresPlace place_;
  std::unique_ptr<SqlDatabase> database_ = place_.open();
};

TEST_F(PostgresTest, ASerializationFailureRunsTheBodyAgain) {
  for (const std::string_view sqlstate : {"40001", "40P01"}) {
    std::atomic<int> runs = 0;
    const Status done = raise_once(sqlstate, runs);
    EXPECT_TRUE(done) << to_string(done.error());
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(count_notes(), 1) << "the first run left nothing";
    ASSERT_TRUE(database_->write([](SqlSession& session) { return session.execute("DELETE FROM notes"); }));
  }
}

TEST_F(PostgresTest, ItIsNotTriedForEver) {
  int runs = 0;
  const Status done = database_->transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
    ++runs;
    TRY(session.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kBusy);
  EXPECT_GT(runs, 2);
  EXPECT_LT(runs, 20);
}

TEST_F(PostgresTest, OtherFailuresAreNamedAndNotTriedAgain) {
  const std::vector<std::pair<std::string_view, ErrorCode>> states{{"53100", ErrorCode::kNoSpace},
                                                                   {"53300", ErrorCode::kUnavailable},
                                                                   {"55P03", ErrorCode::kBusy},
                                                                   {"57014", ErrorCode::kUnavailable},
                                                                   {"42501", ErrorCode::kPermissionDenied},
                                                                   {"22003", ErrorCode::kInvalidArgument},
                                                                   {"XX001", ErrorCode::kCorrupt},
                                                                   {"42P01", ErrorCode::kInternal}};
  for (const auto& [sqlstate, code] : states) {
    std::atomic<int> runs = 0;
    const Status done = raise_once(sqlstate, runs);
    ASSERT_FALSE(done) << sqlstate;
    EXPECT_EQ(done.error().code, code) << sqlstate;
    EXPECT_EQ(runs, 1) << sqlstate;
    EXPECT_THAT(done.error().message, testing::HasSubstr(sqlstate));
  }
  EXPECT_EQ(count_notes(), 0);
}

TEST_F(PostgresTest, SessionsThatTheServerEndedAreReplacedUnnoticed) {
  std::vector<std::thread> threads;  // so that several connections lie idle
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { count_notes(); });
  for (std::thread& thread : threads) thread.join();
  terminate_sessions();
  EXPECT_EQ(count_notes(), 0);
  EXPECT_EQ(count_notes(), 0);
}

TEST_F(PostgresTest, ASessionThatEndsInTheMiddleRunsTheBodyAgain) {
  int runs = 0;
  const Status done = database_->transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
    TRY(session.execute("INSERT INTO notes (id, text) VALUES (1, 'x')"));
    if (++runs == 1) terminate_sessions();
    TRY(session.execute("INSERT INTO notes (id, text) VALUES (2, 'y')"));
    return {};
  });
  EXPECT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count_notes(), 2);
}

TEST_F(PostgresTest, ACommitOfWhichNobodyKnowsIsNotDoneTwice) {
  int runs = 0;
  const Status done = database_->transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
    ++runs;
    TRY(session.execute("INSERT INTO notes (id, text) VALUES (1, 'x')"));
    terminate_sessions();
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(done.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(done.error().message, testing::HasSubstr("may be done or not"));
}

TEST_F(PostgresTest, TwoThatLockCrosswiseBothGetThrough) {
  ASSERT_TRUE(database_->write([](SqlSession& session) {
    return session.execute("INSERT INTO notes (id, text) VALUES (1, 'a'), (2, 'b')");
  }));
  std::atomic<int> holding = 0;
  const auto update_both = [&](std::int64_t first, std::int64_t second) {
    bool met = false;
    return database_->transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
      const std::string_view update = "UPDATE notes SET text = text || '+' WHERE id = ?";
      TRY(session.execute(update, {first}));
      if (!met) ++holding;
      met = true;
      while (holding < 2) std::this_thread::yield();
      TRY(session.execute(update, {second}));
      return {};
    });
  };
  Status one;
  std::thread thread([&] { one = update_both(1, 2); });
  const Status two = update_both(2, 1);
  thread.join();
  EXPECT_TRUE(one) << to_string(one.error());
  EXPECT_TRUE(two) << to_string(two.error());
}

TEST_F(PostgresTest, TwoTakeDifferentRowsOfAQueue) {
  ASSERT_TRUE(database_->write([](SqlSession& session) {
    return session.execute("INSERT INTO notes (id, text) VALUES (1, 'a'), (2, 'b')");
  }));
  const auto take = [](SqlSession& session) -> Result<std::int64_t> {
    const SqlRows rows = TRY(session.query("SELECT id FROM notes ORDER BY id LIMIT 1" +
                                           std::string(session.for_update_skip_locked())));
    return rows.empty() ? -1 : rows[0].integer(0);
  };
  const auto other = place_.open();
  const auto taken = database_->write([&](SqlSession& session) -> Result<std::vector<std::int64_t>> {
    const std::int64_t first = TRY(take(session));
    const std::int64_t second = TRY(other->write(take));
    return std::vector{first, second};
  });
  ASSERT_TRUE(taken) << to_string(taken.error());
  EXPECT_THAT(*taken, testing::ElementsAre(1, 2));
}

TEST_F(PostgresTest, TablesLieInTheSchemaOfTheSearchPath) {
  EXPECT_EQ(
      PostgresPlace::database().query_value("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"),
      "0");
}

TEST_F(PostgresTest, ErrorsQuoteNoValues) {
  ASSERT_TRUE(database_->write([](SqlSession& session) {
    return session.execute("INSERT INTO notes (id, text) VALUES (4711, 'x')");
  }));
  const auto again = database_->write(
      [](SqlSession& session) { return session.execute("INSERT INTO notes (id, text) VALUES (4711, 'x')"); });
  ASSERT_FALSE(again);
  EXPECT_EQ(to_string(again.error()).find("4711"), std::string::npos) << to_string(again.error());
}

TEST(PostgresServer, ThatIsNotThereIsUnavailable) {
  const ScratchDirectory directory;
  const std::string url =
      fmt::format("postgresql://skyhold:hunter2@/catalog?host={}", directory.path().string());
  const auto database = open_sql_database(url);
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(to_string(database.error()).find("hunter2"), std::string::npos) << to_string(database.error());
}

TEST(PostgresServer, ADatabaseThatCannotHoldAllTextIsRefused) {
  const ScratchDatabase latin("latin_catalog", "",
                              "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
  const auto database = open_sql_database(latin.url());
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(database.error().message, testing::HasSubstr("LATIN1"));
}

TEST(PostgresUrl, IsDescribedWithoutItsPassword) {
  const auto url = PostgresUrl::parse("postgresql://skyhold:hunter2@db1:5432/catalog");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->describe(), "catalog on db1:5432 as skyhold");
  EXPECT_EQ(url->redacted("could not log in with hunter2"), "could not log in with ***");
}

}  // namespace
}  // namespace skyhold
