#include "catalog/cursor.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace skyhold {
namespace {

TEST(Cursor, ItsKeyComesBack) {
  for (const std::vector<std::string>& key :
       {std::vector<std::string>{"acme", "1"}, {"", ""}, {"1795395600000", "bk_1"}, {"ü 🙂", "-1"}}) {
    const std::string cursor = encode_cursor("things", key);
    EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos)
        << "it stands in URLs as it is";
    const auto found = decode_cursor("things", cursor, 2);
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, key);
  }
}

TEST(Cursor, AnythingElseIsRefused) {
  const auto text = [](std::string_view plain) { return base64url_encode(as_bytes(plain)); };
  for (const std::string& cursor :
       {std::string(), std::string("a b"), text("things"), text("things\na"), text("things\na\nb\nc"),
        text("others\na\nb"), text("things\na\n\xff"), text(std::string("things\na\n\0", 10)),
        text("things\na\nb") + "=", std::string(2000, 'A')}) {
    const auto found = decode_cursor("things", cursor, 2);
    ASSERT_FALSE(found) << cursor;
    EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace skyhold
