#include "base/encoding.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace skyhold {
namespace {

TEST(Hex, WritesLowercaseAndReadsBoth) {
  const Bytes bytes{0x00, 0x0f, 0xa0, 0xff};
  EXPECT_EQ(hex_encode(bytes), "000fa0ff");
  EXPECT_EQ(hex_decode("000fa0ff").value(), bytes);
  EXPECT_EQ(hex_decode("000FA0Ff").value(), bytes);
  EXPECT_EQ(hex_decode("").value(), Bytes{});
}

TEST(Hex, RefusesEverythingElse) {
  for (const char* text : {"0", "000", "0g", "g0", " 00", "0x", "00 ", "\xff\xff"}) {
    const Result<Bytes> refused = hex_decode(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  }
}

TEST(Base64, AgreesWithRfc4648) {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
    EXPECT_EQ(as_text(base64_decode(encoded).value()), plain);
  }
  EXPECT_EQ(base64_encode(Bytes{0xfb, 0xff}), "+/8=");
}

TEST(Base64, RefusesTextThatAnEncoderWouldNotWrite) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "====", "=", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm=v",
                           "Zm9v\n", "Zm 9", "Zm9v====", "-_-_", "Zm9\xff"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
}

TEST(Base64Url, UsesTheAlphabetOfUrlsAndNoPadding) {
  EXPECT_EQ(base64url_encode(Bytes{0xfb, 0xff}), "-_8");
  EXPECT_EQ(base64url_encode(as_bytes("f")), "Zg");
  EXPECT_EQ(base64url_encode({}), "");
  EXPECT_EQ(base64url_decode("-_8").value(), (Bytes{0xfb, 0xff}));
  for (const char* text : {"+/8", "Zg==", "Z", "Zh", "Zm9vY", "Zm 9"})
    EXPECT_FALSE(base64url_decode(text)) << text;
}

TEST(Encoding, WhatIsWrittenIsReadBackAtEveryLength) {
  for (std::size_t length = 0; length < 100; ++length) {
    Bytes bytes(length);
    random_bytes(bytes);
    EXPECT_EQ(hex_decode(hex_encode(bytes)).value(), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)).value(), bytes);
  }
}

}  // namespace
}  // namespace skyhold
