// What people and their tokens may do, and where.
#include "access/access_test_support.h"
#include "access/secrets.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;

// What a token of each reach leaves of what its account may do, in three places.
TEST(RoleIn, IsTheLeastOfAccountAndToken) {
  struct Row {
    bool is_operator;
    Role member_of_acme;
    std::optional<Role> token_most;  // none: a session
    std::string_view token_project;
    Role in_acme, in_other, on_platform;
  };
  constexpr Role kNone = Role::kNone, kUser = Role::kUser, kAdmin = Role::kAdmin, kOperator = Role::kOperator;
  const Row rows[] = {
      // sessions
      {false, kNone, {}, "", kNone, kNone, kNone},
      {false, kUser, {}, "", kUser, kNone, kNone},
      {false, kAdmin, {}, "", kAdmin, kNone, kNone},
      {true, kNone, {}, "", kOperator, kOperator, kOperator},
      {true, kUser, {}, "", kOperator, kOperator, kOperator},
      // tokens of a user
      {false, kUser, kUser, "", kUser, kNone, kNone},
      {false, kUser, kAdmin, "", kUser, kNone, kNone},
      {false, kUser, kOperator, "", kUser, kNone, kNone},
      {false, kUser, kAdmin, "acme", kUser, kNone, kNone},
      {false, kUser, kAdmin, "other", kNone, kNone, kNone},
      // tokens of an admin
      {false, kAdmin, kUser, "", kUser, kNone, kNone},
      {false, kAdmin, kAdmin, "", kAdmin, kNone, kNone},
      {false, kAdmin, kOperator, "", kAdmin, kNone, kNone},
      {false, kAdmin, kUser, "acme", kUser, kNone, kNone},
      {false, kAdmin, kAdmin, "other", kNone, kNone, kNone},
      // tokens of an operator
      {true, kNone, kUser, "", kUser, kUser, kNone},
      {true, kNone, kAdmin, "", kAdmin, kAdmin, kNone},
      {true, kNone, kOperator, "", kOperator, kOperator, kOperator},
      {true, kNone, kAdmin, "acme", kAdmin, kNone, kNone},
      {true, kNone, kOperator, "acme", kOperator, kNone, kNone},
      {true, kNone, kNone, "", kNone, kNone, kNone},
  };
  for (const Row& row : rows) {
    Principal who;
    who.account.is_operator = row.is_operator;
    who.signed_in = true;
    if (row.member_of_acme != kNone)
      who.memberships.push_back({.project = "acme", .role = row.member_of_acme});
    if (row.token_most) {
      who.token = ApiToken{};
      who.token->most = *row.token_most;
      who.token->project = row.token_project;
    }
    SCOPED_TRACE(testing::Message() << "row " << &row - rows);
    EXPECT_EQ(who.role_in("acme"), row.in_acme);
    EXPECT_EQ(who.role_in("other"), row.in_other);
    EXPECT_EQ(who.role_in(""), row.on_platform);
    // What it may do nothing in, it does not see, and the other way round.
    const auto visible = who.visible_projects();
    if (visible && row.token_most != kNone) {
      const bool sees_acme = std::find(visible->begin(), visible->end(), "acme") != visible->end();
      EXPECT_EQ(sees_acme, row.in_acme != kNone);
    }
    EXPECT_EQ(!visible.has_value(), row.is_operator && row.token_project.empty());

    who.signed_in = false;
    EXPECT_EQ(who.role_in("acme"), kNone);
    EXPECT_EQ(who.role_in(""), kNone);
  }
}

class RolesTest : public AccessTest {};
INSTANTIATE_TEST_SUITE_P(Both, RolesTest, kSqlDialects, sql_dialect_name);

