// Signing in: what is asked, what is sent, what is left behind.
#include <sys/stat.h>

#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "cli/api_test_support.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

json session(bool needs_totp, bool must_change) {
  return {{"account",
           {{"name", "ann"}, {"operator", true}, {"must_change_password", must_change}, {"id", "ac_1"}}},
          {"csrf_token", needs_totp ? "csrf-half" : "csrf-1"},
          {"needs_totp", needs_totp},
          {"memberships", json::array()}};
}

class LoginTest : public ApiCommandTest {
 protected:
  void SetUp() override {
    ApiCommandTest::SetUp();
    service_.answer("POST /session", 200, session(false, false).dump(), cookie("one"));
    service_.answer("DELETE /session", 204, "");
    service_.answer("POST /me/tokens", 201, R"({"token": {"id": "tk_1"}, "secret": "skt_fresh"})");
    service_.answer("GET /projects", 200, R"({"items": [], "next": ""})");
  }
  static std::vector<HttpHeader> cookie(const std::string& value) {
    return {{"Set-Cookie", "skyhold_session=" + value + "; Path=/; HttpOnly"}};
  }
  json saved() {
    std::ifstream file(credentials_file());
    return json::parse(file);
  }
};

TEST_F(LoginTest, AsksUnseenMakesATokenAndKeepsItForTheOwnerAlone) {
  terminal_.answers = {"ann", "hunter2"};
  ASSERT_EQ(run_without_token({"login", service_.url()}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("as ann, for 90 days"));
  EXPECT_THAT(terminal_.secret, ElementsAre("Password of ann: "));
  EXPECT_THAT(service_.lines(), ElementsAre("POST /session", "POST /me/tokens", "DELETE /session"));
  EXPECT_EQ(json::parse(service_.seen()[0].body), (json{{"name", "ann"}, {"password", "hunter2"}}));
  const SeenRequest token = service_.last("POST /me/tokens");
  EXPECT_EQ(token.header("cookie"), "skyhold_session=one");
  EXPECT_EQ(token.header("x-csrf-token"), "csrf-1");
  EXPECT_EQ(json::parse(token.body)["role"], "operator");
  EXPECT_EQ(json::parse(token.body)["expires_at"], "2027-02-21T00:00:00Z");

  struct stat facts {};
  ASSERT_EQ(::stat(credentials_file().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
  EXPECT_EQ(saved()["token"], "skt_fresh");
  EXPECT_THAT(saved().dump(), Not(HasSubstr("hunter2")));

  ASSERT_EQ(run({"status"}), 0) << err_.str();
  EXPECT_EQ(service_.last("GET /projects").header("authorization"), "Bearer skt_fresh");
}

TEST_F(LoginTest, ASecondFactorAndAOneTimePasswordAreDealtWithOnTheWay) {
  service_.answer("POST /session", 200, session(true, true).dump(), cookie("half"));
  service_.answer("POST /session/totp", 200, session(false, true).dump(), cookie("whole"));
  service_.answer("PUT /me/password", 204, "",
                  {{"Set-Cookie", "skyhold_session=renewed; Path=/"}, {"X-CSRF-Token", "csrf-2"}});
  terminal_.answers = {"ann", "one-time", "123456", "my own long password", "my own long password"};
  ASSERT_EQ(run_without_token({"login", service_.url(), "--expires", "7"}), 0) << err_.str();
  EXPECT_EQ(service_.last("POST /session/totp").header("cookie"), "skyhold_session=half");
  const SeenRequest change = service_.last("PUT /me/password");
  EXPECT_EQ(change.header("cookie"), "skyhold_session=whole");
  EXPECT_EQ(json::parse(change.body), (json{{"current", "one-time"}, {"fresh", "my own long password"}}));
  const SeenRequest token = service_.last("POST /me/tokens");
  EXPECT_EQ(token.header("cookie"), "skyhold_session=renewed");
  EXPECT_EQ(token.header("x-csrf-token"), "csrf-2");
  EXPECT_EQ(json::parse(token.body)["expires_at"], "2026-11-30T00:00:00Z");
}

TEST_F(LoginTest, TwoNewPasswordsThatDifferChangeNothing) {
  service_.answer("POST /session", 200, session(false, true).dump(), cookie("one"));
  terminal_.answers = {"ann", "one-time", "first", "second"};
  EXPECT_EQ(run_without_token({"login", service_.url()}), 2);
  EXPECT_THAT(service_.lines(), ElementsAre("POST /session"));
  EXPECT_FALSE(std::filesystem::exists(credentials_file()));
}

TEST_F(LoginTest, AWrongPasswordIsTheServersWordAndLeavesNothing) {
  service_.answer("POST /session", 401,
                  R"({"title": "name or password is wrong", "code": "wrong_credentials"})");
  terminal_.answers = {"ann", "hunter2"};
  EXPECT_EQ(run_without_token({"login", service_.url()}), 6);
  EXPECT_THAT(err_.str(), HasSubstr("name or password is wrong"));
  EXPECT_THAT(err_.str(), Not(HasSubstr("hunter2")));
  EXPECT_FALSE(std::filesystem::exists(credentials_file()));
}

TEST_F(LoginTest, AScriptPipesThePasswordInAndIsNeverAskedForIt) {
  terminal_.there = false;
  terminal_.input_lines = {"hunter2"};
  EXPECT_EQ(run_without_token({"login", service_.url(), "--password-stdin"}), 2) << "who?";
  ASSERT_EQ(run({"login", service_.url(), "--user", "ann", "--password-stdin", "--json"}), 0) << err_.str();
  EXPECT_EQ(json::parse(out_.str())["token_id"], "tk_1");
  EXPECT_THAT(out_.str(), Not(HasSubstr("skt_fresh")));
  EXPECT_EQ(terminal_.said, "");
}

TEST_F(LoginTest, ASecondLoginTakesTheFirstTokensPlace) {
  service_.answer("DELETE /me/tokens/tk_1", 204, "");
  terminal_.answers = {"ann", "hunter2", "", "hunter2"};
  ASSERT_EQ(run_without_token({"login", service_.url()}), 0) << err_.str();
  ASSERT_EQ(run({"login"}), 0) << err_.str();
  EXPECT_THAT(terminal_.said, HasSubstr("Name [ann]: "));
  EXPECT_NE(service_.last("DELETE /me/tokens/tk_1").line, "");
}

TEST_F(LoginTest, LogoutRevokesAndForgetsAndSaysWhenItCouldNotRevoke) {
  terminal_.answers = {"ann", "hunter2", "ann", "hunter2"};
  ASSERT_EQ(run_without_token({"login", service_.url()}), 0) << err_.str();
  service_.answer("DELETE /me/tokens/tk_1", 204, "");
  EXPECT_EQ(run({"logout"}), 0) << err_.str();
  EXPECT_EQ(service_.last("DELETE /me/tokens/tk_1").header("authorization"), "Bearer skt_fresh");
  EXPECT_FALSE(std::filesystem::exists(credentials_file()));
  EXPECT_EQ(run({"logout"}), 4);
  ASSERT_EQ(run({"login", service_.url()}), 0) << err_.str();
  service_.answer("DELETE /me/tokens/tk_1", 403, R"({"title": "no", "code": "session_required"})");
  EXPECT_EQ(run({"logout"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("skyhold token delete tk_1"));
  EXPECT_FALSE(std::filesystem::exists(credentials_file()));
}

TEST_F(LoginTest, ATokenIsMadeByThePersonAndShownOnce) {
  terminal_.answers = {"ann", "hunter2"};
  ASSERT_EQ(run_line("token create nightly --role admin --project acme --expires 30"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("skt_fresh"));
  const json body = json::parse(service_.last("POST /me/tokens").body);
  EXPECT_EQ(body["project"], "acme");
  EXPECT_EQ(body["expires_at"], "2026-12-23T00:00:00Z");
  EXPECT_EQ(service_.last("POST /session").header("authorization"), "")
      << "it is the person, not the token at hand";
}

}  // namespace
}  // namespace skyhold
