#include "cli/api_client.h"

#include <fstream>

#include <gmock/gmock.h>

#include "cli/api_test_support.h"

namespace skyhold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ApiClientTest : public testing::Test {
 protected:
  ApiClient client() { return ApiClient({service_.url(), "skt_secret", ""}, cancel_); }
  Error problem(int status, const std::string& body, const std::vector<HttpHeader>& headers = {}) {
    service_.answer("GET /x", status, body, headers);
    const auto reply = client().get("/x");
    EXPECT_FALSE(reply.has_value());
    return reply ? Error{} : reply.error();
  }

  CannedService service_;
  CancelToken cancel_;
};

TEST_F(ApiClientTest, AsksWithTheTokenAndGivesTheAnswerAsItCame) {
  service_.answer("GET /projects/a%20b", 200, "{}");
  service_.answer("GET /projects/a b", 200, R"({"z": 1, "a": {"b": [true]}})");
  const auto reply = client().get(api_path("/projects/", "a b"), {{"search", "x&y"}, {"empty", ""}});
  ASSERT_TRUE(reply.has_value()) << to_string(reply.error());
  EXPECT_EQ(reply->text(), R"({"z": 1, "a": {"b": [true]}})");
  EXPECT_EQ(reply->json.integer("z"), 1);
  EXPECT_THAT(service_.lines(), ElementsAre("GET /projects/a b?search=x&y"));
  EXPECT_EQ(service_.seen().front().header("authorization"), "Bearer skt_secret");
}

TEST_F(ApiClientTest, ACreationHasAKeyOfItsOwnEachTime) {
  service_.answer("POST /projects", 201, "{}");
  ApiClient api = client();
  ApiObject body;
  body.set("name", "acme");
  ASSERT_TRUE(api.create("/projects", body).has_value());
  ASSERT_TRUE(api.create("/projects", body).has_value());
  ASSERT_TRUE(api.post("/projects", body).has_value());
  const auto seen = service_.seen();
  EXPECT_EQ(seen[0].body, R"({"name":"acme"})");
  EXPECT_EQ(seen[0].header("content-type"), "application/json");
  EXPECT_EQ(seen[0].header("idempotency-key").size(), 32U);
  EXPECT_NE(seen[0].header("idempotency-key"), seen[1].header("idempotency-key"));
  EXPECT_EQ(seen[2].header("idempotency-key"), "");
}

