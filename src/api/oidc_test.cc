// Signing in by OpenID Connect as a browser does it: to the provider, and back with a code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/oidc_provider.h"
#include "api/api_test_support.h"
#include "api/routes.h"
#include "tests/support/oidc_fake.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kStart = "/session/oidc";
constexpr std::string_view kCallback = "/session/oidc/callback";

// What a browser remembers and where it was sent.
struct Browser {
  std::map<std::string, std::string> cookies;
  std::string location;
  std::vector<std::string> set_cookies;
};

class OidcTest : public testing::Test {
 protected:
  OidcTest() : provider_(options(), house_.clock) { open(&provider_, ""); }

  OidcOptions options() {
    OidcOptions options;
    options.issuer = fake_.issuer();
    options.client_id = OidcFake::kClientId;
    options.client_secret = OidcFake::kClientSecret;
    options.label = "Example";
    return options;
  }

  void open(OidcProvider* provider, const std::string& public_url) {
    api_ = Api::open({*house_.database, *house_.catalog, *house_.access, *house_.jobs, house_.platform,
                      house_.interchange, *house_.notifications, *house_.courier, house_.master_key,
                      house_.clock, provider, public_url})
               .value();
  }

  ServerResponse get(Browser& browser, std::string_view path,
                     std::vector<std::pair<std::string, std::string>> query = {}) {
    ServerRequest request;
    request.target_path = std::string(kApiPrefix) + std::string(path);
    request.query = std::move(query);
    request.peer_address = "192.0.2.1";
    request.secure = secure_;
    std::string cookies;
    for (const auto& [name, value] : browser.cookies) cookies += name + "=" + value + "; ";
    request.headers = {{"host", "skyhold.example"}, {"cookie", cookies}, {"sec-fetch-site", "cross-site"}};
    ServerResponse response = api_->handle(request);
    browser.location.clear();
    browser.set_cookies.clear();
    for (const HttpHeader& header : response.headers) {
      if (header.name == "Location") browser.location = header.value;
      if (header.name != "Set-Cookie") continue;
      browser.set_cookies.push_back(header.value);
      const std::string pair = header.value.substr(0, header.value.find(';'));
      const std::size_t equals = pair.find('=');
      browser.cookies[pair.substr(0, equals)] = pair.substr(equals + 1);
      if (pair.size() == equals + 1) browser.cookies.erase(pair.substr(0, equals));
    }
    return response;
  }

  // Sends the browser to the provider; gives the address at which it wants to come back.
  std::string begin(Browser& browser, const OidcFake::Person& person, const std::string& return_to = "/") {
    const ServerResponse response = get(browser, kStart, {{"return_to", return_to}});
    EXPECT_EQ(response.status, 302) << response.body;
    EXPECT_THAT(browser.location, StartsWith(fake_.issuer() + "/authorize?"));
    return fake_.sign_in(browser.location, person);
  }

  // Gives where the browser is in the end.
  std::string come_back(Browser& browser, const std::string& url) {
    const ServerResponse response = get(browser, kCallback,
                                        {{"code", parameter_of(url, "code")},
                                         {"state", parameter_of(url, "state")},
                                         {"iss", parameter_of(url, "iss")},
                                         {"session_state", "left alone"}});
    EXPECT_EQ(response.status, 302) << response.body;
    return browser.location;
  }

  std::string whole_way(const OidcFake::Person& person) {
    Browser browser;
    return come_back(browser, begin(browser, person));
  }

  [[nodiscard]] bool is_signed_in(const Browser& browser) {
    const auto cookie = browser.cookies.find("skyhold_session");
    return cookie != browser.cookies.end() && house_.access->by_cookie(cookie->second)->signed_in;
  }

  static OidcFake::Person ada() { return {.subject = "ada-1", .email = "ada@example.com"}; }
  void make_ada() {
    ASSERT_TRUE(
        house_.access->create_account({.name = "ada@example.com", .password = "a long way to the sea"}));
  }

  ApiHouse house_;
  OidcFake fake_{house_.clock};
  OidcProvider provider_;
  std::unique_ptr<Api> api_;
  bool secure_ = false;
};

