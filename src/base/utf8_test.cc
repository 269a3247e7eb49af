#include "base/utf8.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(Utf8, TextOfAnyScriptIsText) {
  for (const std::string_view text :
       {"", "plain", "Café Zürich", "日本語", "🙂", "\x7f", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Utf8, OverlongFormsSurrogatesAndCutSequencesAreNot) {
  for (const std::string_view text : {"\x80", "\xc0\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80", "\xff", "caf\xe9", "\xe2\x82", "\xc3("}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(std::string(text));
  }
}

TEST(Utf8, ACharacterIsMeasuredInBytes) {
  EXPECT_EQ(utf8_character_bytes(""), 0U);
  EXPECT_EQ(utf8_character_bytes("ab"), 1U);
  EXPECT_EQ(utf8_character_bytes("é"), 2U);
  EXPECT_EQ(utf8_character_bytes("€ and more"), 3U);
  EXPECT_EQ(utf8_character_bytes("🙂"), 4U);
  EXPECT_EQ(utf8_character_bytes("\xe2\x82"), 0U);
}

}  // namespace
}  // namespace skyhold
