// Signing in and out, and what a browser that was lured elsewhere cannot do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

class SessionTest : public testing::Test {
 protected:
  ApiHouse house_;
};

TEST_F(SessionTest, SigningInSetsACookieThatScriptsCannotRead) {
  Caller ada = house_.caller();
  const Answer answer = ada.sign_in("ada", ApiHouse::password_of("ada"));
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_THAT(
      answer.header("set-cookie"),
      testing::AllOf(testing::StartsWith("skyhold_session="), HasSubstr("; HttpOnly"),
                     HasSubstr("; SameSite=Strict"), HasSubstr("; Path=/"), Not(HasSubstr("Domain"))));
  EXPECT_EQ(answer.text_at("account.name"), "ada");
  EXPECT_EQ(answer.at("memberships").items().at(0).text("role"), "admin");
  EXPECT_EQ(ada.get("/me").text_at("account.name"), "ada");
  EXPECT_EQ(house_.audited("session.create")->outcome, "ok");
}

TEST_F(SessionTest, OverTlsTheCookieIsBoundToTheHost) {
  ServerRequest request;
  request.method = HttpMethod::kPost;
  request.target_path = "/api/v1/session";
  request.secure = true;
  request.peer_address = "192.0.2.1";
  request.headers = {{"content-type", "application/json"}, {"host", "sky"}};
  request.body = R"({"name":"ada","password":")" + ApiHouse::password_of("ada") + "\"}";
  const ServerResponse response = house_.api->handle(request);
  ASSERT_EQ(response.status, 200) << response.body;
  bool strict_transport = false;
  for (const HttpHeader& header : response.headers) {
    if (header.name == "Set-Cookie") {
      EXPECT_THAT(header.value,
                  testing::AllOf(testing::StartsWith("__Host-skyhold_session="), HasSubstr("; Secure")));
    }
    strict_transport |= header.name == "Strict-Transport-Security";
  }
  EXPECT_TRUE(strict_transport);
}

TEST_F(SessionTest, AWrongPasswordAndAnUnknownNameAreAnsweredAlike) {
  Caller caller = house_.caller();
  const Answer wrong = caller.sign_in("ada", "not the password");
  const Answer unknown = caller.sign_in("nobody", "not the password");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.code(), "wrong_credentials");
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(unknown.text_at("title"), wrong.text_at("title"));
  EXPECT_TRUE(caller.cookie.empty());
  const auto record = house_.audited("session.create");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->outcome, "denied");
  EXPECT_EQ(record->actor, "anonymous");
  EXPECT_EQ(record->subject, "account nobody");
}

TEST_F(SessionTest, GuessingIsSlowedDown) {
  Caller guesser = house_.caller();
  Answer answer;
  for (int i = 0; i < 20 && answer.status != 429; ++i) answer = guesser.sign_in("ada", "guess");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.code(), "throttled");
  EXPECT_FALSE(answer.header("retry-after").empty());
  EXPECT_EQ(guesser.sign_in("ada", ApiHouse::password_of("ada")).status, 429);
  house_.clock.advance(std::chrono::hours{1});
  EXPECT_EQ(guesser.sign_in("ada", ApiHouse::password_of("ada")).status, 200);
}

// Session fixation: a cookie that somebody planted beforehand is worth nothing afterwards.
TEST_F(SessionTest, SigningInAlwaysBeginsANewSession) {
  Caller victim = house_.caller();
  victim.cookie = "skyhold_session=" + std::string(43, 'A');
  ASSERT_EQ(victim.sign_in("ada", ApiHouse::password_of("ada")).status, 200);
  EXPECT_NE(victim.cookie, "skyhold_session=" + std::string(43, 'A'));

  const std::string first = victim.cookie;
  ASSERT_EQ(victim.sign_in("ada", ApiHouse::password_of("ada")).status, 200);
  EXPECT_NE(victim.cookie, first);
  Caller attacker = house_.caller();
  attacker.cookie = first;
  EXPECT_EQ(attacker.get("/me").code(), "signed_out");
}

