#include "model/job_parameters.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(JobParametersTest, WhatIsWrittenIsReadAgain) {
  const RestoreParameters restore{
      .neutralize = false, .new_identity = false, .safety_backup = false, .new_branch = true};
  EXPECT_EQ(parse_restore_parameters(to_json(restore)).value(), restore);
  const RefreshParameters refresh{.source = "main", .fresh = true};
  EXPECT_EQ(parse_refresh_parameters(to_json(refresh)).value(), refresh);
  const VerifyParameters verify{.read_data = true};
  EXPECT_EQ(parse_verify_parameters(to_json(verify)).value(), verify);
  const ForgetParameters forget{.backups = {"bk_1", "bk_2"}};
  EXPECT_EQ(parse_forget_parameters(to_json(forget)).value(), forget);
}

TEST(JobParametersTest, WhatIsMissingHasItsDefault) {
  EXPECT_EQ(parse_restore_parameters("{}").value(), RestoreParameters{});
  EXPECT_EQ(parse_refresh_parameters("{}").value(), RefreshParameters{});
  EXPECT_EQ(parse_verify_parameters("{}").value(), VerifyParameters{});
  EXPECT_EQ(parse_forget_parameters("{}").value(), ForgetParameters{});
}

// A restore that was asked to neutralize must never become an exact one by a misreading.
TEST(JobParametersTest, WhatIsOfAnotherTypeIsCorruptAndNotADefault) {
  for (const char* text : {"", "[]", "null", "{\"neutralize\":1}", "{\"new_branch\":\"yes\"}", "{"}) {
    EXPECT_EQ(parse_restore_parameters(text).error().code, ErrorCode::kCorrupt) << text;
  }
  EXPECT_EQ(parse_refresh_parameters("{\"source\":null}").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(parse_verify_parameters("{\"read_data\":0}").error().code, ErrorCode::kCorrupt);
  for (const char* text : {"{\"backups\":\"bk_1\"}", "{\"backups\":[1]}", "{\"backups\":{}}"}) {
    EXPECT_EQ(parse_forget_parameters(text).error().code, ErrorCode::kCorrupt) << text;
  }
}

}  // namespace
}  // namespace skyhold
