#include "cli/format.h"

#include <gtest/gtest.h>

#include "cli/table.h"

namespace skyhold {
namespace {

using namespace std::chrono_literals;

TEST(Format, NamesFromOutsideCannotSteerATerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\nc\x7f"), "a?[2Jb?c?");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J"),
            "?2J");
  EXPECT_EQ(printable("Zürich …"), "Zürich …");
}

TEST(Format, WidthCountsCharactersAndCutsBetweenThem) {
  EXPECT_EQ(display_width("Zürich"), 6U);
  EXPECT_EQ(truncated("Zürich", 2), "Zü");
  EXPECT_EQ(truncated("Zürich", 1), "Z");
  EXPECT_EQ(truncated("Zürich", 6), "Zürich");
}

TEST(Format, TimesAreUtcAndAgesAreRough) {
  const Instant then = *parse_rfc3339("2026-11-23T01:00:00.25Z");
  EXPECT_EQ(utc_time(then), "2026-11-23 01:00:00 UTC");
  EXPECT_EQ(age(then, then + 59s), "just now");
  EXPECT_EQ(age(then, then + 5min), "5 min ago");
  EXPECT_EQ(age(then, then + 47h), "47 h ago");
  EXPECT_EQ(age(then, then + 49h), "2 days ago");
  EXPECT_EQ(age(then, then - 5min), "in the future");
}

TEST(Format, AHundredPercentIsOnlyForAllOfIt) {
  EXPECT_EQ(percent(999, 1000), "99 %");
  EXPECT_EQ(percent(1000, 1000), "100 %");
  EXPECT_EQ(percent(1, 1000), "0.1 %");
  EXPECT_EQ(percent(0, 1000), "0 %");
  EXPECT_EQ(percent(0, 0), "-");
}

TEST(Format, WordsAreFilledIntoLinesAndParagraphsKept) {
  EXPECT_EQ(wrapped("one two three\n\nfour", 9, 2), "  one two\n  three\n\n  four\n");
  EXPECT_EQ(wrapped("incomprehensibilities", 9, 2), "  incomprehensibilities\n");
  EXPECT_EQ(wrapped("", 9, 2), "");
}

TEST(Table, AlignsColumnsByCharactersAndLeavesNoBlanksBehind) {
  Table table({{"NAME"}, {"ROWS", Align::kRight}, {"NOTE"}});
  table.add({"Zürich", "5", ""});
  table.add({"a", "1 234", "x\ny"});
  EXPECT_EQ(table.text(1),
            " NAME     ROWS  NOTE\n"
            " Zürich      5\n"
            " a       1 234  x?y\n");
}

}  // namespace
}  // namespace skyhold
