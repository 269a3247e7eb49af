// A provider's word is taken when everything about it holds, and else not.
#include "access/oidc_provider.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/oidc_fake.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

class OidcProviderTest : public testing::Test {
 protected:
  OidcProviderTest() {
    options_.issuer = fake_.issuer();
    options_.client_id = OidcFake::kClientId;
    options_.client_secret = OidcFake::kClientSecret;
    renew();
  }

  // As after a restart: nothing is known of the provider.
  void renew() { provider_ = std::make_unique<OidcProvider>(options_, clock_); }

  OidcOutcome<OidcIdentity> sign_in(const OidcFake::Person& person = {}) {
    const OidcFlow flow = new_oidc_flow("http://skyhold/callback", "/", "", clock_.now());
    const std::string url = TRY(provider_->authorization_url(flow));
    const std::string back = fake_.sign_in(url, person);
    EXPECT_EQ(parameter_of(back, "state"), flow.state);
    return provider_->redeem(flow, {parameter_of(back, "code"), parameter_of(back, "iss")});
  }

  OidcOutcome<OidcIdentity> sign_in_with(const OidcFake::Manner& manner) {
    fake_.set_manner(manner);
    return sign_in();
  }

  // What is said of an ID token with such a claim.
  std::string complaint(const std::string& claim, const std::string& json) {
    const auto outcome = sign_in_with({.claims = {{claim, json}}});
    if (outcome) return "";
    EXPECT_EQ(outcome.error().fault, OidcFault::kUntrusted);
    return outcome.error().error.message;
  }

  std::string in_seconds(int seconds) const {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    return std::to_string(now.time_since_epoch().count() + seconds);
  }

  ManualClock clock_{parse_rfc3339("2026-11-23T08:00:00Z").value()};
  OidcFake fake_{clock_};
  OidcOptions options_;
  std::unique_ptr<OidcProvider> provider_;
};

TEST_F(OidcProviderTest, APersonIsWhoTheProviderSignedFor) {
  for (const char* algorithm : {"RS256", "ES256"}) {
    const auto identity = sign_in_with({.algorithm = algorithm});
    ASSERT_TRUE(identity) << identity.error().error.message;
    EXPECT_EQ(identity->issuer, fake_.issuer());
    EXPECT_EQ(identity->subject, "person-1");
    EXPECT_EQ(identity->email, "alice@example.com");
    EXPECT_TRUE(identity->email_verified);
    EXPECT_EQ(identity->name, "Alice at the provider");
    EXPECT_FALSE(identity->is_operator);
  }
  EXPECT_EQ(fake_.times_asked("/.well-known/openid-configuration"), 1);
  EXPECT_EQ(fake_.times_asked("/keys"), 1);
  EXPECT_EQ(fake_.times_asked("/userinfo"), 0);
}

TEST_F(OidcProviderTest, WhatTheTokenDoesNotSayIsAskedFor) {
  const auto identity = sign_in_with({.email_in_userinfo = true});
  ASSERT_TRUE(identity) << identity.error().error.message;
  EXPECT_EQ(identity->email, "alice@example.com");
  EXPECT_TRUE(identity->email_verified);
  EXPECT_EQ(fake_.times_asked("/userinfo"), 1);
  // The endpoint speaks of person-1; the token was signed for another.
  const auto mixed = sign_in_with({.claims = {{"sub", "\"person-2\""}}, .email_in_userinfo = true});
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().fault, OidcFault::kUntrusted);
}

