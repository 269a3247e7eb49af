#include "crypto/rsa_signature.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/shell.h"
#include "tests/support/test_certificates.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

const TestRsaKey& test_key() {
  static const TestRsaKey key = make_test_rsa_key();
  return key;
}

TEST(RsaSignature, IsVerifiedByItsPublicKeyOverItsMessageOnly) {
  const Bytes signature = sign_rs256(test_key().private_key, as_bytes("header.claims")).value();
  EXPECT_EQ(signature.size(), 256U);
  EXPECT_TRUE(verify_rs256(test_key().public_key, as_bytes("header.claims"), signature));
  EXPECT_FALSE(verify_rs256(test_key().public_key, as_bytes("header.claimS"), signature));
  Bytes damaged = signature;
  damaged[100] ^= 1;
  EXPECT_FALSE(verify_rs256(test_key().public_key, as_bytes("header.claims"), damaged));
  EXPECT_FALSE(verify_rs256(test_key().public_key, as_bytes("header.claims"), {}));
  EXPECT_FALSE(verify_rs256(make_test_rsa_key().public_key, as_bytes("header.claims"), signature));
}

// The padding leaves no choice, so two right implementations agree to the byte.
TEST(RsaSignature, IsTheOneThatTheOpensslProgramMakes) {
  const ScratchDirectory scratch;
  std::ofstream(scratch / "key.pem") << test_key().private_key;
  const ShellOutcome outcome = run_shell("printf header.claims | openssl dgst -sha256 -sign " +
                                         shell_word((scratch / "key.pem").string()) + " | base64 -w0");
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_EQ(base64_encode(sign_rs256(test_key().private_key, as_bytes("header.claims")).value()),
            outcome.output);
}

TEST(RsaSignature, WhatIsNoFitKeyIsRefusedWithoutRepeatingIt) {
  const std::string cut = test_key().private_key.substr(0, 500);
  const std::string elliptic = run_shell("openssl ecparam -name prime256v1 -genkey -noout").output;
  const std::string locked = run_shell("openssl genrsa -aes128 -passout pass:secret 2048 2>/dev/null").output;
  for (const std::string& pem : {std::string(), std::string("not a key"), cut, elliptic, locked,
                                 make_test_rsa_key(1024).private_key, test_key().public_key}) {
    const Result<Bytes> signature = sign_rs256(pem, as_bytes("x"));
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(signature.error().hint.empty());
    if (pem.size() > 100) {
      EXPECT_THAT(signature.error().message, Not(HasSubstr(pem.substr(60, 20))));
    }
  }
}

}  // namespace
}  // namespace skyhold
