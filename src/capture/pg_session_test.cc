#include "capture/pg_session.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/assert.h"
#include "capture/pg_error.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

PgTarget target_of(const std::string& url) {
  return PgTarget::parse(url).value();
}

PgSession connect(std::string_view database = "postgres") {
  return PgSession::connect(target_of(ScratchPostgres::instance().url(database))).value();
}

// Gives its pieces one by one, then an end or an error.
class PiecesSource final : public ByteSource {
 public:
  explicit PiecesSource(std::vector<std::string> pieces, std::optional<Error> end = {})
      : pieces_(std::move(pieces)), end_(std::move(end)) {}
  Result<std::size_t> read(MutableByteView out) override {
    if (at_ == pieces_.size()) {
      if (end_) return fail(*end_);
      return 0;
    }
    const std::string& piece = pieces_[at_++];
    SKYHOLD_ASSERT(piece.size() <= out.size());
    std::copy(piece.begin(), piece.end(), out.begin());
    return piece.size();
  }

 private:
  std::vector<std::string> pieces_;
  std::optional<Error> end_;
  std::size_t at_ = 0;
};

TEST(PgSession, ReadsRowsWithNullsAndParameters) {
  PgSession session = connect();
  const PgRows rows = session.query("SELECT $1::text, NULL, $2::int + 1", {"it's", "41"}).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows[0], ElementsAre("it's", std::nullopt, "42"));
  EXPECT_EQ(session.query_value("SELECT 7").value(), "7");
  EXPECT_EQ(session.query_value("SELECT NULL").error().code, ErrorCode::kNotFound);
  EXPECT_GE(session.server_version_number(), 120000);
}

TEST(PgSession, IsNeutralWhateverTheDatabaseAndRoleHaveSet) {
  ScratchDatabase database("session_neutral");
  database.execute(
      "ALTER DATABASE session_neutral SET search_path = public;"
      "ALTER DATABASE session_neutral SET statement_timeout = 500;"
      "ALTER DATABASE session_neutral SET DateStyle = 'German';"
      "ALTER DATABASE session_neutral SET IntervalStyle = 'iso_8601';"
      "ALTER DATABASE session_neutral SET TimeZone = 'Europe/Paris';"
      "ALTER DATABASE session_neutral SET bytea_output = 'escape';"
      "ALTER DATABASE session_neutral SET default_transaction_read_only = on;"
      "ALTER DATABASE session_neutral SET extra_float_digits = 0");
  PgSession session = connect(database.name());
  EXPECT_EQ(session
                .query_value("SELECT current_setting('search_path') || pg_sleep(0.6)::text || "
                             "concat_ws(' ', '2026-01-02 03:04+00'::timestamptz, '1 day'::interval, "
                             "'\\x41'::bytea, 0.1::float8 + 0.2)")
                .value(),
            "\"\"2026-01-02 03:04:00+00 1 day \\x41 0.30000000000000004");
  EXPECT_TRUE(session.execute("CREATE TABLE public.writable ()"));
}

TEST(PgSession, PassesBytesUnchangedInTheEncodingOfTheDatabase) {
  ScratchDatabase database("session_latin1", "", "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
  PgSession session = connect(database.name());
  EXPECT_EQ(session.query_value("SELECT chr(233)").value(), "\xe9");
}

TEST(PgSession, TellsApartWhyAConnectionFailed) {
  const std::string url = ScratchPostgres::instance().url("no such \"database\"");
  const Error missing = PgSession::connect(target_of(url)).error();
  EXPECT_EQ(missing.code, ErrorCode::kNotFound) << missing.message;
  EXPECT_THAT(missing.message, HasSubstr("3D000"));
  EXPECT_THAT(missing.message, Not(HasSubstr("LOCATION")));

  const Error nobody =
      PgSession::connect(target_of(ScratchPostgres::instance().url("postgres", "nobody_of_that_name")))
          .error();
  EXPECT_EQ(nobody.code, ErrorCode::kPermissionDenied) << nobody.message;

  const Error absent = PgSession::connect(target_of("postgresql://u:s3cr3t@%2Fnowhere%2Fs3cr3t/db")).error();
  EXPECT_EQ(absent.code, ErrorCode::kUnavailable) << absent.message;
  EXPECT_THAT(absent.hint, Not(HasSubstr("s3cr3t")));
}

TEST(PgSession, ReportsTheServersWordsAndStaysUsable) {
  PgSession session = connect();
  const Error error = session.execute("SELECT 1; SELECT * FROM nowhere.nothing; SELECT 2").error();
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.message, HasSubstr("nowhere.nothing"));
  EXPECT_THAT(error.message, HasSubstr("42P01"));
  EXPECT_EQ(session.query("SELEKT").error().code, ErrorCode::kSource);
  EXPECT_EQ(session.query_value("SELECT 1").value(), "1");
}