TEST_F(OidcProviderTest, EachClaimHasToHold) {
  EXPECT_THAT(complaint("nonce", "\"another\""), HasSubstr("another sign-in"));
  EXPECT_THAT(complaint("nonce", ""), HasSubstr("another sign-in"));
  EXPECT_THAT(complaint("iss", "\"https://evil.example\""), HasSubstr("another issuer"));
  EXPECT_THAT(complaint("aud", "\"somebody-else\""), HasSubstr("another client"));
  EXPECT_THAT(complaint("aud", "[]"), HasSubstr("another client"));
  EXPECT_THAT(complaint("aud", "[\"skyhold\",\"other\"]"), HasSubstr("asked for by another"));
  EXPECT_THAT(complaint("azp", "\"other\""), HasSubstr("asked for by another"));
  EXPECT_THAT(complaint("exp", in_seconds(-61)), HasSubstr("expired"));
  EXPECT_THAT(complaint("exp", ""), HasSubstr("until when"));
  EXPECT_THAT(complaint("exp", "\"tomorrow\""), HasSubstr("until when"));
  EXPECT_THAT(complaint("exp", "1e300"), HasSubstr("until when"));
  EXPECT_THAT(complaint("iat", in_seconds(120)), HasSubstr("future"));
  EXPECT_THAT(complaint("nbf", in_seconds(120)), HasSubstr("future"));
  EXPECT_THAT(complaint("sub", "\"\""), HasSubstr("names nobody"));
  // Clocks may differ by a little.
  EXPECT_EQ(complaint("exp", in_seconds(-30)), "");
  EXPECT_EQ(complaint("iat", in_seconds(30)), "");
  EXPECT_EQ(complaint("aud", "[\"skyhold\"]"), "");
}

TEST_F(OidcProviderTest, OnlyTheProvidersOwnSignatureCounts) {
  for (const char* algorithm : {"none", "HS256"}) {
    const auto outcome = sign_in_with({.algorithm = algorithm});
    ASSERT_FALSE(outcome) << algorithm;
    EXPECT_EQ(outcome.error().fault, OidcFault::kUntrusted);
  }
  const auto broken = sign_in_with({.break_signature = true});
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().error.message, HasSubstr("not signed by the provider"));
  // The name of a key of another kind.
  EXPECT_FALSE(sign_in_with({.algorithm = "ES256", .key_id = "rsa-1"}));
  EXPECT_FALSE(sign_in_with({.algorithm = "RS256", .key_id = "a secret that is none"}));
}

TEST_F(OidcProviderTest, KeysThatWereChangedAreReadAgain) {
  ASSERT_TRUE(sign_in());
  fake_.change_keys();
  ASSERT_TRUE(sign_in());
  EXPECT_EQ(fake_.times_asked("/keys"), 2);
  const auto unknown = sign_in_with({.key_id = "never published"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().fault, OidcFault::kUntrusted);
  EXPECT_EQ(fake_.times_asked("/keys"), 3);
}

TEST_F(OidcProviderTest, ACodeIsGoodOnceAndForTheFlowThatItWasMadeFor) {
  const OidcFlow mine = new_oidc_flow("http://skyhold/callback", "/", "", clock_.now());
  const OidcFlow other = new_oidc_flow("http://skyhold/callback", "/", "", clock_.now());
  const std::string back = fake_.sign_in(provider_->authorization_url(mine).value(), {});
  const OidcProvider::Answer answer{parameter_of(back, "code"), parameter_of(back, "iss")};
  ASSERT_TRUE(provider_->redeem(mine, answer));
  const auto again = provider_->redeem(mine, answer);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, OidcFault::kUntrusted);

  const std::string stolen =
      parameter_of(fake_.sign_in(provider_->authorization_url(mine).value(), {}), "code");
  EXPECT_FALSE(provider_->redeem(other, {stolen, fake_.issuer()})) << "its verifier is another";
}

TEST_F(OidcProviderTest, AnAnswerOfAnotherProviderIsNone) {
  const OidcFlow flow = new_oidc_flow("http://skyhold/callback", "/", "", clock_.now());
  const std::string back = fake_.sign_in(provider_->authorization_url(flow).value(), {});
  for (const char* issuer : {"https://evil.example", ""}) {
    const auto outcome = provider_->redeem(flow, {parameter_of(back, "code"), issuer});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().fault, OidcFault::kUntrusted);
  }
}

