#include "stores/gcs/gcs_errors.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

const GcsCall kWrite{"write config", "storage.objects.create", "backups", "service account a@b", true};
const GcsCall kRead{"read config", "storage.objects.get", "backups", "service account a@b", false};

HttpResponse answer(int status, const std::string& reason = {}, const std::string& message = "words") {
  HttpResponse response;
  response.status = status;
  response.headers = {{"retry-after", "5"}};
  response.body = to_bytes(fmt::format(
      R"({{"error": {{"code": {}, "message": "{}", "errors": [{{"domain": "global", "reason": "{}"}}]}}}})",
      status, message, reason));
  return response;
}

TEST(GcsErrors, EachStatusHasTheCodeThatACallerActsOn) {
  const auto code = [](int status, const std::string& reason = {}) {
    return gcs_error(answer(status, reason), kWrite).code;
  };
  EXPECT_EQ(code(400), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(401), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code(403), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code(403, "forbidden"), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code(403, "rateLimitExceeded"), ErrorCode::kUnavailable);
  EXPECT_EQ(code(403, "userRateLimitExceeded"), ErrorCode::kUnavailable);
  EXPECT_EQ(code(403, "quotaExceeded"), ErrorCode::kNoSpace);
  EXPECT_EQ(code(404), ErrorCode::kNotFound);
  EXPECT_EQ(code(412), ErrorCode::kAlreadyExists);
  for (const int status : {408, 429, 500, 502, 503, 504}) EXPECT_EQ(code(status), ErrorCode::kUnavailable);
  for (const int status : {301, 302, 307, 405, 413}) EXPECT_EQ(code(status), ErrorCode::kInvalidArgument);
}

TEST(GcsErrors, AQuotaThatStopsReadingIsOneThatTimeFillsUp) {
  EXPECT_EQ(gcs_error(answer(403, "quotaExceeded"), kRead).code, ErrorCode::kUnavailable);
}

TEST(GcsErrors, RetryAfterIsForWhatMayBeTriedAgain) {
  EXPECT_EQ(gcs_error(answer(503), kRead).retry_after, std::chrono::seconds(5));
  EXPECT_EQ(gcs_error(answer(403), kRead).retry_after, std::chrono::seconds(0));
}

TEST(GcsErrors, BytesThatWereChangedOnTheWayMayBeSentAgain) {
  const std::string words = R"(Provided CRC32C \"AAAAAA==\" doesn't match calculated CRC32C \"AAAAAQ==\".)";
  EXPECT_EQ(gcs_error(answer(400, "invalid", words), kWrite).code, ErrorCode::kUnavailable);
}

TEST(GcsErrors, HintsNameWhatToDo) {
  EXPECT_THAT(gcs_error(answer(403), kWrite).hint, HasSubstr("storage.objects.create on bucket backups"));
  EXPECT_THAT(gcs_error(answer(403, "accountDisabled"), kWrite).hint, HasSubstr("billing"));
  EXPECT_THAT(gcs_error(answer(403, "retentionPolicyNotMet"), kWrite).hint, HasSubstr("retention"));
  EXPECT_THAT(gcs_error(answer(403, "forbidden", "Permission denied on Cloud KMS key"), kWrite).hint,
              HasSubstr("Encrypter"));
  EXPECT_THAT(gcs_error(answer(404), kWrite).hint, HasSubstr("no bucket backups"));
  EXPECT_THAT(gcs_error(answer(404, "notFound", "The specified bucket does not exist."), kRead).hint,
              HasSubstr("no bucket backups"));
  EXPECT_EQ(gcs_error(answer(404, "notFound", "No such object: backups/x"), kRead).hint, "");
}

TEST(GcsErrors, WhateverAnswersItsWordsBecomeOneShortLine) {
  HttpResponse proxy;
  proxy.status = 502;
  proxy.body = to_bytes("<html>\r\n<b>Bad\tGateway</b>\x1b[31m\n" + std::string(10'000, 'x'));
  const Error error = gcs_error(proxy, kRead);
  EXPECT_THAT(error.message, HasSubstr("cannot read config in bucket backups: HTTP 502: <html>"));
  EXPECT_THAT(error.message, Not(HasSubstr("\n")));
  EXPECT_THAT(error.message, Not(HasSubstr("\x1b")));
  EXPECT_LT(error.message.size(), 400U);

  proxy.body.clear();
  EXPECT_THAT(gcs_error(proxy, kRead).message, HasSubstr("HTTP 502"));
}

}  // namespace
}  // namespace skyhold
