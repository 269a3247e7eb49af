#include "capture/sql/sql_script_reader.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seed.h"

namespace skyhold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Gives at most so many bytes a read.
class SlowSource final : public ByteSource {
 public:
  SlowSource(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}
  Result<std::size_t> read(MutableByteView out) override {
    const std::size_t count = std::min({out.size(), step_, text_.size() - at_});
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), count, out.begin());
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t step_;
  std::size_t at_ = 0;
};

struct Told {
  std::vector<std::string> pieces;  // "!" before meta-commands, "=" before rows
  std::optional<Error> error;
};

Told read_all(const std::string& script, std::size_t step = 1U << 20, std::size_t max_bytes = 1U << 20,
              std::size_t row_bytes = 1U << 16) {
  SlowSource source(script, step);
  SqlScriptReader reader(source, max_bytes);
  Told told;
  Bytes chunk(row_bytes);
  while (true) {
    auto piece = reader.next();
    if (!piece) {
      told.error = piece.error();
      return told;
    }
    if (!*piece) return told;
    const bool meta = (*piece)->kind == ScriptPiece::Kind::kMetaCommand;
    told.pieces.push_back((meta ? "!" : "") + std::string((*piece)->text));
    if (meta || !(*piece)->text.starts_with("COPY")) continue;
    reader.begin_rows();
    std::string rows = "=";
    while (true) {
      const auto got = reader.read_rows(chunk);
      if (!got) {
        told.error = got.error();
        return told;
      }
      if (*got == 0) break;
      rows += as_text(ByteView(chunk).first(*got));
    }
    EXPECT_EQ(reader.rows(), static_cast<std::uint64_t>(std::count(rows.begin(), rows.end(), '\n')));
    told.pieces.push_back(rows);
  }
}

constexpr std::string_view kScript =
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict k3y\nSET a = 'x;y';\nCOPY public.t (id) FROM stdin;\n"
    "1\n\\N\n\\\\.\n;'\"$$/* not SQL\n\\.\n\n\nCREATE FUNCTION f() AS $_$ ; \\! $_$;\nCOPY e FROM "
    "stdin;\n\\.\n"
    "\\unrestrict k3y\n\n-- done\n";

TEST(SqlScriptReader, TellsStatementsRowsAndMetaCommandsApart) {
  const Told told = read_all(std::string(kScript));
  EXPECT_FALSE(told.error);
  EXPECT_THAT(told.pieces,
              ElementsAre("!\\restrict k3y", "SET a = 'x;y'", "COPY public.t (id) FROM stdin",
                          "=1\n\\N\n\\\\.\n;'\"$$/* not SQL\n", "CREATE FUNCTION f() AS $_$ ; \\! $_$",
                          "COPY e FROM stdin", "=", "!\\unrestrict k3y"));
}

TEST(SqlScriptReader, DoesNotCareHowTheBytesCome) {
  const Told whole = read_all(std::string(kScript));
  for (std::size_t step = 1; step < 12; ++step) {
    EXPECT_EQ(read_all(std::string(kScript), step, 1U << 20, step).pieces, whole.pieces) << step;
  }
}

TEST(SqlScriptReader, FindsMetaCommandsInsideStatementsToo) {
  // psql would run them there as well.
  EXPECT_THAT(read_all("SELECT 1 \\! touch /tmp/x\n;").pieces, ElementsAre("!\\! touch /tmp/x"));
  EXPECT_THAT(read_all("\\c other").pieces, ElementsAre("!\\c other"));
}

TEST(SqlScriptReader, ReadsOldStringsAsTheServerWould) {
  SlowSource source("SELECT 'a\\';b';SELECT 2;", 100);
  SqlScriptReader reader(source, 1000);
  reader.set_standard_strings(false);
  EXPECT_EQ((*reader.next())->text, "SELECT 'a\\';b'");
}

TEST(SqlScriptReader, ACutScriptIsNotAWholeOne) {
  // Wherever it ends inside something, that is said.
  for (const std::string_view cut : {"SET a = 'x", "SET a", "COPY t FROM stdin;", "COPY t FROM stdin;\n1\n",
                                     "COPY t FROM stdin;\n1\n\\", "AS $$ ;", "/* ;", "SELECT (1;"}) {
    const Told told = read_all(std::string(cut));
    ASSERT_TRUE(told.error) << cut;
    EXPECT_EQ(told.error->code, ErrorCode::kCorrupt);
    EXPECT_THAT(told.error->message, HasSubstr("cut off")) << cut;
  }
}

TEST(SqlScriptReader, BoundsAStatementButNotRows) {
  const Told endless = read_all("SELECT '" + std::string(600'000, 'x'), 4096, 100'000);
  ASSERT_TRUE(endless.error);
  EXPECT_EQ(endless.error->code, ErrorCode::kNoSpace);
  const std::string rows(3'000'000, 'r');
  const Told many = read_all("COPY t FROM stdin;\n" + rows + "\n\\.\n", 100'000, 100'000);
  EXPECT_FALSE(many.error);
  EXPECT_EQ(many.pieces.at(1).size(), rows.size() + 2);
  const Told long_one = read_all("SELECT '" + std::string(900'000, 'x') + "';", 4096);
  EXPECT_FALSE(long_one.error);
}

TEST(SqlScriptReader, RefusesZeroBytesInStatementsWhichWouldHideTheRestFromTheServer) {
  const Told told = read_all(std::string("SELECT 1; SELECT 2\0; DROP x;", 28));
  ASSERT_TRUE(told.error);
  EXPECT_THAT(told.error->message, HasSubstr("zero byte"));
}

TEST(SqlScriptReader, RowsAreNeverChanged) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string letters = "\\.\n\\.ab";
  for (int round = 0; round < 300; ++round) {
    std::string rows;
    for (auto lines = random() % 12; lines > 0; --lines) {
      std::string line;
      for (auto length = random() % 6; length > 0; --length) line += letters[random() % letters.size()];
      // Not the mark, nor what the format cannot hold.
      std::erase(line, '\n');
      rows += (line.starts_with("\\.") ? "x" : "") + line + "\n";
    }
    const Told told = read_all("COPY t FROM stdin;\n" + rows + "\\.\nSELECT 1;", 1 + random() % 9, 1U << 20,
                               1 + random() % 9);
    ASSERT_THAT(told.pieces, ElementsAre("COPY t FROM stdin", "=" + rows, "SELECT 1"));
  }
}

}  // namespace
}  // namespace skyhold