TEST_F(OidcProviderTest, AProviderThatIsDownIsSaidToBe) {
  fake_.stop();
  const auto nothing = sign_in();
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().fault, OidcFault::kUnavailable);
  EXPECT_THAT(nothing.error().error.hint, HasSubstr("password"));
  fake_.start();
  EXPECT_TRUE(sign_in());
  // What was read goes on to hold while it is away.
  clock_.advance(std::chrono::hours{2});
  fake_.stop();
  EXPECT_TRUE(provider_->authorization_url(new_oidc_flow("http://s/c", "/", "", clock_.now())));
}

TEST_F(OidcProviderTest, AWrongSecretIsTheSettingsFault) {
  options_.client_secret = "wrong";
  renew();
  const auto outcome = sign_in();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, OidcFault::kMisconfigured);
  EXPECT_THAT(outcome.error().error.message, Not(HasSubstr("wrong")));
}

TEST_F(OidcProviderTest, AnIssuerIsComparedLetterByLetter) {
  options_.issuer = fake_.issuer() + "/";
  renew();
  const auto outcome = sign_in();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().fault, OidcFault::kMisconfigured);
  EXPECT_THAT(outcome.error().error.message, HasSubstr(fake_.issuer()));
}

TEST_F(OidcProviderTest, WhoIsAnOperatorIsTheProvidersToSayWhenAsked) {
  options_.operator_claim = "groups";
  options_.operator_value = "backup";
  renew();
  EXPECT_EQ(sign_in({.groups = {"staff", "backup"}})->is_operator, true);
  EXPECT_EQ(sign_in({.groups = {"staff"}})->is_operator, false);
  EXPECT_EQ(sign_in()->is_operator, false) << "it says nothing of groups";
}

TEST(OidcFlowTest, ASealedFlowIsReadByItsMakerOnlyAndForAWhile) {
  const Instant now = parse_rfc3339("2026-11-23T08:00:00Z").value();
  const MasterKey key = MasterKey::random();
  const OidcFlow flow = new_oidc_flow("https://skyhold/callback", "/projects/acme?tab=1", "se_1", now);
  const std::string sealed = seal_oidc_flow(flow, key);
  EXPECT_EQ(sealed.find(flow.verifier), std::string::npos);
  const auto opened = open_oidc_flow(sealed, key, now + kOidcFlowLife - std::chrono::seconds{1});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->state, flow.state);
  EXPECT_EQ(opened->nonce, flow.nonce);
  EXPECT_EQ(opened->verifier, flow.verifier);
  EXPECT_EQ(opened->redirect_uri, flow.redirect_uri);
  EXPECT_EQ(opened->return_to, "/projects/acme?tab=1");
  EXPECT_EQ(opened->session_id, "se_1");
  EXPECT_FALSE(open_oidc_flow(sealed, key, now + kOidcFlowLife));
  EXPECT_FALSE(open_oidc_flow(sealed, MasterKey::random(), now));
  EXPECT_FALSE(open_oidc_flow("", key, now));
  EXPECT_FALSE(open_oidc_flow(sealed.substr(4), key, now));
}

TEST(OidcFlowTest, NobodyIsSentAnywhereElse) {
  for (const char* elsewhere : {"", "https://evil.example", "//evil.example", "/\\evil.example",
                                "/\t/evil.example", "javascript:alert(1)", "/api/v1/me", "/sign-in?problem=x",
                                "/caf\xC3\xA9", "/a\nLocation: b", "/<script>"}) {
    EXPECT_EQ(safe_return_path(elsewhere), "/") << elsewhere;
  }
  EXPECT_EQ(safe_return_path("/" + std::string(1000, 'a')), "/");
  EXPECT_EQ(safe_return_path("/projects/acme?state=good&x=%2F#top"), "/projects/acme?state=good&x=%2F#top");
}

}  // namespace
}  // namespace skyhold