TEST_F(OidcTest, AGoodSignInEndsWhereItWasWanted) {
  make_ada();
  Browser browser;
  const std::string back = begin(browser, ada(), "/projects/acme?state=good");
  EXPECT_THAT(browser.set_cookies.at(0),
              testing::AllOf(StartsWith("skyhold_sign_in="), HasSubstr("; HttpOnly"),
                             HasSubstr("; SameSite=Lax"), HasSubstr("; Max-Age=600"), HasSubstr("; Path=/")));
  EXPECT_THAT(back, StartsWith("http://skyhold.example/api/v1/session/oidc/callback?"));
  EXPECT_EQ(come_back(browser, back), "/projects/acme?state=good");
  EXPECT_TRUE(is_signed_in(browser));
  EXPECT_FALSE(browser.cookies.contains("skyhold_sign_in"));
  EXPECT_THAT(browser.set_cookies.at(0), HasSubstr("; SameSite=Strict"));
  const auto record = house_.audited("session.create");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->outcome, "ok");
  EXPECT_EQ(record->actor, "ada@example.com");
  EXPECT_EQ(record->detail, "by OpenID Connect");
  EXPECT_TRUE(house_.access->account_by_name("ada@example.com")->has_oidc);
}

TEST_F(OidcTest, OverTlsBothCookiesAreBoundToTheHost) {
  make_ada();
  secure_ = true;
  Browser browser;
  const std::string back = begin(browser, ada());
  EXPECT_THAT(back, StartsWith("https://skyhold.example/"));
  EXPECT_THAT(browser.set_cookies.at(0),
              testing::AllOf(StartsWith("__Host-skyhold_sign_in="), HasSubstr("; Secure")));
  EXPECT_EQ(come_back(browser, back), "/");
  EXPECT_THAT(browser.set_cookies.at(0), StartsWith("__Host-skyhold_session="));
}

TEST_F(OidcTest, TheAddressOfTheSettingsIsWhatTheProviderHears) {
  open(&provider_, "https://backups.example.com");
  Browser browser;
  EXPECT_THAT(begin(browser, ada()), StartsWith("https://backups.example.com/api/v1/session/oidc/callback?"));
}

TEST_F(OidcTest, WhatComesBackMustBeThisBrowsers) {
  make_ada();
  Browser mine;
  Browser victim;
  const std::string my_way_back = begin(mine, ada());
  // A victim who is lured to somebody else's way back must not be signed in as them.
  EXPECT_EQ(come_back(victim, my_way_back), "/sign-in?problem=oidc_expired");
  begin(victim, ada());
  EXPECT_EQ(come_back(victim, my_way_back), "/sign-in?problem=oidc_expired");
  EXPECT_FALSE(is_signed_in(victim));
  EXPECT_EQ(come_back(mine, my_way_back), "/");
  EXPECT_TRUE(is_signed_in(mine));
}

TEST_F(OidcTest, AWayBackIsGoneOnceAndInTime) {
  make_ada();
  Browser browser;
  const std::string back = begin(browser, ada());
  const std::map<std::string, std::string> kept = browser.cookies;
  EXPECT_EQ(come_back(browser, back), "/");
  browser.cookies = kept;
  EXPECT_EQ(come_back(browser, back), "/sign-in?problem=oidc_expired");
  const std::string late = begin(browser, ada());
  house_.clock.advance(std::chrono::minutes{11});
  EXPECT_EQ(come_back(browser, late), "/sign-in?problem=oidc_expired");
}

TEST_F(OidcTest, WhoMayNotEnterIsToldWhy) {
  EXPECT_EQ(whole_way(ada()), "/sign-in?problem=oidc_unknown_person");
  const auto record = house_.audited("session.create");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->outcome, "denied");
  EXPECT_EQ(record->actor, "anonymous");
  EXPECT_EQ(record->subject, "account ada@example.com");
  make_ada();
  OidcFake::Person unverified = ada();
  unverified.email_verified = false;
  EXPECT_EQ(whole_way(unverified), "/sign-in?problem=oidc_unverified_email");
  EXPECT_EQ(whole_way(ada()), "/");
  Account account = house_.access->account_by_name("ada@example.com").value();
  account.enabled = false;
  ASSERT_TRUE(house_.access->update_account(account));
  EXPECT_EQ(whole_way(ada()), "/sign-in?problem=oidc_disabled");
}

