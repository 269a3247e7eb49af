#include "access/access_dump.h"

#include "access/access_test_support.h"

namespace skyhold {
namespace {

class AccessDumpTest : public AccessTest {};
INSTANTIATE_TEST_SUITE_P(Both, AccessDumpTest, kSqlDialects, sql_dialect_name);

TEST_P(AccessDumpTest, EverybodyComesBackOnAnotherMachine) {
  std::vector<std::string> recovery_codes;
  const NewSession session = sign_in();
  const std::string secret = give_totp(session.principal, &recovery_codes);
  const auto token = must(access_->create_token(session.principal, {.name = "all", .most = Role::kOperator}));
  make_person("bob");
  must(access_->put_member("acme", "bob", Role::kAdmin));
  const auto invited = must(access_->put_member("acme", "carol", Role::kUser, "Carol"));
  const std::string dump = must(access_->dump());
  for (const std::string& hidden :
       {secret, token.secret, session.cookie, recovery_codes[0], invited.one_time_password,
        std::string(kAlicesPassword), std::string("203.0.113.9")}) {
    EXPECT_EQ(dump.find(hidden), std::string::npos);
  }

  // The other kind of database, with the same master key.
  const auto place =
      make_sql_place(GetParam() == SqlDialect::kSqlite ? SqlDialect::kPostgresql : SqlDialect::kSqlite);
  const auto database = place->open();
  const auto recovered = must(Access::open(*database, master_key_, clock_, options_));
  must(recovered->load(dump));
  EXPECT_EQ(must(recovered->dump()), dump);
  EXPECT_GT(must(recovered->revision()), 0);

  EXPECT_FALSE(must(recovered->by_cookie(session.cookie)).signed_in);
  const auto pending = must(recovered->sign_in("alice@example.com", kAlicesPassword, kHere, ""));
  EXPECT_TRUE(recovered->confirm_totp(pending.cookie, code_now(secret), kHere));
  const auto again = must(recovered->sign_in("alice@example.com", kAlicesPassword, kHere, ""));
  EXPECT_TRUE(recovered->confirm_totp(again.cookie, recovery_codes[0], kHere));
  EXPECT_EQ(must(recovered->by_token(token.secret)).role_in(""), Role::kOperator);
  EXPECT_EQ(must(recovered->sign_in("bob", kPersonsPassword, kHere, "")).principal.role_in("acme"),
            Role::kAdmin);
  EXPECT_TRUE(must(recovered->sign_in("carol", invited.one_time_password, kHere, ""))
                  .principal.account.must_change_password);

  EXPECT_EQ(code_of(recovered->load(dump)), ErrorCode::kAlreadyExists);
}

TEST_P(AccessDumpTest, TheRevisionRisesWithWhatADumpHolds) {
  std::int64_t before = must(access_->revision());
  const auto rises = [&] {
    const std::int64_t now = must(access_->revision());
    return std::exchange(before, now) < now;
  };
  const NewSession session = sign_in();
  EXPECT_FALSE(rises()) << "a sign-in";
  make_person("bob");
  EXPECT_TRUE(rises());
  must(access_->put_member("acme", "bob", Role::kAdmin));
  EXPECT_TRUE(rises());
  const auto token = must(access_->create_token(session.principal, {.name = "t"}));
  EXPECT_TRUE(rises());
  EXPECT_TRUE(must(access_->by_token(token.secret)).signed_in);
  EXPECT_FALSE(rises()) << "the use of a token";
  std::vector<std::string> codes;
  give_totp(session.principal, &codes);
  EXPECT_TRUE(rises());
  EXPECT_TRUE(access_->confirm_totp(sign_in().cookie, codes[0], kHere));
  EXPECT_TRUE(rises()) << "a recovery code must not come back";
  must(access_->change_password(session.principal, kAlicesPassword, "an unlikely teapot sings"));
  EXPECT_TRUE(rises());
}

TEST_P(AccessDumpTest, ADumpThatIsNotWholeIsRefused) {
  make_person("bob");
  must(access_->put_member("acme", "bob", Role::kAdmin));
  const std::string dump = must(access_->dump());
  ASSERT_TRUE(parse_access_dump(dump));
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = dump;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  EXPECT_EQ(code_of(parse_access_dump("")), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parse_access_dump("[]")), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parse_access_dump(dump.substr(0, dump.size() - 1))), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parse_access_dump(std::string(100'000, '['))), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parse_access_dump(changed("\"version\":2", "\"version\":3"))), ErrorCode::kUnsupported);
  EXPECT_EQ(code_of(parse_access_dump(changed("skyhold-access", "skyhold-catalog"))), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parse_access_dump(changed("\"name\":\"bob\"", "\"name\":\"Alice@example.com\""))),
            ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parse_access_dump(changed("$argon2id$", "$2b$"))), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parse_access_dump(changed("\"role\":\"admin\"", "\"role\":\"operator\""))),
            ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parse_access_dump(changed("\"account_id\":\"ac_", "\"account_id\":\"ac_x"))),
            ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parse_access_dump(changed("\"enabled\":true", "\"enabled\":1"))), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace skyhold
