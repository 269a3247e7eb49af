#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seed.h"

#include "capture/capture_test_support.h"

namespace skyhold {
namespace {

using capture_test::open;
using capture_test::read;
using capture_test::ReadTable;
using capture_test::table_of;
using ::testing::HasSubstr;

TEST(ReadTable, RangesOfPagesAddUpToTheWhole) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const ScratchDatabase database(
      "copy_ranges",
      "CREATE TABLE t (a int, b text); INSERT INTO t SELECT g, repeat(md5(g::text), g % 20) "
      "FROM generate_series(1, 20000) g; DELETE FROM t WHERE a % 3 = 0");
  const DatabaseSnapshot snapshot = open(database).value();
  const SourceTable& table = table_of(snapshot, "t");
  const ReadTable whole = read(snapshot, table);
  ASSERT_GT(table.heap_pages, 100U);

  ReadTable sum;
  for (std::uint64_t first = 0; first != UINT64_MAX;) {
    const std::uint64_t next = first + 1 + random() % table.heap_pages;
    const PageRange range{first, next < table.heap_pages ? next : UINT64_MAX};
    const ReadTable part = read(snapshot, table, range);
    sum.text += part.text;
    sum.result.rows += part.result.rows;
    sum.result.bytes += part.result.bytes;
    sum.result.digest.add(part.result.digest);
    first = range.last;
  }
  EXPECT_EQ(whole.result.rows, 13334U);
  EXPECT_EQ(sum.result.rows, whole.result.rows);
  EXPECT_EQ(sum.result.bytes, whole.text.size());
  EXPECT_EQ(sum.result.digest, whole.result.digest);
  EXPECT_EQ(sum.text, whole.text);  // heap order
}

TEST(ReadTable, LeavesChildrenToThemselves) {
  const ScratchDatabase database("copy_children",
                                 "CREATE TABLE ancestor (a int); CREATE TABLE heir () INHERITS (ancestor);"
                                 "INSERT INTO ancestor VALUES (1); INSERT INTO heir VALUES (2)");
  const DatabaseSnapshot snapshot = open(database).value();
  EXPECT_EQ(read(snapshot, table_of(snapshot, "ancestor")).text, "1\n");
  EXPECT_EQ(read(snapshot, table_of(snapshot, "ancestor"), {0, 100}).text, "1\n");
  EXPECT_EQ(read(snapshot, table_of(snapshot, "heir")).text, "2\n");
}

TEST(ReadTable, KeepsRowsOfATableWithoutColumns) {
  const ScratchDatabase database("copy_nothing",
                                 "CREATE TABLE bare (); INSERT INTO bare SELECT FROM generate_series(1, 3);"
                                 "CREATE TABLE generated (a int GENERATED ALWAYS AS (7) STORED);"
                                 "INSERT INTO generated VALUES (DEFAULT), (DEFAULT)");
  const DatabaseSnapshot snapshot = open(database).value();
  EXPECT_EQ(read(snapshot, table_of(snapshot, "bare")).text, "\n\n\n");
  EXPECT_EQ(read(snapshot, table_of(snapshot, "bare"), {0, 9}).text, "\n\n\n");
  EXPECT_EQ(read(snapshot, table_of(snapshot, "generated")).text, "\n\n");
  EXPECT_EQ(read(snapshot, table_of(snapshot, "generated"), {0, 9}).text, "\n\n");
}

TEST(ReadTable, WritesWhatCopyInReadsBack) {
  const std::string table_sql =
      "CREATE TABLE \"T 1\" (\"a\"\"b\" text, gone int, \"Select\" bytea, twice int GENERATED ALWAYS AS (3) "
      "STORED, "
      "id int GENERATED ALWAYS AS IDENTITY, f float8, m money, i interval, ts timestamptz, arr text[]);"
      "ALTER TABLE \"T 1\" DROP COLUMN gone;";
  const ScratchDatabase source(
      "copy_from",
      table_sql +
          "INSERT INTO \"T 1\" (\"a\"\"b\", \"Select\", f, m, i, ts, arr) VALUES "
          "(E'tab\\tnew\\nline\\\\ \\\\N \\r', '\\x00ff', 0.1::float8 + 0.2, 1234.56, '-1 day 2:03', now(), "
          "ARRAY[NULL, 'NULL', '{}']), (NULL, NULL, 'NaN', NULL, NULL, 'infinity', '{}'), (repeat('x', "
          "300000), NULL, 0, 0, NULL, NULL, NULL)");
  const ScratchDatabase target("copy_to", table_sql);
  target.execute(
      "ALTER DATABASE copy_to SET IntervalStyle = 'sql_standard'; ALTER DATABASE copy_to SET array_nulls = "
      "off");
  const DatabaseSnapshot snapshot = open(source).value();
  const SourceTable& table = table_of(snapshot, "T 1");
  const ReadTable before = read(snapshot, table);

  TableEntry entry;
  entry.schema = table.schema;
  entry.name = table.name;
  entry.columns = table.columns;
  EXPECT_THAT(copy_in_sql(entry), HasSubstr("COPY \"public\".\"T 1\" (\"a\"\"b\", \"Select\", \"id\""));
  PgSession writer = PgSession::connect(capture_test::target_of(target)).value();
  capture_test::TextSource bytes(before.text);
  EXPECT_EQ(writer.copy_in(copy_in_sql(entry), bytes).value(), 3U);

  const DatabaseSnapshot restored = open(target).value();
  EXPECT_EQ(read(restored, table_of(restored, "T 1")).text, before.text);
}

TEST(ReadTable, KeepsValuesOfManyTypes) {
  const std::string table_sql =
      "CREATE TYPE pair AS (a int, \"b c\" text); CREATE TYPE mood AS ENUM ('x', 'y''z'); CREATE DOMAIN "
      "positive AS int;"
      "CREATE TABLE t (a pair[], b mood, c positive, d int4range[], e xml, f json, g jsonb, h tsvector, i "
      "tsquery, "
      "j varbit, k pg_lsn, l regclass, m regtype, n regprocedure, o xid8, p \"char\", q name, r circle, s "
      "timetz, "
      "t date, u aclitem, v int2vector, w tid, x macaddr8, y cidr, z numeric, aa jsonpath, ab "
      "int8multirange);";
  const std::string rows_sql =
      "INSERT INTO t VALUES (ARRAY[ROW(1, 'a\"b,c')::pair, NULL], 'y''z', 4, '{\"[1,5)\",empty}', "
      "'<a>&lt;</a>', "
      "'{\"a\":  1}', '{\"a\": \"\\u00e9\"}', 'a:1A b:2', 'a & !b', '1011', '0/16B3748', 't', 'pair', "
      "'lower(text)', "
      "'99', 'c', 'name', '<(0,0),1>', '10:00:00+02:30', '0044-03-15 BC', 'postgres=r/postgres', '3 4', "
      "'(5,6)', "
      "'08:00:2b:01:02:03:04:05', '10.0.0.0/8', '-Infinity', '$.a[*] ? (@ > 1)', '{[1,2),[5,9)}')";
  const ScratchDatabase source("types_from", table_sql + rows_sql);
  const ScratchDatabase target("types_to", table_sql);
  const DatabaseSnapshot snapshot = open(source).value();
  const SourceTable& table = table_of(snapshot, "t");
  const ReadTable before = read(snapshot, table);
  PgSession writer = PgSession::connect(capture_test::target_of(target)).value();
  capture_test::TextSource bytes(before.text);
  TableEntry entry;
  entry.schema = table.schema;
  entry.name = table.name;
  entry.columns = table.columns;
  EXPECT_EQ(writer.copy_in(copy_in_sql(entry), bytes).value(), 1U);
  EXPECT_EQ(target.query_value("SELECT t::text FROM t"), source.query_value("SELECT t::text FROM t"));
}

TEST(ReadTable, EndsWhenItIsCancelled) {
  const ScratchDatabase database("copy_cancelled", "CREATE TABLE t AS SELECT generate_series(1, 100000)");
  const DatabaseSnapshot snapshot = open(database).value();
  PgSession reader = snapshot.open_reader().value();
  CancelToken cancel;
  cancel.cancel();
  capture_test::TextSink sink;
  const auto stopped = read_table(reader, table_of(snapshot, "t"), {}, sink, cancel);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST(ReadTable, NamesTheTableThatFailed) {
  const ScratchDatabase database("copy_fails", "CREATE TABLE t AS SELECT 1 AS a");
  const DatabaseSnapshot snapshot = open(database).value();
  PgSession reader = snapshot.open_reader().value();
  SourceTable wrong = table_of(snapshot, "t");
  wrong.columns = {"no such column"};
  capture_test::TextSink sink;
  const CancelToken cancel;
  const auto failed = read_table(reader, wrong, {}, sink, cancel);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("\"public\".\"t\""));
}

}  // namespace
}  // namespace skyhold