TEST_F(SessionTest, SigningOutEndsTheSessionOnTheServer) {
  Caller ada = house_.as("ada");
  Caller copy = ada;
  EXPECT_EQ(ada.remove("/session").status, 204);
  EXPECT_EQ(copy.get("/me").status, 401);
  EXPECT_EQ(house_.caller().remove("/session").status, 204);
}

TEST_F(SessionTest, ChangesHaveToRepeatTheTokenOfTheSession) {
  Caller ada = house_.as("ada");
  const std::string token = ada.csrf_token;
  for (const std::string& forged :
       {std::string(), std::string("x"), token + "x", house_.as("uma").csrf_token}) {
    ada.csrf_token = forged;
    const Answer answer = ada.patch("/projects/acme", R"({"title":"Stolen"})");
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.code(), "csrf");
  }
  EXPECT_EQ(house_.audited("project.update")->outcome, "denied");
  ada.csrf_token = token;
  EXPECT_EQ(ada.patch("/projects/acme", R"({"title":"Better"})").text_at("title"), "Better");
}

TEST_F(SessionTest, RequestsThatOtherSitesSentAreRefused) {
  Caller ada = house_.as("ada");
  const std::string host = "127.0.0.1:" + std::to_string(house_.port());
  const auto change = [&](const std::string& name, const std::string& value) {
    return ada.send(HttpMethod::kPatch, "/projects/acme", R"({"title":"x"})", {{name, value}}).code();
  };
  EXPECT_EQ(change("Origin", "https://evil.example"), "csrf");
  EXPECT_EQ(change("Origin", "null"), "csrf");
  EXPECT_EQ(change("Origin", "http://" + host + ".evil.example"), "csrf");
  EXPECT_EQ(change("Sec-Fetch-Site", "cross-site"), "csrf");
  EXPECT_EQ(change("Sec-Fetch-Site", "same-site"), "csrf");
  EXPECT_EQ(change("Origin", "http://" + host), "");
  EXPECT_EQ(change("Sec-Fetch-Site", "same-origin"), "");
  // Signing somebody in as somebody else is an attack too.
  Caller lured = house_.caller();
  EXPECT_EQ(lured
                .send(HttpMethod::kPost, "/session", R"({"name":"sam","password":"x"})",
                      {{"Origin", "https://evil.example"}})
                .code(),
            "csrf");
}

// What a form of another site can send without asking first is never JSON.
TEST_F(SessionTest, ABodyThatIsNotJsonByItsTypeIsRefused) {
  Caller caller = house_.caller();
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""}) {
    const Answer answer = caller.raw(HttpMethod::kPost, "/api/v1/session", R"({"name":"ada","password":"x"})",
                                     {{"Content-Type", type}});
    EXPECT_EQ(answer.status, 415) << type;
  }
}

TEST_F(SessionTest, AOneTimePasswordHasToBeChanged) {
  Caller olga = house_.as("olga");
  const Answer made = olga.post("/accounts", R"({"name":"nina","display_name":"Nina"})");
  ASSERT_EQ(made.status, 201) << made.text;
  Caller nina = house_.caller();
  const Answer first = nina.sign_in("nina", made.text_at("one_time_password"));
  ASSERT_EQ(first.status, 200);
  EXPECT_TRUE(first.at("account.must_change_password").as_boolean());
  EXPECT_EQ(nina.get("/projects").code(), "password_change_required");
  EXPECT_EQ(nina.put("/me/password", R"({"current":"wrong","fresh":"harbour-violet-engine"})").status, 403);
  const std::string before = nina.cookie;
  JsonValue change = JsonValue::object();
  change.set("current", made.text_at("one_time_password")).set("fresh", "harbour-violet-engine");
  ASSERT_EQ(nina.put("/me/password", to_text(change)).status, 204);
  EXPECT_NE(nina.cookie, before);
  EXPECT_EQ(nina.get("/projects").status, 200);
  // The new token of the session came along with its new cookie.
  EXPECT_EQ(nina.patch("/me", R"({"locale":"fr"})").text_at("account.locale"), "fr");
}

