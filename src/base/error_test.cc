#include "base/error.h"

#include <cerrno>
#include <set>

#include <gtest/gtest.h>

#include "base/cancel.h"
#include "base/result.h"

namespace skyhold {
namespace {

constexpr auto kLastCode = ErrorCode::kInternal;

TEST(Error, EveryCodeHasItsRowAndAnExitCodeThatMeansFailure) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(kLastCode); ++i) {
    const ErrorTraits& row = traits(static_cast<ErrorCode>(i));
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " is there twice";
    EXPECT_GT(row.exit_code, 0) << row.name;
    EXPECT_LT(row.exit_code, 256) << row.name;
    EXPECT_GE(row.http_status, 200) << row.name;
    EXPECT_LT(row.http_status, 600) << row.name;
  }
}

// Scripts depend on these.
TEST(Error, ExitCodesStayAsTheyAre) {
  EXPECT_EQ(traits(ErrorCode::kInternal).exit_code, 1);
  EXPECT_EQ(traits(ErrorCode::kInvalidArgument).exit_code, 2);
  EXPECT_EQ(traits(ErrorCode::kDegraded).exit_code, 3);
  EXPECT_EQ(traits(ErrorCode::kNotFound).exit_code, 4);
  EXPECT_EQ(traits(ErrorCode::kCorrupt).exit_code, 7);
  EXPECT_EQ(traits(ErrorCode::kCancelled).exit_code, 130);
}

TEST(Error, ContextGoesInFrontAndKeepsTheRest) {
  const Error error = Error{ErrorCode::kNoSpace, "disk full", "free some"}.in("writing pack 1a2b");
  EXPECT_EQ(error.code, ErrorCode::kNoSpace);
  EXPECT_EQ(error.message, "writing pack 1a2b: disk full");
  EXPECT_EQ(to_string(error), "writing pack 1a2b: disk full\n  hint: free some");
  EXPECT_EQ(to_string(Error{ErrorCode::kBusy, "locked", ""}), "locked");
}

TEST(Error, ErrnoGetsTheCodeThatFits) {
  EXPECT_EQ(error_from_errno(ENOENT, "cannot open /x").code, ErrorCode::kNotFound);
  EXPECT_EQ(error_from_errno(ENOENT, "cannot open /x").message, "cannot open /x: No such file or directory");
  EXPECT_EQ(error_from_errno(EEXIST, "").code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(error_from_errno(EACCES, "").code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(error_from_errno(EROFS, "").code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(error_from_errno(ENOSPC, "").code, ErrorCode::kNoSpace);
  EXPECT_EQ(error_from_errno(EDQUOT, "").code, ErrorCode::kNoSpace);
  EXPECT_EQ(error_from_errno(EIO, "").code, ErrorCode::kUnavailable);
  EXPECT_EQ(error_from_errno(EBADF, "").code, ErrorCode::kInternal);
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorCode::kInvalidArgument, "odd");
  return number / 2;
}
Result<int> quarter(int number) {
  return half(TRY(half(number)));
}
Status check_quarter(int number) {
  TRY(quarter(number));
  return {};
}

TEST(Result, TryHandsTheValueOnOrTheErrorBack) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_TRUE(check_quarter(4));
  EXPECT_EQ(check_quarter(3).error().code, ErrorCode::kInvalidArgument);
}

TEST(CancelToken, StaysCancelled) {
  CancelToken token;
  EXPECT_TRUE(token.check());
  token.cancel();
  EXPECT_EQ(token.check().error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(token.cancelled());
}

}  // namespace
}  // namespace skyhold