TEST_P(RolesTest, MembersJoinChangeAndLeave) {
  make_person("bob");
  const NewSession session = sign_in_person("bob");
  const Instant joined = clock_.now();
  EXPECT_TRUE(must(access_->put_member("acme", "BOB", Role::kUser)).one_time_password.empty());
  EXPECT_EQ(must(access_->by_cookie(session.cookie)).role_in("acme"), Role::kUser);
  EXPECT_EQ(must(access_->by_cookie(session.cookie)).visible_projects(), std::vector<std::string>{"acme"});

  clock_.advance(seconds(10));
  must(access_->put_member("acme", "bob", Role::kAdmin));
  const auto members = must(access_->members("acme"));
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0].account_name, "bob");
  EXPECT_EQ(members[0].role, Role::kAdmin);
  EXPECT_EQ(members[0].since, joined);

  must(access_->remove_member("acme", session.principal.account.id));
  EXPECT_EQ(must(access_->by_cookie(session.cookie)).role_in("acme"), Role::kNone);
  EXPECT_EQ(code_of(access_->remove_member("acme", session.principal.account.id)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(access_->put_member("acme", "bob", Role::kOperator)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(access_->put_member("../acme", "bob", Role::kUser)), ErrorCode::kInvalidArgument);
}

TEST_P(RolesTest, WhoIsNotKnownIsInvited) {
  const auto invited = must(access_->put_member("acme", "new@example.com", Role::kUser, "Somebody New"));
  EXPECT_EQ(invited.member.display_name, "Somebody New");
  const NewSession session = sign_in("new@example.com", invited.one_time_password);
  EXPECT_TRUE(session.principal.account.must_change_password);
  EXPECT_FALSE(session.principal.account.is_operator);
  EXPECT_EQ(session.principal.role_in("acme"), Role::kNone);
  const NewSession renewed = must(
      access_->change_password_and_renew(session.principal, invited.one_time_password, kPersonsPassword));
  EXPECT_EQ(renewed.principal.role_in("acme"), Role::kUser);
}

TEST_P(RolesTest, ATokenIsItsAccountWithinItsLimits) {
  make_person("bob");
  must(access_->put_member("acme", "bob", Role::kAdmin));
  must(access_->put_member("other", "bob", Role::kAdmin));
  const NewSession session = sign_in_person("bob");
  const auto created = must(access_->create_token(
      session.principal,
      {.name = "deploy", .most = Role::kUser, .project = "acme", .expires_at = clock_.now() + hours(1)}));
  EXPECT_TRUE(created.secret.starts_with("skh_"));
  EXPECT_EQ(created.secret.size(), 47U);
  EXPECT_EQ(everything_in("access_tokens", "id, digest, account_id, name").find(created.secret),
            std::string::npos);

  Principal script = must(access_->by_token(created.secret));
  EXPECT_TRUE(script.signed_in);
  EXPECT_TRUE(script.session_id.empty());
  EXPECT_EQ(script.account.name, "bob");
  EXPECT_EQ(script.role_in("acme"), Role::kUser);
  EXPECT_EQ(script.role_in("other"), Role::kNone);
  EXPECT_EQ(script.visible_projects(), std::vector<std::string>{"acme"});
  EXPECT_EQ(must(access_->tokens(session.principal)).front().last_used_at, clock_.now());

  EXPECT_FALSE(must(access_->by_token(created.secret + "x")).signed_in);
  EXPECT_FALSE(must(access_->by_token("skh_" + new_secret())).signed_in);
  clock_.advance(hours(1));
  EXPECT_FALSE(must(access_->by_token(created.secret)).signed_in);
}

TEST_P(RolesTest, ATokenCannotTouchWhatBelongsToThePerson) {
  const NewSession session = sign_in();
  const auto created =
      must(access_->create_token(session.principal, {.name = "all", .most = Role::kOperator}));
  const auto other = must(access_->create_token(session.principal, {.name = "other"}));
  const Principal script = must(access_->by_token(created.secret));
  EXPECT_EQ(script.role_in(""), Role::kOperator);

  const std::vector<Status> refused = {
      access_->change_password(script, kAlicesPassword, kPersonsPassword),
      access_->change_password_and_renew(script, kAlicesPassword, kPersonsPassword).map([](const auto&) {}),
      access_->sign_out(script),
      access_->sessions(script).map([](const auto&) {}),
      access_->end_session(script, session.principal.session_id),
      access_->begin_totp(script).map([](const auto&) {}),
      access_->enable_totp(script, "000000").map([](const auto&) {}),
      access_->disable_totp(script, kAlicesPassword),
      access_->create_token(script, {.name = "another"}).map([](const auto&) {}),
      access_->tokens(script).map([](const auto&) {}),
      access_->delete_token(script, other.token.id),
  };
  for (const Status& status : refused) {
    EXPECT_EQ(code_of(status), ErrorCode::kPermissionDenied);
    EXPECT_THAT(status.error().message, HasSubstr("an API token cannot"));
  }
  EXPECT_FALSE(is_nobody(session.cookie));
}

TEST_P(RolesTest, ATokenMayEndItself) {
  const NewSession session = sign_in();
  const auto created = must(access_->create_token(session.principal, {.name = "login"}));
  const auto other = must(access_->create_token(session.principal, {.name = "other"}));
  const Principal script = must(access_->by_token(created.secret));
  must(access_->delete_token(script, created.token.id));
  EXPECT_FALSE(must(access_->by_token(created.secret)).signed_in);
  EXPECT_TRUE(must(access_->by_token(other.secret)).signed_in);
  EXPECT_EQ(code_of(access_->delete_token(script, created.token.id)), ErrorCode::kNotFound);
}

TEST_P(RolesTest, ATokenEndsWithItsReasonToBe) {
  Account bob = make_person("bob");
  must(access_->put_member("acme", "bob", Role::kAdmin));
  const NewSession session = sign_in_person("bob");
  const auto make = [&] {
    return must(access_->create_token(session.principal, {.name = "script", .project = "acme"}));
  };
  const auto deleted = make();
  must(access_->delete_token(session.principal, deleted.token.id));
  EXPECT_FALSE(must(access_->by_token(deleted.secret)).signed_in);
  EXPECT_EQ(code_of(access_->delete_token(session.principal, deleted.token.id)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(access_->delete_token(sign_in().principal, make().token.id)), ErrorCode::kNotFound);

  const auto orphaned = make();
  must(access_->remove_member("acme", bob.id));
  must(access_->put_member("acme", "bob", Role::kUser));
  EXPECT_FALSE(must(access_->by_token(orphaned.secret)).signed_in);

  const auto forgotten =
      must(access_->create_token(must(access_->by_cookie(session.cookie)), {.name = "x", .project = "acme"}));
  must(access_->forget_project("acme"));
  EXPECT_FALSE(must(access_->by_token(forgotten.secret)).signed_in);
  EXPECT_TRUE(must(access_->members("acme")).empty());

  const auto wide = must(access_->create_token(session.principal, {.name = "wide"}));
  bob.enabled = false;
  must(access_->update_account(bob));
  EXPECT_FALSE(must(access_->by_token(wide.secret)).signed_in);
}

TEST_P(RolesTest, TokensThatMakeNoSenseAreRefused) {
  make_person("bob");
  const Principal bob = sign_in_person("bob").principal;
  EXPECT_EQ(code_of(access_->create_token(bob, {.name = ""})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(access_->create_token(bob, {.name = "a\nb"})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(access_->create_token(bob, {.name = "t", .most = Role::kNone})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(access_->create_token(bob, {.name = "t", .most = Role::kOperator})),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(access_->create_token(bob, {.name = "t", .project = "acme"})),
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(access_->create_token(bob, {.name = "t", .expires_at = clock_.now()})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(access_->create_token(Principal{}, {.name = "t"})), ErrorCode::kPermissionDenied);
}

}  // namespace
}  // namespace skyhold
