#include <atomic>
#include <thread>

#include "access/access_test_support.h"
#include "base/encoding.h"

namespace skyhold {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// RFC 6238, appendix B: the SHA-1 rows, of eight digits.
TEST(TotpCode, AgreesWithTheRfc) {
  const std::string secret = "12345678901234567890";
  const std::pair<std::int64_t, std::string_view> rows[] = {
      {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
      {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [at_seconds, code] : rows) {
    EXPECT_EQ(totp_code(as_bytes(secret), at_seconds / 30, 8), code) << at_seconds;
    if (at_seconds > 9'000'000'000) continue;  // beyond the nanoseconds of an Instant
    const Instant at{seconds(at_seconds)};
    EXPECT_EQ(totp_step(at), at_seconds / 30);
    EXPECT_EQ(matching_totp_step(as_bytes(secret), code.substr(2), at, 0), at_seconds / 30);
  }
}

TEST(TotpCode, IsTakenOneStepEarlyOrLateAndOnlyForwards) {
  const std::string secret = "12345678901234567890";
  const Instant now{seconds(1'795'395'600)};
  const std::int64_t step = totp_step(now);
  for (const int off : {-1, 0, 1}) {
    EXPECT_EQ(matching_totp_step(as_bytes(secret), totp_code(as_bytes(secret), step + off), now, 0),
              step + off);
  }
  for (const int off : {-2, 2}) {
    EXPECT_FALSE(matching_totp_step(as_bytes(secret), totp_code(as_bytes(secret), step + off), now, 0))
        << off;
  }
  EXPECT_FALSE(matching_totp_step(as_bytes(secret), totp_code(as_bytes(secret), step), now, step));
  EXPECT_FALSE(matching_totp_step(as_bytes(secret), "", now, 0));
}

TEST(TotpCode, TellsAppsTheSecret) {
  // RFC 4648, section 10, without padding.
  EXPECT_EQ(base32_encode(as_bytes("")), "");
  EXPECT_EQ(base32_encode(as_bytes("f")), "MY");
  EXPECT_EQ(base32_encode(as_bytes("foob")), "MZXW6YQ");
  EXPECT_EQ(base32_encode(as_bytes("foobar")), "MZXW6YTBOI");
  EXPECT_EQ(totp_uri("a+b@example.com", "MY"),
            "otpauth://totp/"
            "Skyhold:a%2Bb%40example.com?secret=MY&issuer=Skyhold&algorithm=SHA1&digits=6&period=30");
}

class TotpTest : public AccessTest {};
INSTANTIATE_TEST_SUITE_P(Both, TotpTest, kSqlDialects, sql_dialect_name);

TEST_P(TotpTest, APasswordAloneIsNobodyUntilTheCodeIsGiven) {
  const NewSession before = sign_in();
  const NewSession elsewhere = sign_in();
  const std::string secret = give_totp(before.principal);
  EXPECT_TRUE(must(access_->by_cookie(before.cookie)).account.has_totp);
  EXPECT_TRUE(is_nobody(elsewhere.cookie)) << "it came in by a password alone";

  const NewSession pending = sign_in();
  EXPECT_FALSE(pending.principal.signed_in);
  EXPECT_TRUE(pending.principal.needs_totp);
  EXPECT_EQ(pending.principal.role_in(""), Role::kNone);
  const Principal waiting = must(access_->by_cookie(pending.cookie));
  EXPECT_FALSE(waiting.signed_in);
  EXPECT_TRUE(waiting.needs_totp);
  EXPECT_EQ(waiting.role_in(""), Role::kNone);
  EXPECT_EQ(waiting.visible_projects(), std::vector<std::string>{});
  EXPECT_EQ(code_of(access_->sessions(waiting)), ErrorCode::kPermissionDenied);

  const NewSession session = must(access_->confirm_totp(pending.cookie, code_now(secret), kHere));
  EXPECT_TRUE(session.principal.signed_in);
  EXPECT_EQ(session.principal.role_in(""), Role::kOperator);
  EXPECT_NE(session.principal.session_id, pending.principal.session_id);
  EXPECT_NE(session.cookie, pending.cookie);
  EXPECT_FALSE(must(access_->by_cookie(pending.cookie)).needs_totp) << "the old cookie is nothing any more";
  EXPECT_FALSE(is_nobody(session.cookie));
}

TEST_P(TotpTest, ACodeIsGoodOnce) {
  const std::string secret = give_totp(sign_in().principal);
  const NewSession first = sign_in();
  const NewSession second = sign_in();
  const std::string code = code_now(secret);
  must(access_->confirm_totp(first.cookie, code, kHere));
  EXPECT_EQ(code_of(access_->confirm_totp(second.cookie, code, kHere)), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(access_->confirm_totp(second.cookie, code_now(secret, -1), kHere)),
            ErrorCode::kPermissionDenied)
      << "one that is older than a used one";
  EXPECT_TRUE(access_->confirm_totp(second.cookie, code_now(secret, 1), kHere));
}

TEST_P(TotpTest, OfTwoWithTheSameCodeOneWins) {
  const std::string secret = give_totp(sign_in().principal);
  for (int round = 0; round < 5; ++round) {
    clock_.advance(seconds(90));
    const std::string code = code_now(secret);
    const NewSession pending[] = {sign_in(), sign_in()};
    std::atomic<int> winners = 0;
    std::vector<std::thread> threads;
    for (const NewSession& session : pending) {
      threads.emplace_back([&, cookie = session.cookie] {
        if (access_->confirm_totp(cookie, code, kHere)) ++winners;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
  }
}

TEST_P(TotpTest, CodesCannotBeGuessed) {
  const std::string secret = give_totp(sign_in().principal);
  for (int i = 0; i < 5; ++i) {
    // A right password in between does not reset the count.
    const NewSession pending =
        must(try_sign_in("alice@example.com", kAlicesPassword, fmt::format("192.0.2.{}", i)));
    EXPECT_EQ(code_of(access_->confirm_totp(pending.cookie, "000000", fmt::format("192.0.2.{}", i))),
              ErrorCode::kPermissionDenied);
  }
  const NewSession pending = sign_in();
  EXPECT_EQ(code_of(access_->confirm_totp(pending.cookie, code_now(secret), kElsewhere)),
            ErrorCode::kUnavailable);
  clock_.advance(seconds(2));
  EXPECT_TRUE(access_->confirm_totp(pending.cookie, code_now(secret), kElsewhere));
}

TEST_P(TotpTest, ASignInDoesNotWaitForItsCodeForever) {
  const std::string secret = give_totp(sign_in().principal);
  const NewSession pending = sign_in();
  clock_.advance(minutes(10));
  EXPECT_EQ(code_of(access_->confirm_totp(pending.cookie, code_now(secret), kHere)),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(access_->confirm_totp("no cookie", code_now(secret), kHere)),
            ErrorCode::kPermissionDenied);
}

TEST_P(TotpTest, EachRecoveryCodeIsGoodOnce) {
  std::vector<std::string> codes;
  give_totp(sign_in().principal, &codes);
  ASSERT_EQ(codes.size(), 10U);
  const std::string kept = everything_in("access_recovery_codes", "account_id, digest");
  for (const std::string& code : codes) EXPECT_EQ(kept.find(code), std::string::npos);

  // As people type: in capitals and without dashes.
  std::string typed;
  for (const char character : codes[3]) {
    if (character != '-') typed.push_back(static_cast<char>(std::toupper(character)));
  }
  EXPECT_TRUE(access_->confirm_totp(sign_in().cookie, typed, kHere));
  EXPECT_EQ(code_of(access_->confirm_totp(sign_in().cookie, codes[3], kHere)), ErrorCode::kPermissionDenied);
  EXPECT_TRUE(access_->confirm_totp(sign_in().cookie, codes[4], kHere));
}

TEST_P(TotpTest, ASetupNeedsACodeAndAnEndNeedsThePassword) {
  const NewSession session = sign_in();
  EXPECT_EQ(code_of(access_->enable_totp(session.principal, "000000")), ErrorCode::kInvalidArgument);
  must(access_->begin_totp(session.principal));
  EXPECT_EQ(code_of(access_->enable_totp(session.principal, "12345")), ErrorCode::kPermissionDenied);
  EXPECT_FALSE(must(access_->by_cookie(session.cookie)).account.has_totp);
  give_totp(session.principal);
  EXPECT_EQ(code_of(access_->begin_totp(session.principal)), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code_of(access_->disable_totp(session.principal, "wrong")), ErrorCode::kPermissionDenied);
  must(access_->disable_totp(session.principal, kAlicesPassword));
  EXPECT_TRUE(sign_in().principal.signed_in);
  EXPECT_EQ(count_of("access_recovery_codes"), 0);
  EXPECT_EQ(code_of(access_->disable_totp(session.principal, kAlicesPassword)), ErrorCode::kNotFound);
}

TEST_P(TotpTest, ASecretIsWrappedForItsAccountOnly) {
  const NewSession session = sign_in();
  const std::string secret = give_totp(session.principal);
  const std::string wrapped = everything_in("access_accounts", "wrapped_totp");
  EXPECT_EQ(wrapped.find(secret), std::string::npos);
  EXPECT_EQ(wrapped.find(base32_encode(as_bytes(secret))), std::string::npos);
  EXPECT_EQ(wrapped.find(base64_encode(as_bytes(secret))), std::string::npos);

  // Somebody who can write to the database gives another account her own second factor.
  make_person("mallory");
  must(database_->write([](SqlSession& sql) {
    return sql.execute(
        "UPDATE access_accounts SET wrapped_totp = (SELECT wrapped_totp FROM access_accounts "
        "WHERE name = 'alice@example.com') WHERE name = 'mallory'");
  }));
  const NewSession pending = sign_in_person("mallory");
  EXPECT_EQ(code_of(access_->confirm_totp(pending.cookie, code_now(secret), kHere)), ErrorCode::kWrongKey);
}

TEST_P(TotpTest, AnOperatorHelpsWhoLostTheirs) {
  const NewSession session = sign_in();
  give_totp(session.principal);
  must(access_->remove_totp(alice_.id));
  EXPECT_TRUE(is_nobody(session.cookie));
  EXPECT_TRUE(sign_in().principal.signed_in);
}

}  // namespace
}  // namespace skyhold
