#include <thread>

#include "access/access_test_support.h"
#include "access/password_rules.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::HasSubstr;

class AccountsTest : public AccessTest {};
INSTANTIATE_TEST_SUITE_P(Both, AccountsTest, kSqlDialects, sql_dialect_name);

TEST_P(AccountsTest, AOneTimePasswordIsGoodForChangingIt) {
  EXPECT_TRUE(must(access_->has_accounts()));
  const auto created = must(access_->create_account({.name = "bob", .is_operator = true}));
  ASSERT_FALSE(created.one_time_password.empty());
  EXPECT_TRUE(created.account.must_change_password);

  const NewSession session = sign_in("bob", created.one_time_password);
  EXPECT_TRUE(session.principal.signed_in);
  EXPECT_EQ(session.principal.role_in(""), Role::kNone) << "before the password is changed";
  EXPECT_EQ(session.principal.visible_projects(), std::vector<std::string>{});
  EXPECT_EQ(code_of(access_->create_token(session.principal, {.name = "t"})), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(access_->begin_totp(session.principal)), ErrorCode::kPermissionDenied);

  const NewSession renewed = must(
      access_->change_password_and_renew(session.principal, created.one_time_password, kPersonsPassword));
  EXPECT_EQ(renewed.principal.role_in(""), Role::kOperator);
  EXPECT_EQ(code_of(try_sign_in("bob", created.one_time_password)), ErrorCode::kPermissionDenied);
  EXPECT_FALSE(sign_in_person("bob").principal.account.must_change_password);
}

TEST_P(AccountsTest, AOneTimePasswordExpires) {
  const auto created = must(access_->create_account({.name = "bob"}));
  clock_.advance(hours(7 * 24) - milliseconds(1));
  EXPECT_TRUE(try_sign_in("bob", created.one_time_password));
  clock_.advance(milliseconds(1));
  const auto late = try_sign_in("bob", created.one_time_password);
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().message, HasSubstr("expired"));
}

TEST_P(AccountsTest, AResetEndsSessionsAndWaits) {
  make_person("bob");
  const NewSession session = sign_in_person("bob");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(try_sign_in("bob", "forgotten"));
  const std::string one_time_password = must(access_->reset_password(session.principal.account.id));
  EXPECT_TRUE(is_nobody(session.cookie));
  const auto back = try_sign_in("bob", one_time_password, kElsewhere);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->principal.account.must_change_password);
  EXPECT_EQ(code_of(try_sign_in("bob", kPersonsPassword, kElsewhere)), ErrorCode::kPermissionDenied);
  EXPECT_EQ(code_of(access_->reset_password("ac_nobody")), ErrorCode::kNotFound);
}

