#include "model/json_text.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

std::string written(std::string_view value) {
  Bytes out;
  JsonWriter(out).text(value);
  return std::string(as_text(out));
}

TEST(JsonWriter, EscapesWhatJsonAsksForAndNothingElse) {
  EXPECT_EQ(written("Größe 10 €"), "\"Größe 10 €\"");
  EXPECT_EQ(written("say \"hi\" \\ there"), R"("say \"hi\" \\ there")");
  EXPECT_EQ(written(std::string_view("a\0b\n\x1f", 5)), R"("a\u0000b\u000a\u001f")");
}

TEST(JsonWriter, TextThatIsNotUtf8KeepsItsBytes) {
  EXPECT_EQ(written("caf\xe9"), R"({"base64":"Y2Fm6Q=="})");
}

TEST(JsonWriter, MindsCommasAndLineBreaks) {
  Bytes out;
  JsonWriter json(out);
  json.begin_object();
  json.key("a");
  json.begin_array();
  json.line_break();
  json.number(std::uint64_t{1});
  json.line_break();
  json.number(std::int64_t{-2});
  json.line_break();
  json.end_array();
  json.key("b");
  json.boolean(false);
  json.end_object();
  EXPECT_EQ(as_text(out), "{\"a\":[\n1,\n-2\n],\"b\":false}");
}

TEST(Utf8, OverlongFormsSurrogatesAndCutSequencesAreNotUtf8) {
  for (const std::string_view good :
       {"", "a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good));
  }
  for (const std::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x80\x80", "\xed\xa0\x80", "\xe2\x82",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace skyhold
