#include "crypto/md5.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace skyhold {
namespace {

// The test suite of RFC 1321, appendix A.5.
TEST(Md5, AgreesWithTheRfc) {
  EXPECT_EQ(hex_encode(md5({})), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex_encode(md5(as_bytes("abc"))), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex_encode(md5(as_bytes("abcdefghijklmnopqrstuvwxyz"))), "c3fcd3d76192e4007dfb496cca67e13b");
}

}  // namespace
}  // namespace skyhold
