#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capture/copy_text.h"
#include "capture/pg_text.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold {
namespace {

using ::testing::ElementsAre;

PgSession connect() {
  return PgSession::connect(PgTarget::parse(ScratchPostgres::instance().url("postgres")).value()).value();
}

TEST(CopyText, DecodesWhatTheServerWrites) {
  PgSession session = connect();
  std::vector<std::optional<std::string>> fields;
  session
      .copy_out(
          "COPY (SELECT NULL::text, '', E'\\\\N', E'a\\tb\\nc\\rd\\be\\ff\\x0bg\\\\', 'plain') TO STDOUT",
          [&](ByteView row) -> Status {
            fields = decode_copy_row(as_text(row));
            return {};
          })
      .value();
  EXPECT_THAT(fields, ElementsAre(std::nullopt, "", "\\N", "a\tb\nc\rd\be\ff\vg\\", "plain"));
  EXPECT_THAT(decode_copy_row("\n"), ElementsAre(""));
  EXPECT_THAT(decode_copy_row("a\\"), ElementsAre("a\\"));
}

TEST(PgText, ParsesArrays) {
  PgSession session = connect();
  const std::string text =
      session
          .query_value("SELECT ARRAY['a', 'b c', 'd\"e', E'f\\\\g', NULL, 'NULL', '', 'h,i', '{}']::text[]")
          .value();
  EXPECT_THAT(parse_array(text), ElementsAre("a", "b c", "d\"e", "f\\g", "NULL", "", "h,i", "{}"));
  EXPECT_THAT(parse_array("{}"), ElementsAre());
  EXPECT_THAT(parse_array(""), ElementsAre());
}

}  // namespace
}  // namespace skyhold