TEST_P(AccountsTest, NamesAreCheckedAndComparedWithoutCase) {
  EXPECT_EQ(must(access_->account_by_name("ALICE@EXAMPLE.COM")).id, alice_.id);
  EXPECT_EQ(code_of(access_->create_account({.name = "Alice@Example.com"})), ErrorCode::kAlreadyExists);
  for (const std::string_view name :
       {"", " bob", "b b", "bob\n", "böb", "-bob", "anonymous", "Schedule", "a/b"}) {
    EXPECT_EQ(code_of(access_->create_account({.name = std::string(name)})), ErrorCode::kInvalidArgument)
        << name;
  }
  EXPECT_EQ(code_of(access_->create_account({.name = std::string(129, 'a')})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(access_->create_account({.name = "bob", .display_name = "B\tB"})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(access_->account(std::string_view("\xff\0", 2))), ErrorCode::kNotFound);
}

TEST_P(AccountsTest, AnAccountIsChangedWithoutTouchingItsSecrets) {
  Account bob = make_person("bob");
  const std::int64_t before = must(access_->revision());
  bob.name = "Robert";
  bob.display_name = "Robert the Great";
  bob.locale = "fr";
  bob.is_operator = true;
  must(access_->update_account(bob));
  EXPECT_GT(must(access_->revision()), before);
  const NewSession session = sign_in_person("robert");
  EXPECT_EQ(session.principal.account.locale, "fr");
  EXPECT_EQ(session.principal.role_in("any"), Role::kOperator);
  bob.name = "ALICE@example.com";
  EXPECT_EQ(code_of(access_->update_account(bob)), ErrorCode::kAlreadyExists);
  bob.name = "robert";
  bob.locale = "../../etc";
  EXPECT_EQ(code_of(access_->update_account(bob)), ErrorCode::kInvalidArgument);
  bob.id = "ac_nobody";
  bob.locale = "";
  EXPECT_EQ(code_of(access_->update_account(bob)), ErrorCode::kNotFound);
}

TEST_P(AccountsTest, TheLastOperatorStays) {
  Account bob = make_person("bob");
  Account demoted = alice_;
  demoted.is_operator = false;
  Account disabled = alice_;
  disabled.enabled = false;
  EXPECT_EQ(code_of(access_->delete_account(alice_.id)), ErrorCode::kBusy);
  EXPECT_EQ(code_of(access_->update_account(demoted)), ErrorCode::kBusy);
  EXPECT_EQ(code_of(access_->update_account(disabled)), ErrorCode::kBusy);

  bob.is_operator = true;
  bob.enabled = false;
  must(access_->update_account(bob));
  EXPECT_EQ(code_of(access_->delete_account(alice_.id)), ErrorCode::kBusy) << "the other one is disabled";
  bob.enabled = true;
  must(access_->update_account(bob));
  must(access_->update_account(demoted));
  EXPECT_EQ(code_of(access_->delete_account(bob.id)), ErrorCode::kBusy);
  must(access_->delete_account(alice_.id));
  EXPECT_EQ(code_of(access_->account(alice_.id)), ErrorCode::kNotFound);
}

TEST_P(AccountsTest, OfTwoOperatorsWhoRemoveEachOtherOneRemains) {
  for (int round = 0; round < 5; ++round) {
    Account bob = make_person(fmt::format("bob{}", round));
    bob.is_operator = true;
    must(access_->update_account(bob));
    alice_.is_operator = true;
    must(access_->update_account(alice_));
    Account demoted = alice_;
    demoted.is_operator = false;
    Status first;
    std::thread other([&] { first = access_->delete_account(bob.id); });
    const Status second = access_->update_account(demoted);
    other.join();
    EXPECT_NE(first.has_value(), second.has_value());
    EXPECT_EQ(code_of(first ? second : first), ErrorCode::kBusy);
    if (second) {
      must(access_->update_account(alice_));
      must(access_->delete_account(bob.id));
    }
  }
}

TEST_P(AccountsTest, WhoIsDeletedIsGoneAltogether) {
  const Account bob = make_person("bob");
  const NewSession session = sign_in_person("bob");
  must(access_->put_member("acme", "bob", Role::kAdmin));
  const auto token = must(access_->create_token(session.principal, {.name = "script"}));
  must(access_->delete_account(bob.id));
  EXPECT_TRUE(is_nobody(session.cookie));
  EXPECT_FALSE(must(access_->by_token(token.secret)).signed_in);
  EXPECT_TRUE(must(access_->members("acme")).empty());
}

TEST_P(AccountsTest, AccountsComeInPagesAndCanBeSearched) {
  for (const char* name : {"carol", "bob", "Dave", "erin_1"}) make_person(name);
  std::vector<std::string> names;
  std::string after;
  do {
    const auto page = must(access_->accounts(2, after));
    for (const Account& account : page.items) names.push_back(account.name);
    after = page.next;
  } while (!after.empty());
  EXPECT_THAT(names, testing::ElementsAre("alice@example.com", "bob", "carol", "Dave", "erin_1"));
  EXPECT_EQ(must(access_->accounts(10, {}, "DAV")).items.size(), 1U);
  EXPECT_EQ(must(access_->accounts(10, {}, "_")).items.size(), 1U) << "no wildcard";
  EXPECT_EQ(must(access_->accounts(10, {}, "%")).items.size(), 0U);
  EXPECT_EQ(code_of(access_->accounts(0)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(access_->accounts(501)), ErrorCode::kInvalidArgument);
}

TEST(PasswordRules, RefuseWhatIsGuessedFirst) {
  for (const std::string_view password :
       {"elevenchars", "password1234", "P4ssw0rd!2026", "123456789012", "abcdefghijkl", "aaaaaaaaaaaa",
        "abcabcabcabc", "qwertyuiop123", "motdepasse1234", "correct horse battery staple",
        "alice@example.com", "Alice@Example.com1", "alicealice12", "administrator1", "skyhold-admin",
        "changeme-1234"}) {
    const Status checked = check_new_password(password, "alice@example.com");
    EXPECT_FALSE(checked) << password;
    if (checked) continue;
    EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(checked.error().message.find(password), std::string::npos);
  }
  EXPECT_FALSE(check_new_password(std::string(1025, 'x'), "alice"));
  EXPECT_FALSE(check_new_password("\xff\xfe is not UTF-8 text", "alice"));
}

TEST(PasswordRules, TakeWhatIsLong) {
  for (const std::string_view password : {"a quiet harbour at noon", "Xk3!pQ9#vLm2", "un parapluie très vert",
                                          "пароль-на-море", "alice likes harbours"}) {
    const Status checked = check_new_password(password, "alice@example.com");
    EXPECT_TRUE(checked) << password << ": " << (checked ? "" : checked.error().message);
  }
}

}  // namespace
}  // namespace skyhold