TEST_F(ApiClientTest, AProblemBecomesTheErrorOfItsName) {
  const Error busy =
      problem(423, R"({"title": "it is held", "code": "busy", "hint": "wait", "status": 423})");
  EXPECT_EQ(busy.code, ErrorCode::kBusy);
  EXPECT_EQ(busy.message, "it is held");
  EXPECT_EQ(busy.hint, "wait");
  const Error field = problem(400, R"({"title": "not a slug", "code": "invalid_argument", "field": "name"})");
  EXPECT_EQ(field.code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(field.message, "not a slug (name)");
  const Error throttled =
      problem(429, R"({"title": "too many", "code": "throttled"})", {{"Retry-After", "7"}});
  EXPECT_EQ(throttled.code, ErrorCode::kUnavailable);
  EXPECT_EQ(throttled.retry_after, std::chrono::seconds(7));
}

TEST_F(ApiClientTest, ACodeThatIsNewIsReadByItsStatus) {
  const std::map<int, ErrorCode> codes{
      {401, ErrorCode::kPermissionDenied}, {403, ErrorCode::kPermissionDenied},
      {404, ErrorCode::kNotFound},         {409, ErrorCode::kAlreadyExists},
      {422, ErrorCode::kInvalidArgument},  {502, ErrorCode::kUnavailable},
      {500, ErrorCode::kInternal}};
  for (const auto& [status, code] : codes) {
    EXPECT_EQ(problem(status, R"({"title": "t", "code": "brand_new"})").code, code) << status;
    EXPECT_EQ(problem(status, "<html>a proxy's page</html>").code, code) << status;
  }
  EXPECT_THAT(problem(401, "{}").hint, HasSubstr("skyhold login " + service_.url()));
}

TEST_F(ApiClientTest, WhatIsNotSkyholdIsToldSo) {
  service_.answer_with("GET /x", [](const ServerRequest&) {
    ServerResponse response;
    response.headers.push_back({"Content-Type", "text/html"});
    response.body = "<html>";
    return response;
  });
  EXPECT_EQ(client().get("/x").error().code, ErrorCode::kUnsupported);
  service_.answer("GET /x", 200, "{\"half\":");
  EXPECT_EQ(client().get("/x").error().code, ErrorCode::kCorrupt);
  const auto nobody = ApiClient({"http://127.0.0.1:1", "", ""}, cancel_).get("/x");
  ASSERT_FALSE(nobody.has_value());
  EXPECT_EQ(nobody.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(nobody.error().hint, "");
}

TEST_F(ApiClientTest, PagesAreGatheredUntilThereAreEnough) {
  service_.answer_with("GET /jobs", [](const ServerRequest& request) {
    const int from = request.query_value("after") ? std::stoi(std::string(*request.query_value("after"))) : 0;
    const int limit = std::stoi(std::string(*request.query_value("limit")));
    ServerResponse response;
    response.headers.push_back({"Content-Type", "application/json"});
    for (int n = from; n < std::min(from + limit, 1200); ++n) {
      response.body += (n > from ? "," : "") + std::to_string(n);
    }
    const std::string next = from + limit < 1200 ? std::to_string(from + limit) : "";
    response.body = "{\"items\":[" + response.body + "],\"next\":\"" + next + "\"}";
    return response;
  });
  auto all = client().list("/jobs", {}, 100'000);
  ASSERT_TRUE(all.has_value()) << to_string(all.error());
  EXPECT_EQ(all->json["items"].items().size(), 1200U);
  EXPECT_EQ(all->json.text("next"), "");
  auto some = client().list("/jobs", {{"kind", "backup"}}, 700);
  ASSERT_TRUE(some.has_value());
  EXPECT_EQ(some->json["items"].items().size(), 700U);
  EXPECT_EQ(some->json.text("next"), "700");
  EXPECT_EQ(service_.lines().back(), "GET /jobs?kind=backup&limit=200&after=500");
}

class ApiPlaceTest : public ApiCommandTest {
 protected:
  Result<ApiPlace> place(const std::string& url_flag = {}) {
    Parameters parameters;
    parameters.environment = [this](const std::string& name) {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
    parameters.api.url = url_flag;
    return api_place(parameters);
  }
  void save(const std::string& url) {
    ASSERT_TRUE(save_sign_in(credentials_file(), {url, "ann", "skt_saved", "tk_1", "", ""}).has_value());
  }
};

TEST_F(ApiPlaceTest, ASavedTokenGoesToItsOwnServerAlone) {
  variables_ = {{"XDG_CONFIG_HOME", (directory_ / "config").string()}};
  EXPECT_THAT(place().error().hint, HasSubstr("skyhold login http://127.0.0.1:8470"));
  save("https://one.example");
  EXPECT_EQ(place()->url, "https://one.example");
  EXPECT_EQ(place()->token, "skt_saved");
  EXPECT_EQ(place("https://one.example/")->token, "skt_saved");
  ASSERT_FALSE(place("https://two.example").has_value());
  EXPECT_EQ(place("https://two.example").error().code, ErrorCode::kPermissionDenied);
  variables_["SKYHOLD_URL"] = "https://two.example";
  EXPECT_FALSE(place().has_value());
  variables_["SKYHOLD_TOKEN"] = "skt_environment";
  EXPECT_EQ(place()->token, "skt_environment");
}

TEST_F(ApiPlaceTest, AnAddressIsAUrlWithoutSecrets) {
  for (const std::string url :
       {"ftp://x", "one.example", "https://ann:hunter2@one.example", "https://one.example/?token=hunter2"}) {
    ASSERT_FALSE(place(url).has_value()) << url;
    EXPECT_EQ(place(url).error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(to_string(place(url).error()), Not(HasSubstr("hunter2")));
  }
}

TEST_F(ApiPlaceTest, CredentialsThatOthersCanReadAreRefused) {
  variables_ = {{"XDG_CONFIG_HOME", (directory_ / "config").string()}};
  save("https://one.example");
  std::filesystem::permissions(credentials_file(), std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(place().error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(place().error().hint, HasSubstr("chmod 600"));
  std::filesystem::permissions(credentials_file(), std::filesystem::perms::owner_read);
  EXPECT_TRUE(place().has_value());
  std::filesystem::permissions(credentials_file(), std::filesystem::perms::owner_all);
  std::ofstream(credentials_file()) << "{\"url\": 3}";
  std::filesystem::permissions(credentials_file(), std::filesystem::perms::owner_read);
  EXPECT_EQ(place().error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace skyhold
