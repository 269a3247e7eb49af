#include "capture/pg_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kRefused =
    "connection to server at \"db\" (10.0.0.7), port 5432 failed: FATAL:  3D000: database \"x\" does not "
    "exist\nLOCATION:  InitPostgres, postinit.c:1014\n";

TEST(ErrorFromConnect, TheSqlstateIsFoundInTheWords) {
  const Error error = error_from_connect_text(kRefused, "");
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_EQ(
      error.message,
      "PostgreSQL: connection to server at \"db\" (10.0.0.7), port 5432 failed: FATAL: database \"x\" does "
      "not exist (SQLSTATE 3D000)");
}

TEST(ErrorFromConnect, WhatOnlyLooksLikeASqlstateIsNone) {
  for (const std::string_view words :
       {"", ": ", "28P01: ", " 28P01: x", "FATAL:  28P01: x", "failed: :  28P01: x", "failed: FATAL:28P01: x",
        "failed: FATAL:  28p01: x", "failed: FATAL:  028P01: x", "failed: FATAL:  28P01:x"}) {
    const Error error = error_from_connect_text(words, "");
    EXPECT_EQ(error.code, ErrorCode::kUnavailable) << words;
    EXPECT_THAT(error.message, Not(HasSubstr("SQLSTATE"))) << words;
  }
}

TEST(ErrorFromConnect, AnIpV6AddressAndASecondTryDoNotConfuseIt) {
  const Error error = error_from_connect_text(
      "connection to server at \"db\" (fe80::1), port 5432 failed: Connection refused\n\tIs the server "
      "running?\n"
      "connection to server at \"db\" (10.0.0.7), port 5432 failed: FATAL:  28P01: password authentication "
      "failed for user \"u\"\nLOCATION:  auth_failed, auth.c:1\n",
      "");
  EXPECT_EQ(error.code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(error.message, Not(HasSubstr("LOCATION")));
}

TEST(ErrorFromConnect, ThePasswordIsBlottedOut) {
  const Error error = error_from_connect_text("cannot reach s3cr3t.example with s3cr3t", "s3cr3t");
  EXPECT_EQ(error.message, "PostgreSQL: cannot reach ***.example with ***");
}

TEST(ErrorFromConnect, AServerThatTalksWithoutEndIsCutShortAndCrashesNothing) {
  constexpr std::size_t kBytes = 8U << 20;
  for (const std::string& words : {std::string("failed: ") + std::string(kBytes, 'x') + ": 3D000: y",
                                   std::string(kRefused) + "LOCATION: " + std::string(kBytes, 'y'),
                                   std::string(kBytes, ' ') + ": AAAAA: ", std::string(kBytes, '\n'),
                                   std::string(kRefused) + std::string(kBytes, '\xa4')}) {
    EXPECT_LT(error_from_connect_text(words, "p").message.size(), kBytes);
  }
  std::string umlauts;
  while (umlauts.size() < kBytes) umlauts += "ä";
  const std::string cut = error_from_connect_text(umlauts, "").message;
  EXPECT_LT(cut.size(), 5000U);
  EXPECT_THAT(cut, testing::EndsWith("ä …"));
}

}  // namespace
}  // namespace skyhold
