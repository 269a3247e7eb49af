// From a person of the provider to an account.
#include "access/access_dump.h"
#include "access/access_test_support.h"

namespace skyhold {
namespace {

class OidcSignInTest : public AccessTest {
 protected:
  OidcOutcome<NewSession> enter(const OidcIdentity& who) {
    return access_->sign_in_by_provider(who, oidc_, kHere, "a browser");
  }
  NewSession must_enter(const OidcIdentity& who) {
    auto entered = enter(who);
    if (!entered) throw std::runtime_error(entered.error().error.message);
    return std::move(*entered);
  }
  OidcFault fault_of(const OidcIdentity& who) {
    const auto outcome = enter(who);
    EXPECT_FALSE(outcome.has_value());
    return outcome ? OidcFault::kInternal : outcome.error().fault;
  }
  static OidcIdentity person(std::string subject, std::string email) {
    return {.issuer = "https://id.example.com",
            .subject = std::move(subject),
            .email = std::move(email),
            .email_verified = true,
            .name = "Somebody"};
  }

  OidcOptions oidc_;
};
INSTANTIATE_TEST_SUITE_P(Both, OidcSignInTest, kSqlDialects, sql_dialect_name);

TEST_P(OidcSignInTest, AVerifiedAddressIsLinkedOnceAndThenTheSubjectCounts) {
  const NewSession first = must_enter(person("1", "Alice@Example.com"));
  EXPECT_EQ(first.principal.account.id, alice_.id);
  EXPECT_TRUE(first.principal.signed_in);
  EXPECT_TRUE(first.principal.account.has_oidc);
  EXPECT_TRUE(must(access_->by_cookie(first.cookie)).signed_in);
  EXPECT_EQ(must(access_->account(alice_.id)).last_sign_in_at, clock_.now());
  // Another address, unverified: it is the same person all the same.
  OidcIdentity moved = person("1", "alice@elsewhere.example");
  moved.email_verified = false;
  EXPECT_EQ(must_enter(moved).principal.account.id, alice_.id);
  EXPECT_TRUE(try_sign_in("alice@example.com", kAlicesPassword)) << "the password stays";
}

TEST_P(OidcSignInTest, AnAddressThatNobodyVouchesForLinksNothing) {
  OidcIdentity who = person("1", "alice@example.com");
  who.email_verified = false;
  EXPECT_EQ(fault_of(who), OidcFault::kUnverifiedEmail);
  EXPECT_EQ(fault_of(person("1", "")), OidcFault::kUnverifiedEmail);
  EXPECT_FALSE(must(access_->account(alice_.id)).has_oidc);
}

TEST_P(OidcSignInTest, ANewOwnerOfAnAddressDoesNotInheritTheAccount) {
  must_enter(person("1", "alice@example.com"));
  EXPECT_EQ(fault_of(person("2", "alice@example.com")), OidcFault::kLinkedOtherwise);
  must(access_->unlink_provider(alice_.id));
  EXPECT_FALSE(must(access_->account(alice_.id)).has_oidc);
  EXPECT_EQ(must_enter(person("2", "alice@example.com")).principal.account.id, alice_.id);
  EXPECT_EQ(fault_of(person("1", "alice@example.com")), OidcFault::kLinkedOtherwise);
}

TEST_P(OidcSignInTest, WhoeverNobodyInvitedStaysOutUnlessAccountsAreMade) {
  EXPECT_EQ(fault_of(person("7", "new@example.com")), OidcFault::kUnknownPerson);
  oidc_.create_accounts = true;
  const NewSession made = must_enter(person("7", "new@example.com"));
  EXPECT_EQ(made.principal.account.name, "new@example.com");
  EXPECT_EQ(made.principal.account.display_name, "Somebody");
  EXPECT_FALSE(made.principal.account.is_operator);
  EXPECT_TRUE(made.principal.visible_projects()->empty());
  EXPECT_EQ(must_enter(person("7", "new@example.com")).principal.account.id, made.principal.account.id);
  EXPECT_FALSE(try_sign_in("new@example.com", ""));
  EXPECT_EQ(fault_of(person("8", "o'brien@example.com")), OidcFault::kUnknownPerson);
}

TEST_P(OidcSignInTest, OnlyAddressesOfTheseDomainsComeIn) {
  oidc_.create_accounts = true;
  oidc_.allowed_email_domains = {"example.com"};
  EXPECT_TRUE(enter(person("1", "alice@EXAMPLE.com")));
  EXPECT_EQ(fault_of(person("2", "eve@example.com.evil.example")), OidcFault::kForbiddenDomain);
  EXPECT_EQ(fault_of(person("3", "eve@sub.example.com")), OidcFault::kForbiddenDomain);
  EXPECT_EQ(fault_of(person("1", "alice@evil.example")), OidcFault::kForbiddenDomain) << "linked, but moved";
}

TEST_P(OidcSignInTest, ADisabledAccountStaysOut) {
  const Account bob = make_person("bob@example.com");
  must_enter(person("2", "bob@example.com"));
  Account disabled = must(access_->account(bob.id));
  disabled.enabled = false;
  must(access_->update_account(disabled));
  EXPECT_EQ(fault_of(person("2", "bob@example.com")), OidcFault::kDisabled);
  EXPECT_EQ(count_of("access_sessions"), 0);
}

TEST_P(OidcSignInTest, AnInvitationIsTakenUpAndItsOneTimePasswordEnds) {
  const auto invited = must(access_->put_member("acme", "carol@example.com", Role::kAdmin));
  const NewSession entered = must_enter(person("3", "carol@example.com"));
  EXPECT_FALSE(entered.principal.account.must_change_password);
  EXPECT_EQ(entered.principal.role_in("acme"), Role::kAdmin);
  EXPECT_EQ(must(access_->by_cookie(entered.cookie)).role_in("acme"), Role::kAdmin);
  EXPECT_FALSE(try_sign_in("carol@example.com", invited.one_time_password));
}

TEST_P(OidcSignInTest, NoCodeOfASecondFactorIsAskedFor) {
  give_totp(sign_in().principal);
  const NewSession entered = must_enter(person("1", "alice@example.com"));
  EXPECT_TRUE(entered.principal.signed_in);
  EXPECT_TRUE(sign_in().principal.needs_totp) << "but beside a password";
}

TEST_P(OidcSignInTest, OperatorsFollowTheProviderButTheLastOneStays) {
  make_person("bob@example.com");
  OidcIdentity bob = person("2", "bob@example.com");
  bob.is_operator = true;
  EXPECT_EQ(must_enter(bob).principal.role_in(""), Role::kOperator);
  bob.is_operator = false;
  EXPECT_EQ(must_enter(bob).principal.role_in(""), Role::kNone);
  OidcIdentity alice = person("1", "alice@example.com");
  alice.is_operator = false;
  EXPECT_EQ(must_enter(alice).principal.role_in(""), Role::kOperator);
}

TEST_P(OidcSignInTest, AStateIsGoodOnce) {
  const Instant ends = clock_.now() + std::chrono::minutes{10};
  EXPECT_TRUE(access_->use_oidc_state("a state", ends));
  EXPECT_EQ(code_of(access_->use_oidc_state("a state", ends)), ErrorCode::kAlreadyExists);
  EXPECT_TRUE(access_->use_oidc_state("another", ends));
  clock_.advance(std::chrono::minutes{11});
  EXPECT_TRUE(access_->use_oidc_state("a third", clock_.now() + std::chrono::minutes{10}));
  EXPECT_EQ(count_of("access_oidc_states"), 1) << "what is over is forgotten";
}

TEST_P(OidcSignInTest, LinksSurviveTheLossOfAllServers) {
  must_enter(person("1", "alice@example.com"));
  const std::string dump = must(access_->dump());
  const auto place =
      make_sql_place(GetParam() == SqlDialect::kSqlite ? SqlDialect::kPostgresql : SqlDialect::kSqlite);
  const auto database = place->open();
  const auto recovered = must(Access::open(*database, master_key_, clock_, options_));
  must(recovered->load(dump));
  EXPECT_EQ(must(recovered->dump()), dump);
  EXPECT_TRUE(recovered->sign_in_by_provider(person("1", "moved@example.com"), oidc_, kHere, ""));
  // As it was written before there were links.
  std::string older = dump;
  const std::size_t links = older.find("\"oidc_links\":[");
  older.erase(links, older.find(']', links) + 2 - links);
  older.replace(older.find("\"version\":2"), 11, "\"version\":1");
  EXPECT_TRUE(parse_access_dump(older));
}

}  // namespace
}  // namespace skyhold