TEST(PgSession, MapsSqlstatesByStateAndByClass) {
  EXPECT_EQ(code_for_sqlstate("42501"), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_for_sqlstate("55P03"), ErrorCode::kBusy);
  EXPECT_EQ(code_for_sqlstate("53100"), ErrorCode::kNoSpace);
  EXPECT_EQ(code_for_sqlstate("53300"), ErrorCode::kUnavailable);
  EXPECT_EQ(code_for_sqlstate("08006"), ErrorCode::kUnavailable);
  EXPECT_EQ(code_for_sqlstate("42601"), ErrorCode::kSource);
  EXPECT_EQ(code_for_sqlstate(""), ErrorCode::kSource);
}

TEST(PgSession, CopiesOutRowByRow) {
  PgSession session = connect();
  std::vector<std::string> rows;
  const auto counted = session.copy_out(
      "COPY (SELECT g, 'a' || chr(9) FROM generate_series(1, 3) g) TO STDOUT", [&](ByteView row) -> Status {
        rows.emplace_back(as_text(row));
        return {};
      });
  EXPECT_EQ(counted.value(), 3U);
  EXPECT_THAT(rows, ElementsAre("1\ta\\t\n", "2\ta\\t\n", "3\ta\\t\n"));
}

TEST(PgSession, StopsACopyWhenTheReaderHasEnough) {
  PgSession session = connect();
  int seen = 0;
  const auto stopped = session.copy_out(
      "COPY (SELECT repeat('x', 100) FROM generate_series(1, 10000000)) TO STDOUT", [&](ByteView) -> Status {
        if (++seen == 10) return fail(ErrorCode::kNoSpace, "enough");
        return {};
      });
  EXPECT_EQ(stopped.error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(seen, 10);
  EXPECT_EQ(session.query_value("SELECT 1").value(), "1");
}

TEST(PgSession, ReportsAnErrorInTheMiddleOfACopyOut) {
  PgSession session = connect();
  const auto broken = session.copy_out("COPY (SELECT 1 / (5 - g) FROM generate_series(1, 9) g) TO STDOUT",
                                       [](ByteView) -> Status { return {}; });
  EXPECT_THAT(broken.error().message, HasSubstr("22012"));
  EXPECT_EQ(session.query_value("SELECT 1").value(), "1");
}

TEST(PgSession, CopiesInAndCounts) {
  ScratchDatabase database("session_copy_in", "CREATE TABLE t (a int PRIMARY KEY, b text)");
  PgSession session = connect(database.name());
  PiecesSource source({"1\ton", "e\n2\t", "two\n", "3\t\\N\n"});
  EXPECT_EQ(session.copy_in("COPY public.t FROM STDIN", source).value(), 3U);
  EXPECT_EQ(database.query_value("SELECT string_agg(a || coalesce(b, '-'), ',' ORDER BY a) FROM t"),
            "1one,2two,3-");
}

TEST(PgSession, AnErrorOfTheSourceLeavesNothingBehind) {
  ScratchDatabase database("session_copy_fails", "CREATE TABLE t (a int PRIMARY KEY)");
  PgSession session = connect(database.name());
  PiecesSource broken({"1\n2\n"}, Error{ErrorCode::kCorrupt, "a blob does not match", ""});
  EXPECT_EQ(session.copy_in("COPY public.t FROM STDIN", broken).error().code, ErrorCode::kCorrupt);
  PiecesSource twice({"1\n", "1\n"});
  const Error error = session.copy_in("COPY public.t FROM STDIN", twice).error();
  EXPECT_THAT(error.message, HasSubstr("23505"));
  EXPECT_EQ(session.query_value("SELECT count(*) FROM public.t").value(), "0");
}

TEST(PgSession, CancelStopsAStatementFromAnotherThread) {
  PgSession session = connect();
  PgSession watcher = connect();
  std::thread other([&] {
    while (
        watcher.query_value("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%'")
            .value_or("1") == "0") {
    }
    session.cancel();
  });
  const auto result = session.query("SELECT pg_sleep(600)");
  other.join();
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(session.query_value("SELECT 1").value(), "1");
}

TEST(PgSession, QuotesForSqlText) {
  PgSession session = connect();
  for (const std::string text : {"plain", "a\"b", "it's", "back\\slash'", "$1", "%s", ""}) {
    EXPECT_EQ(session.query_value("SELECT " + quote_literal(text)).value(), text);
    if (text.empty()) continue;
    EXPECT_EQ(session.query_value("SELECT quote_ident($1)", {text}).value(),
              text == "plain" ? text : quote_identifier(text));
  }
  EXPECT_EQ(quote_qualified("a.b", "c\"d"), "\"a.b\".\"c\"\"d\"");
}

}  // namespace
}  // namespace skyhold
