#include "crypto/password_hash.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

const PasswordHashCost kCheap{.operations = 1, .memory_bytes = 8192};

TEST(PasswordHash, OpensToItsPasswordOnly) {
  const std::string hash = hash_password("correct horse battery", kCheap);
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << hash;
  EXPECT_TRUE(password_matches(hash, "correct horse battery"));
  EXPECT_FALSE(password_matches(hash, "correct horse batterz"));
  EXPECT_FALSE(password_matches(hash, "correct horse battery "));
  EXPECT_FALSE(password_matches(hash, ""));
}

TEST(PasswordHash, IsAnotherOneEachTime) {
  EXPECT_NE(hash_password("the same", kCheap), hash_password("the same", kCheap));
}

TEST(PasswordHash, TakesAnyBytes) {
  using namespace std::string_view_literals;
  const std::string hash = hash_password("before\0after"sv, kCheap);
  EXPECT_TRUE(password_matches(hash, "before\0after"sv));
  EXPECT_FALSE(password_matches(hash, "before"sv));
  EXPECT_TRUE(password_matches(hash_password("", kCheap), ""));
}

// A hash that argon2's reference program made: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1`.
TEST(PasswordHash, ReadsWhatOthersWrote) {
  constexpr std::string_view kHash =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(password_matches(kHash, "password"));
  EXPECT_FALSE(password_matches(kHash, "Password"));
}

TEST(PasswordHash, IsFalseForWhatIsNoHash) {
  const std::string hash = hash_password("secret", kCheap);
  EXPECT_FALSE(password_matches("", "secret"));
  EXPECT_FALSE(password_matches("secret", "secret"));
  EXPECT_FALSE(password_matches(hash.substr(0, hash.size() - 1), "secret"));
  EXPECT_FALSE(password_matches(hash + std::string("\0x", 2), "secret"));
  EXPECT_FALSE(password_matches(std::string(4096, '$'), "secret"));
  // Costs that would take the machine down are not tried.
  EXPECT_FALSE(password_matches("$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$AAAA", "secret"));
  EXPECT_FALSE(password_matches("$argon2id$v=19$m=8,t=4000000000,p=1$c29tZXNhbHQ$AAAA", "secret"));
  EXPECT_FALSE(password_matches("$argon2id$v=19$m=x,t=1,p=1$c29tZXNhbHQ$AAAA", "secret"));
}

}  // namespace
}  // namespace skyhold