TEST_F(SessionTest, TokensServeScriptsAndEndWhenTheyAreRevoked) {
  Caller ada = house_.as("ada");
  const Answer made = ada.post("/me/tokens", R"({"name":"nightly","role":"user","project":"acme"})");
  ASSERT_EQ(made.status, 201) << made.text;
  Caller script = house_.caller();
  script.token = made.text_at("secret");
  EXPECT_EQ(script.get("/projects/acme").text_at("role"), "user");
  EXPECT_EQ(script.post("/projects/acme/backups", R"({"branch":"main"})").code(), "forbidden");
  EXPECT_EQ(script.post("/me/tokens", R"({"name":"more","role":"admin"})").code(), "session_required");
  EXPECT_EQ(ada.get("/me/tokens").at("items").items().size(), 1U);
  EXPECT_EQ(ada.get("/me/tokens").text.find(script.token), std::string::npos);
  EXPECT_EQ(ada.remove("/me/tokens/" + made.text_at("token.id")).status, 204);
  EXPECT_EQ(script.get("/projects/acme").code(), "signed_out");
}

// As whoever leaves does who had signed in on the command line.
TEST_F(SessionTest, ATokenMayRevokeItselfAndNoOther) {
  Caller ada = house_.as("ada");
  const Answer made = ada.post("/me/tokens", R"({"name":"laptop","role":"admin"})");
  const Answer other = ada.post("/me/tokens", R"({"name":"nightly","role":"user"})");
  Caller laptop = house_.caller();
  laptop.token = made.text_at("secret");
  EXPECT_EQ(laptop.remove("/me/tokens/" + other.text_at("token.id")).code(), "session_required");
  EXPECT_EQ(laptop.remove("/me/tokens/" + made.text_at("token.id")).status, 204);
  EXPECT_EQ(house_.audited("token.delete")->subject, made.text_at("token.id"));
  EXPECT_EQ(house_.audited("token.delete")->outcome, "ok");
  EXPECT_EQ(laptop.get("/me").status, 401);
  EXPECT_EQ(ada.get("/me/tokens").at("items").items().size(), 1U);
}

TEST_F(SessionTest, ATokenExpires) {
  Caller ada = house_.as("ada");
  const Answer made =
      ada.post("/me/tokens", R"({"name":"soon over","role":"user","expires_at":"2026-11-23T11:00:00Z"})");
  ASSERT_EQ(made.status, 201) << made.text;
  Caller script = house_.caller();
  script.token = made.text_at("secret");
  EXPECT_EQ(script.get("/me").status, 200);
  house_.clock.advance(std::chrono::hours{2});
  EXPECT_EQ(script.get("/me").status, 401);
}

TEST_F(SessionTest, SessionsAreListedAndEnded) {
  Caller ada = house_.as("ada");
  Caller elsewhere = house_.as("ada");
  const Answer list = ada.get("/me/sessions");
  ASSERT_EQ(list.at("items").items().size(), 2U);
  for (const JsonValue& session : list.at("items").items()) {
    if (session.flag("current", true)) continue;
    EXPECT_EQ(ada.remove("/me/sessions/" + session.text("id")).status, 204);
  }
  EXPECT_EQ(elsewhere.get("/me").status, 401);
  EXPECT_EQ(ada.get("/me").status, 200);
  EXPECT_EQ(ada.remove("/me/sessions/none").status, 404);
}

TEST_F(SessionTest, ASecondFactorIsAskedForBeforeAnythingElse) {
  Caller ada = house_.as("ada");
  const Answer setup = ada.post("/me/totp");
  ASSERT_EQ(setup.status, 200);
  EXPECT_THAT(setup.text_at("uri"), testing::StartsWith("otpauth://"));
  EXPECT_EQ(ada.put("/me/totp", R"({"code":"000000"})").status / 100, 4);
  EXPECT_EQ(house_.caller().post("/session/totp", R"({"code":"123456"})").code(), "signed_out");
}

}  // namespace
}  // namespace skyhold
