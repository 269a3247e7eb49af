#include "capture/odoo/mimetypes.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(Mimetypes, OneTypeHasOneNumberHoweverItIsWritten) {
  Mimetypes types;
  const Mimetypes::Number png = types.number_of("image/png");
  EXPECT_NE(png, Mimetypes::kUnknown);
  EXPECT_EQ(types.number_of("IMAGE/PNG"), png);
  EXPECT_EQ(types.number_of(" image/png ; charset=binary"), png);
  EXPECT_NE(types.number_of("image/svg+xml"), png);
  EXPECT_EQ(types.name(png), "image/png");
  EXPECT_EQ(types.name(types.number_of("application/vnd.ms-excel.sheet.12")),
            "application/vnd.ms-excel.sheet.12");
}

TEST(Mimetypes, WhatIsNoTypeIsUnknown) {
  Mimetypes types;
  for (const std::string& text :
       {std::string(), std::string("image"), std::string("/png"), std::string("image/"),
        std::string("image/png/x"), std::string("image/p ng"), std::string("image/\xc3\xa9"),
        std::string("image/<b>"), "image/" + std::string(200, 'x'), std::string("image/p\0g", 9)}) {
    EXPECT_EQ(types.number_of(text), Mimetypes::kUnknown) << text;
  }
  EXPECT_EQ(types.name(Mimetypes::kUnknown), "");
}

TEST(Mimetypes, AreBoundedWhateverPeopleWrite) {
  Mimetypes types;
  for (int i = 0; i < 10'000; ++i) types.number_of("x/" + std::to_string(i));
  EXPECT_EQ(types.size(), Mimetypes::kMostTypes);
  EXPECT_NE(types.number_of("x/17"), Mimetypes::kUnknown);
  EXPECT_EQ(types.number_of("x/9999"), Mimetypes::kUnknown);
}

}  // namespace
}  // namespace skyhold
