// What is SQLite's own: the file, its mode and log, a full disk, damage.
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "db/migrations.h"
#include "tests/support/sql_place.h"

namespace skyhold {
namespace {

const std::vector<Migration> kTables{{1, "notes", {"CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT)"}}};

int mode_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return -1;
  return static_cast<int>(facts.st_mode & 0777);
}

Status write_note(SqlDatabase& database, std::int64_t id, const std::string& text) {
  return database.transact(SqlAccess::kReadWrite, [&](SqlSession& session) -> Status {
    TRY(session.execute("INSERT INTO notes (id, text) VALUES (?, ?)", {id, text}));
    return {};
  });
}

std::string pragma(SqlDatabase& database, std::string_view sql, SqlAccess access) {
  std::string value;
  const Status done = database.transact(access, [&](SqlSession& session) -> Status {
    const SqlRows rows = TRY(session.query(sql));
    value = rows[0].is_null(0) ? "" : std::to_string(rows[0].integer(0));
    return {};
  });
  EXPECT_TRUE(done);
  return value;
}

TEST(Sqlite, NobodyElseCanReadTheFileNorItsLog) {
  const SqlitePlace place;
  const mode_t mask = ::umask(0);
  const auto database = place.open();
  ::umask(mask);
  ASSERT_TRUE(migrate(*database, "test", kTables));
  ASSERT_TRUE(write_note(*database, 1, "secret"));
  EXPECT_EQ(mode_of(place.path()), 0600);
  EXPECT_EQ(mode_of(place.path() + "-wal"), 0600);
  EXPECT_EQ(mode_of(place.path() + "-shm"), 0600);
  EXPECT_EQ(database->describe(), "SQLite at " + place.path());
  EXPECT_EQ(database->dialect(), SqlDialect::kSqlite);
}

TEST(Sqlite, CommitsReachTheDiskAndForeignKeysHold) {
  const SqlitePlace place;
  const auto database = place.open();
  for (const SqlAccess access : {SqlAccess::kReadOnly, SqlAccess::kReadWrite}) {
    EXPECT_EQ(pragma(*database, "PRAGMA synchronous", access), "2");
    EXPECT_EQ(pragma(*database, "PRAGMA foreign_keys", access), "1");
  }
}

TEST(Sqlite, AFullDiskIsNamedAndHurtsNothing) {
  const SqlitePlace place;
  const auto database = place.open();
  ASSERT_TRUE(migrate(*database, "test", kTables));
  ASSERT_TRUE(write_note(*database, 1, "small"));
  pragma(*database, "PRAGMA max_page_count = 20", SqlAccess::kReadWrite);
  const Status full = write_note(*database, 2, std::string(1'000'000, 'x'));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kNoSpace) << full.error().message;
  EXPECT_FALSE(full.error().hint.empty());
  EXPECT_TRUE(write_note(*database, 2, "still small"));
}

TEST(Sqlite, WhatIsNoDatabaseIsNeverWrittenOver) {
  const ScratchDirectory directory;
  const std::string path = directory / "catalog.db";
  const std::string words =
      "these are notes of mine, longer than the header of a database file would be: " + std::string(200, '.');
  std::ofstream(path) << words;
  const auto database = open_sql_database("sqlite://" + path);
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kCorrupt);
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), words);
}

TEST(Sqlite, ADirectoryThatIsNotThereIsNamed) {
  const ScratchDirectory directory;
  const std::string path = directory / "none/catalog.db";
  const auto database = open_sql_database("sqlite://" + path);
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(database.error().message, testing::HasSubstr(path));
}

TEST(Sqlite, ManyOpenOneNewFileAtOnce) {
  const SqlitePlace place;
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      const auto database = open_sql_database(place.url());
      if (!database || !migrate(**database, "test", kTables)) ++failures;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
}

TEST(Sqlite, AClosedCatalogIsOneFile) {
  const SqlitePlace place;
  {
    const auto database = place.open();
    ASSERT_TRUE(migrate(*database, "test", kTables));
    ASSERT_TRUE(database->transact(SqlAccess::kReadOnly, [](SqlSession&) -> Status { return {}; }));
  }
  EXPECT_TRUE(std::filesystem::exists(place.path()));
  EXPECT_FALSE(std::filesystem::exists(place.path() + "-wal"));
}

TEST(CatalogUrl, WhatIsNotOneIsRefusedAndNeverShown) {
  for (const std::string_view url :
       {"", "catalog.db", "sqlite:catalog.db", "sqlite://catalog.db", "sqlite://", "mysql://u:hunter2@db/x",
        "postgresql://skyhold:hunter2@x@db1/catalog", "postgresql://skyhold:hunter2/x@db1/catalog",
        "postgresql://skyhold:hunter2@db1", "postgresql://skyhold:hunter2@db1/catalog?sslmoode=require",
        "host=db1 password=hunter2"}) {
    const auto database = open_sql_database(url);
    ASSERT_FALSE(database) << url;
    EXPECT_EQ(database.error().code, ErrorCode::kInvalidArgument) << url;
    EXPECT_EQ(to_string(database.error()).find("hunter2"), std::string::npos) << to_string(database.error());
    EXPECT_FALSE(database.error().hint.empty());
  }
}

}  // namespace
}  // namespace skyhold