TEST_F(OidcTest, ATokenThatProvesNothingIsRefusedAndThenSlowedDown) {
  make_ada();
  fake_.set_manner({.claims = {{"nonce", "\"another\""}}});
  EXPECT_EQ(whole_way(ada()), "/sign-in?problem=oidc_untrusted");
  std::string where;
  for (int i = 0; i < 20 && where != "/sign-in?problem=oidc_throttled"; ++i) where = whole_way(ada());
  EXPECT_EQ(where, "/sign-in?problem=oidc_throttled");
}

TEST_F(OidcTest, AProviderThatIsDownLeavesThePassword) {
  make_ada();
  fake_.stop();
  Browser browser;
  get(browser, kStart);
  EXPECT_EQ(browser.location, "/sign-in?problem=oidc_unavailable");
  EXPECT_TRUE(house_.access->sign_in("ada@example.com", "a long way to the sea", "192.0.2.1", ""));
}

TEST_F(OidcTest, TheProvidersOwnWordsGoNowhere) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"access_denied", "oidc_cancelled"},
      {"temporarily_unavailable", "oidc_unavailable"},
      {"<script>alert(1)</script>", "oidc_misconfigured"}};
  for (const auto& [error, problem] : cases) {
    Browser browser;
    const std::string back = begin(browser, ada());
    get(browser, kCallback,
        {{"error", error}, {"error_description", "<b>no</b>"}, {"state", parameter_of(back, "state")}});
    EXPECT_EQ(browser.location, "/sign-in?problem=" + problem);
  }
}

TEST_F(OidcTest, NobodyIsSentToAnotherSite) {
  make_ada();
  for (const char* elsewhere : {"https://evil.example", "//evil.example", "/\\evil.example"}) {
    Browser browser;
    EXPECT_EQ(come_back(browser, begin(browser, ada(), elsewhere)), "/");
  }
}

TEST_F(OidcTest, TheSessionBeforeItEnds) {
  make_ada();
  const NewSession before =
      house_.access->sign_in("sam", ApiHouse::password_of("sam"), "192.0.2.1", "").value();
  Browser browser;
  browser.cookies["skyhold_session"] = before.cookie;
  const std::string back = begin(browser, ada());
  browser.cookies.erase("skyhold_session");  // as it is SameSite=Strict
  EXPECT_EQ(come_back(browser, back), "/");
  EXPECT_FALSE(house_.access->by_cookie(before.cookie)->signed_in);
  EXPECT_TRUE(is_signed_in(browser));
}

TEST_F(OidcTest, TheSignInPageIsToldWhetherThereIsAProvider) {
  Browser browser;
  EXPECT_THAT(get(browser, "/meta").body,
              testing::AllOf(HasSubstr("\"oidc\":true"), HasSubstr("\"oidc_label\":\"Example\"")));
  EXPECT_THAT(house_.caller().get("/meta").text, HasSubstr("\"oidc\":false"));
  open(nullptr, "");
  get(browser, kCallback, {{"code", "x"}});
  EXPECT_EQ(browser.location, "/sign-in?problem=oidc_not_configured");
}

TEST_F(OidcTest, AnOperatorForgetsALink) {
  make_ada();
  ASSERT_EQ(whole_way(ada()), "/");
  const Account account = house_.access->account_by_name("ada@example.com").value();
  EXPECT_EQ(house_.as("ada").remove("/accounts/" + account.id + "/oidc").status, 403);
  EXPECT_EQ(house_.as("olga").remove("/accounts/" + account.id + "/oidc").status, 204);
  EXPECT_FALSE(house_.access->account(account.id)->has_oidc);
  EXPECT_EQ(house_.audited("account.unlink")->subject, "account ada@example.com");
  EXPECT_EQ(house_.as("olga").remove("/accounts/ac_none/oidc").status, 404);
}

}  // namespace
}  // namespace skyhold
