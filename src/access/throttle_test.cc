#include "access/throttle.h"

#include <atomic>
#include <thread>

#include "access/access_test_support.h"

namespace skyhold {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class ThrottleTest : public AccessTest {
 protected:
  // The wait that the next try is told, after a wrong password when it was let through.
  milliseconds wait_of(std::string_view name, std::string_view address) {
    const auto tried = try_sign_in(name, "wrong", address);
    EXPECT_FALSE(tried);
    return tried ? milliseconds{0} : tried.error().retry_after;
  }
  void fail_times(int times, std::string_view name, std::string_view address) {
    for (int i = 0; i < times; ++i) {
      EXPECT_EQ(code_of(try_sign_in(name, "wrong", address)), ErrorCode::kPermissionDenied) << i;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Both, ThrottleTest, kSqlDialects, sql_dialect_name);

TEST_P(ThrottleTest, WrongPasswordsAreSlowedDownTwiceAsLongEachTime) {
  fail_times(5, "alice@example.com", kHere);
  for (const int wait : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900}) {
    EXPECT_EQ(wait_of("alice@example.com", kHere), seconds(wait));
    // Even the right password is not looked at, and trying does not make the wait longer.
    EXPECT_EQ(code_of(try_sign_in("alice@example.com", kAlicesPassword)), ErrorCode::kUnavailable);
    clock_.advance(seconds(wait));
    if (wait < 900) fail_times(1, "alice@example.com", kHere);
  }
  EXPECT_TRUE(try_sign_in("alice@example.com", kAlicesPassword));
}

TEST_P(ThrottleTest, ANameIsSlowedDownFromEverywhereAndAnAddressForEveryName) {
  make_person("bob");
  fail_times(5, "alice@example.com", kHere);
  EXPECT_EQ(code_of(try_sign_in("Alice@Example.com", kAlicesPassword, kElsewhere)), ErrorCode::kUnavailable);
  EXPECT_EQ(code_of(try_sign_in("bob", kPersonsPassword, kHere)), ErrorCode::kUnavailable);
  EXPECT_TRUE(try_sign_in("bob", kPersonsPassword, kElsewhere));
}

TEST_P(ThrottleTest, SuccessForgivesTheNameButNotTheAddress) {
  make_person("bob");
  fail_times(4, "alice@example.com", kHere);
  sign_in();
  fail_times(1, "alice@example.com", kElsewhere);
  EXPECT_TRUE(try_sign_in("alice@example.com", kAlicesPassword, kElsewhere)) << "its failures were forgiven";
  fail_times(1, "bob", kHere);
  EXPECT_EQ(code_of(try_sign_in("bob", kPersonsPassword, kHere)), ErrorCode::kUnavailable)
      << "the address had failed four times before";
}

TEST_P(ThrottleTest, ManyWhoSignInRightlyFromOneAddressAreNotSlowedDown) {
  for (int i = 0; i < 20; ++i) sign_in();
  EXPECT_EQ(count_of("access_attempts"), 0);
}

TEST_P(ThrottleTest, FailuresAreForgivenInTimeThoughOthersSignInMeanwhile) {
  make_person("bob");
  fail_times(4, "alice@example.com", kHere);
  for (int i = 0; i < 24; ++i) {
    clock_.advance(minutes(5));
    sign_in_person("bob");
  }
  fail_times(4, "alice@example.com", kHere);
}

TEST_P(ThrottleTest, NamesThatNobodyHasAreTreatedAlike) {
  const auto unknown = try_sign_in("nobody", "wrong", "192.0.2.1");
  const auto wrong = try_sign_in("alice@example.com", "wrong", "192.0.2.2");
  ASSERT_FALSE(unknown);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(unknown.error().code, wrong.error().code);
  EXPECT_EQ(unknown.error().message, wrong.error().message);
  EXPECT_EQ(unknown.error().hint, wrong.error().hint);
  fail_times(4, "nobody", "192.0.2.1");
  EXPECT_EQ(wait_of("nobody", "192.0.2.3"), seconds(1));
  // Whatever bytes somebody sends as a name.
  EXPECT_EQ(code_of(try_sign_in("", "wrong", "192.0.2.4")), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(try_sign_in(std::string_view("a\0b", 3), "wrong", "192.0.2.4")),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(try_sign_in("\xff\xfe", std::string(100'000, 'x'), "\xff")),
            ErrorCode::kPermissionDenied);
}

TEST_P(ThrottleTest, ItOutlivesARestart) {
  fail_times(5, "alice@example.com", kHere);
  access_ = open();
  EXPECT_EQ(code_of(try_sign_in("alice@example.com", kAlicesPassword)), ErrorCode::kUnavailable);
}

TEST_P(ThrottleTest, GuessesAtTheSameTimeAreCountedLikeOthers) {
  std::atomic<int> looked_at = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) {
        const auto tried = try_sign_in("alice@example.com", "wrong");
        if (!tried && tried.error().code == ErrorCode::kPermissionDenied) ++looked_at;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(looked_at, 5);
}

TEST_P(ThrottleTest, ACurrentPasswordCannotBeGuessedFromASession) {
  const NewSession session = sign_in();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(code_of(access_->change_password(session.principal, "wrong", "an unlikely teapot sings")),
              ErrorCode::kPermissionDenied);
  }
  EXPECT_EQ(code_of(access_->change_password(session.principal, kAlicesPassword, "an unlikely teapot sings")),
            ErrorCode::kUnavailable);
}

TEST_P(ThrottleTest, AFloodOfNamesTakesBoundedRowsAndFreesNoneThatIsBlocked) {
  options_.most_attempt_rows = 20;
  access_ = open();
  fail_times(5, "alice@example.com", kHere);
  for (int i = 0; i < 40; ++i) {
    fail_times(1, fmt::format("nobody{}", i), fmt::format("198.51.100.{}", i));
  }
  EXPECT_LE(count_of("access_attempts"), 21);
  EXPECT_EQ(code_of(try_sign_in("alice@example.com", kAlicesPassword)), ErrorCode::kUnavailable);
}

TEST(ThrottleKeys, CountAWholeIpv6NetworkAsOneAddress) {
  EXPECT_EQ(attempts_from("2001:db8:1:2:3:4:5:6"), attempts_from("2001:DB8:1:2::9"));
  EXPECT_NE(attempts_from("2001:db8:1:2::9"), attempts_from("2001:db8:1:3::9"));
  EXPECT_EQ(attempts_from("::ffff:203.0.113.9"), attempts_from("203.0.113.9"));
  EXPECT_NE(attempts_from("203.0.113.9"), attempts_from("203.0.113.10"));
  EXPECT_NE(attempts_of_name("203.0.113.9"), attempts_from("203.0.113.9"));
}

}  // namespace
}  // namespace skyhold
