#include "access/access_test_support.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class SessionsTest : public AccessTest {};
INSTANTIATE_TEST_SUITE_P(Both, SessionsTest, kSqlDialects, sql_dialect_name);

TEST_P(SessionsTest, SomebodySignsInIsKnownAndSignsOut) {
  const NewSession session = sign_in("ALICE@example.COM");
  EXPECT_TRUE(session.principal.signed_in);
  EXPECT_EQ(session.principal.account.last_sign_in_at, clock_.now());
  EXPECT_EQ(session.cookie.size(), 43U);

  const Principal who = must(access_->by_cookie(session.cookie));
  EXPECT_TRUE(who.signed_in);
  EXPECT_EQ(who.account.name, "alice@example.com");
  EXPECT_EQ(who.session_id, session.principal.session_id);
  EXPECT_EQ(who.csrf_token, session.principal.csrf_token);
  EXPECT_EQ(who.role_in(""), Role::kOperator);

  must(access_->sign_out(who));
  EXPECT_TRUE(is_nobody(session.cookie));
}

TEST_P(SessionsTest, WhatIsNoCookieIsNobody) {
  sign_in();
  EXPECT_TRUE(is_nobody(""));
  EXPECT_TRUE(is_nobody("short"));
  EXPECT_TRUE(is_nobody(std::string(43, 'A')));
  EXPECT_TRUE(is_nobody(std::string(43, '\0')));
  EXPECT_TRUE(is_nobody(std::string(100'000, 'x')));
}

TEST_P(SessionsTest, NothingInTheDatabaseOpensASession) {
  const NewSession session = sign_in();
  const std::string kept = everything_in("access_sessions", "id, digest, account_id, address, user_agent");
  EXPECT_EQ(kept.find(session.cookie), std::string::npos);
  EXPECT_EQ(kept.find(session.principal.csrf_token), std::string::npos);
  const std::string accounts = everything_in("access_accounts", "id, name, password_hash, wrapped_totp");
  EXPECT_EQ(accounts.find(kAlicesPassword), std::string::npos);
  EXPECT_NE(accounts.find("$argon2id$"), std::string::npos);
}

// An attacker who plants a cookie, or knows an old one, gains nothing when its owner signs in.
TEST_P(SessionsTest, EverySignInAndEveryNewPasswordIsAnotherSession) {
  const NewSession first = sign_in();
  const NewSession second = sign_in();
  EXPECT_NE(first.cookie, second.cookie);
  EXPECT_NE(first.principal.session_id, second.principal.session_id);
  EXPECT_NE(first.principal.csrf_token, second.principal.csrf_token);

  const NewSession renewed =
      must(access_->change_password_and_renew(second.principal, kAlicesPassword, "an unlikely teapot sings"));
  EXPECT_NE(renewed.principal.session_id, second.principal.session_id);
  EXPECT_TRUE(is_nobody(first.cookie));
  EXPECT_TRUE(is_nobody(second.cookie));
  EXPECT_FALSE(is_nobody(renewed.cookie));
}

TEST_P(SessionsTest, ANewPasswordEndsAllOtherSessions) {
  const NewSession here = sign_in();
  const NewSession there = sign_in();
  must(access_->change_password(here.principal, kAlicesPassword, "an unlikely teapot sings"));
  EXPECT_FALSE(is_nobody(here.cookie));
  EXPECT_TRUE(is_nobody(there.cookie));
  EXPECT_EQ(code_of(try_sign_in("alice@example.com", kAlicesPassword)), ErrorCode::kPermissionDenied);
  EXPECT_TRUE(try_sign_in("alice@example.com", "an unlikely teapot sings"));
}

TEST_P(SessionsTest, ASessionEndsWhenNobodyUsesIt) {
  const NewSession session = sign_in();
  for (int i = 0; i < 3; ++i) {
    clock_.advance(minutes(59));
    EXPECT_FALSE(is_nobody(session.cookie)) << i;
  }
  clock_.advance(minutes(60));
  EXPECT_TRUE(is_nobody(session.cookie));
}

TEST_P(SessionsTest, ASessionEndsAfterTwelveHoursEvenInUse) {
  const NewSession session = sign_in();
  for (int i = 0; i < 23; ++i) {
    clock_.advance(minutes(30));
    EXPECT_FALSE(is_nobody(session.cookie)) << i;
  }
  clock_.advance(minutes(30));
  EXPECT_TRUE(is_nobody(session.cookie));
}

TEST_P(SessionsTest, ARenewedSessionDoesNotLiveLonger) {
  const NewSession session = sign_in();
  clock_.advance(minutes(50));
  const NewSession renewed = must(
      access_->change_password_and_renew(session.principal, kAlicesPassword, "an unlikely teapot sings"));
  for (int i = 0; i < 22; ++i) {
    clock_.advance(minutes(30));
    EXPECT_FALSE(is_nobody(renewed.cookie)) << i;
  }
  clock_.advance(minutes(10));
  EXPECT_TRUE(is_nobody(renewed.cookie));
}

TEST_P(SessionsTest, LastSeenIsWrittenOnceAMinute) {
  const NewSession session = sign_in();
  const Instant start = clock_.now();
  clock_.advance(seconds(59));
  EXPECT_FALSE(is_nobody(session.cookie));
  EXPECT_EQ(must(access_->sessions(session.principal)).front().last_seen_at, start);
  clock_.advance(seconds(1));
  EXPECT_FALSE(is_nobody(session.cookie));
  EXPECT_EQ(must(access_->sessions(session.principal)).front().last_seen_at, clock_.now());
}

TEST_P(SessionsTest, PeopleSeeAndEndTheirOwnSessions) {
  make_person("bob");
  const NewSession bobs = sign_in_person("bob");
  const NewSession laptop = sign_in();
  clock_.advance(seconds(1));
  const NewSession phone =
      must(access_->sign_in("alice@example.com", kAlicesPassword, kElsewhere, "a phone\n"));

  const auto sessions = must(access_->sessions(phone.principal));
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_TRUE(sessions[0].current);
  EXPECT_EQ(sessions[0].address, kElsewhere);
  EXPECT_EQ(sessions[0].user_agent, "a phone\\u000a");
  EXPECT_FALSE(sessions[1].current);
  EXPECT_EQ(sessions[1].id, laptop.principal.session_id);

  must(access_->end_session(phone.principal, laptop.principal.session_id));
  EXPECT_TRUE(is_nobody(laptop.cookie));
  EXPECT_EQ(code_of(access_->end_session(phone.principal, bobs.principal.session_id)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(access_->end_session(phone.principal, std::string("se_\0", 4))), ErrorCode::kNotFound);
  EXPECT_FALSE(is_nobody(bobs.cookie));
}

TEST_P(SessionsTest, SomebodyWhoIsDisabledIsNobodyAtOnce) {
  Account bob = make_person("bob");
  const NewSession session = sign_in_person("bob");
  bob.enabled = false;
  must(access_->update_account(bob));
  EXPECT_TRUE(is_nobody(session.cookie));
  EXPECT_EQ(code_of(try_sign_in("bob", kPersonsPassword)), ErrorCode::kPermissionDenied);
  bob.enabled = true;
  must(access_->update_account(bob));
  EXPECT_TRUE(is_nobody(session.cookie)) << "an old session came to life again";
}

TEST_P(SessionsTest, AnAccountHasABoundedNumberOfSessions) {
  const NewSession first = sign_in();
  for (int i = 0; i < 50; ++i) {
    clock_.advance(seconds(1));
    sign_in();
  }
  EXPECT_EQ(count_of("access_sessions"), 50);
  EXPECT_TRUE(is_nobody(first.cookie));
}

TEST_P(SessionsTest, SweepingRemovesWhatHasEnded) {
  sign_in();
  clock_.advance(minutes(30));
  const NewSession later = sign_in();
  EXPECT_FALSE(try_sign_in("nobody", "wrong"));
  clock_.advance(minutes(45));
  must(access_->sweep());
  EXPECT_EQ(count_of("access_sessions"), 1);
  EXPECT_FALSE(is_nobody(later.cookie));
  EXPECT_EQ(count_of("access_attempts"), 0);
}

}  // namespace
}  // namespace skyhold
