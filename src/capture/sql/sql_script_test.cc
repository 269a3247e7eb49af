#include "capture/sql/sql_script.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seed.h"

namespace skyhold {
namespace {

using testing::ElementsAre;

std::vector<std::string_view> split(std::string_view script) {
  auto statements = split_sql_script(script);
  EXPECT_TRUE(statements.has_value()) << to_string(statements.error());
  return statements.value_or(std::vector<std::string_view>{});
}

TEST(SqlScript, StatementsEndAtSemicolons) {
  EXPECT_THAT(split("SET a = 1;\n\nSELECT 2 ;;"), ElementsAre("SET a = 1", "SELECT 2 "));
  EXPECT_THAT(split(""), ElementsAre());
  EXPECT_THAT(split("-- nothing\n/* at all */ ;"), ElementsAre());
}

TEST(SqlScript, CommentsBeforeAStatementAreLeftOut) {
  EXPECT_THAT(split("--\n-- Name: t; Type: TABLE\n--\nCREATE TABLE t ();"), ElementsAre("CREATE TABLE t ()"));
  EXPECT_THAT(split("SELECT 1 -- ; not here\n, 2;"), ElementsAre("SELECT 1 -- ; not here\n, 2"));
  EXPECT_THAT(split("SELECT /* ; /* ; */ ; */ 1; SELECT 2;"),
              ElementsAre("SELECT /* ; /* ; */ ; */ 1", "SELECT 2"));
}

TEST(SqlScript, QuotesHideSemicolons) {
  EXPECT_THAT(split("SELECT 'a;''b;'; SELECT \"a;\"\"b;\";"),
              ElementsAre("SELECT 'a;''b;'", "SELECT \"a;\"\"b;\""));
  EXPECT_THAT(split("SELECT E'a\\';b'; SELECT 2;"), ElementsAre("SELECT E'a\\';b'", "SELECT 2"));
  EXPECT_THAT(split("SELECT 'a\\'; SELECT 2;"), ElementsAre("SELECT 'a\\'", "SELECT 2"));
  // Not an escape string: the E ends a longer word.
  EXPECT_THAT(split("SELECT date'a\\'; SELECT 2;"), ElementsAre("SELECT date'a\\'", "SELECT 2"));
  EXPECT_THAT(split("SELECT e'a'\n  '\\';b'; SELECT 2;"), ElementsAre("SELECT e'a'\n  '\\';b'", "SELECT 2"));
}

TEST(SqlScript, DollarQuotesHideSemicolonsAndEachOther) {
  EXPECT_THAT(split("AS $$ a; $x$ ; $$; SELECT 1;"), ElementsAre("AS $$ a; $x$ ; $$", "SELECT 1"));
  EXPECT_THAT(split("AS $_a1$ $$;$$ '; $_a1$; SELECT 1;"),
              ElementsAre("AS $_a1$ $$;$$ '; $_a1$", "SELECT 1"));
  // A dollar inside a word, or before a digit, quotes nothing.
  EXPECT_THAT(split("SELECT a$b$; SELECT $1;"), ElementsAre("SELECT a$b$", "SELECT $1"));
}

TEST(SqlScript, ParenthesesHideSemicolons) {
  EXPECT_THAT(split("CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); SELECT 1;"),
              ElementsAre("CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)", "SELECT 1"));
}

TEST(SqlScript, BodiesOfSqlFunctionsStayWhole) {
  const std::string function =
      "CREATE OR REPLACE FUNCTION f(\"begin\" integer) RETURNS integer LANGUAGE sql\n"
      "    BEGIN ATOMIC\n SELECT 1;\n SELECT CASE WHEN true THEN 2 END;\nEND";
  EXPECT_THAT(split(function + "; SELECT 3;"), ElementsAre(function, "SELECT 3"));
  const std::string procedure = "create procedure p() begin atomic delete from t; end";
  EXPECT_THAT(split(procedure + ";"), ElementsAre(procedure));
  // Outside of them the same words are only words.
  EXPECT_THAT(split("CREATE TABLE t (a int) BEGIN; END;"),
              ElementsAre("CREATE TABLE t (a int) BEGIN", "END"));
}

TEST(SqlScript, MetaCommandsAreDropped) {
  EXPECT_THAT(split("\\restrict abc;\nSET a = 1;\n\\! rm -rf ;\n\\connect x\nSELECT 2;\n\\unrestrict abc\n"),
              ElementsAre("SET a = 1", "SELECT 2"));
}

TEST(SqlScript, OldStringsAreReadAsTheServerWould) {
  EXPECT_THAT(split("SET standard_conforming_strings = off;SELECT 'a\\';b';"),
              ElementsAre("SET standard_conforming_strings = off", "SELECT 'a\\';b'"));
}

TEST(SqlScript, WhatDoesNotEndIsRefused) {
  for (const std::string_view script : {"SELECT 'a;", "SELECT \"a;", "SELECT $$a;", "SELECT /* a;",
                                        "SELECT 1", "SELECT (1;", "SELECT E'\\"}) {
    const auto statements = split_sql_script(script);
    ASSERT_FALSE(statements.has_value()) << script;
    EXPECT_EQ(statements.error().code, ErrorCode::kCorrupt);
  }
}

TEST(SqlScript, PiecesPutTogetherAtRandomComeApartAgain) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::vector<std::string> pieces = {"SELECT",   "'a;''b'",   "\"c;\"", "$$d;$$",       "$t$e;$$;$t$",
                                           "(f;(g;))", "/* h; */",  "i",      "E'j\\';'",     "1.5e3",
                                           "$1",       "-- k; '\n", "::l",    "CASE 1 END m", "\xc3\xa4"};
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> expected;
    std::string script;
    for (auto count = random() % 20; count > 0; --count) {
      std::string statement = "X";
      for (auto length = random() % 8; length > 0; --length) {
        statement += " " + pieces[random() % pieces.size()];
      }
      expected.push_back(statement);
      script += statement + ";\n--; ' comment\n";
    }
    const auto got = split(script);
    ASSERT_EQ(std::vector<std::string>(got.begin(), got.end()), expected);
  }
}

}  // namespace
}  // namespace skyhold
