// The operators' pages, what is served beside the API, and requests that are no requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

class PlatformTest : public testing::Test {
 protected:
  ApiHouse house_;
};

TEST_F(PlatformTest, OperatorsSeeThePlatformAtAGlance) {
  ASSERT_TRUE(house_.catalog->record_usage("acme", {{"gold", 10, 1000, house_.clock.now()}}, 5000));
  ASSERT_TRUE(house_.jobs->seen({"host:1:x", "west", "0.1.0", house_.clock.now(), house_.clock.now(), 0}));
  Caller olga = house_.as("olga");
  EXPECT_EQ(olga.get("/regions").at("items").items().at(0).integer("project_count", 0), 2);
  const Answer stores = olga.get("/stores");
  ASSERT_EQ(stores.at("items").items().size(), 3U);
  for (const JsonValue& store : stores.at("items").items()) {
    EXPECT_EQ(store.integer("bytes", -1), store.text("name") == "gold" ? 1000 : 0);
  }
  EXPECT_EQ(olga.post("/stores/gold/check").text_at("name"), "gold");
  EXPECT_EQ(olga.post("/stores/lead/check").status, 404);
  EXPECT_EQ(olga.get("/workers").at("items").items().size(), 1U);
  EXPECT_EQ(olga.get("/storage").at("stores").items().at(0).integer("objects", 0), 10);
  EXPECT_EQ(house_.as("uma").get("/projects/acme/storage?days=7").at("history").items().size(), 1U);
  const Answer health = olga.get("/health");
  ASSERT_EQ(health.status, 200) << health.text;
  EXPECT_EQ(health.at("stores.healthy").as_integer(), 3);
  EXPECT_EQ(health.at("workers").as_integer(), 1);
  EXPECT_EQ(health.at("jobs_queued").as_integer(), 0);
  ASSERT_EQ(olga.post("/projects/acme/backups", R"({"branch":"main"})").status, 202);
  ASSERT_EQ(olga.post("/projects/acme/backups", R"({"branch":"stage"})").status, 202);
  const std::optional<TakenJob> taken = house_.take_job();
  ASSERT_TRUE(house_.jobs->end_with_error(taken->lease, Error{ErrorCode::kSource, "no", ""}));
  const Answer later = olga.get("/health");
  EXPECT_EQ(later.at("jobs_queued").as_integer(), 1);
  EXPECT_EQ(later.at("jobs_failed_today").as_integer(), 1);
}

TEST_F(PlatformTest, StorageIsSummedHoweverManyProjectsThereAre) {
  Caller olga = house_.as("olga");
  const auto statements_of = [&](const std::string& path) {
    const int before = house_.statements;
    EXPECT_EQ(olga.get(path).status, 200);
    return house_.statements - before;
  };
  const int storage = statements_of("/storage");
  const int regions = statements_of("/regions");
  const int stores = statements_of("/stores");
  for (int i = 0; i < 60; ++i) {
    Project project;
    project.name = "fleet-" + std::to_string(i);
    project.region = "west";
    ASSERT_TRUE(house_.catalog->create_project(project));
    ASSERT_TRUE(house_.catalog->record_usage(
        project.name, {{"gold", 10, 1000, house_.clock.now()}, {"silver", 9, 900, house_.clock.now()}},
        5000));
  }
  house_.add_backup("main", house_.clock.now());
  EXPECT_EQ(statements_of("/storage"), storage);
  EXPECT_EQ(statements_of("/regions"), regions);
  EXPECT_EQ(statements_of("/stores"), stores);
  const Answer sums = olga.get("/storage");
  ASSERT_EQ(sums.at("stores").items().size(), 2U);
  EXPECT_EQ(sums.at("stores").items().at(0).integer("objects", 0), 600);
  EXPECT_EQ(sums.at("stores").items().at(1).integer("bytes", 0), 54000);
  EXPECT_EQ(sums.at("projects").items().size(), 50U) << "the largest";
  EXPECT_EQ(sums.at("projects").items().at(0).text("project"), "acme");
  EXPECT_EQ(olga.get("/regions").at("items").items().at(0).integer("project_count", 0), 62);
}

TEST_F(PlatformTest, OperatorsManageAccounts) {
  Caller olga = house_.as("olga");
  const Answer uma = olga.get("/accounts?search=uma");
  ASSERT_EQ(uma.at("items").items().size(), 1U);
  const std::string path = "/accounts/" + uma.at("items").items().at(0).text("id");
  Caller session = house_.as("uma");
  EXPECT_FALSE(olga.patch(path, R"({"enabled":false})").at("enabled").as_boolean());
  EXPECT_EQ(session.get("/me").status, 401);
  EXPECT_EQ(olga.patch(path, R"({"enabled":true})").status, 200);
  EXPECT_FALSE(olga.post(path + "/password").text_at("one_time_password").empty());
  EXPECT_EQ(olga.remove(path).status, 204);
  EXPECT_EQ(olga.remove(path).status, 404);
  // Somebody has to be left.
  const std::string own = "/accounts/" + house_.access->account_by_name("olga")->id;
  EXPECT_EQ(olga.remove(own).code(), "busy");
}

TEST_F(PlatformTest, TheAuditLogIsFiltered) {
  house_.as("ada").patch("/projects/acme", R"({"title":"x"})");
  house_.as("sam").patch("/projects/globex", R"({"title":"x"})");
  Caller olga = house_.as("olga");
  EXPECT_EQ(olga.get("/audit?project=acme&action=project.update").at("items").items().size(), 1U);
  EXPECT_EQ(olga.get("/audit?actor=sam&action=project.update").at("items").items().size(), 1U);
  EXPECT_EQ(olga.get("/audit?since=2027-01-01T00:00:00Z").at("items").items().size(), 0U);
  EXPECT_FALSE(olga.get("/audit?limit=1").text_at("next").empty());
}

TEST_F(PlatformTest, EveryAnswerOfTheApiIsShutTight) {
  for (const std::string& path : {std::string("/me"), std::string("/meta"), std::string("/nothing")}) {
    const Answer answer = house_.caller().send(HttpMethod::kGet, path);
    EXPECT_THAT(answer.header("content-security-policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(answer.header("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.header("referrer-policy"), "no-referrer");
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(answer.header("strict-transport-security"), "");
    EXPECT_THAT(answer.header("x-request-id"), testing::StartsWith("rq_"));
  }
  EXPECT_EQ(house_.caller().get("/me").header("www-authenticate"), "Bearer realm=\"skyhold\"");
}

TEST_F(PlatformTest, WhatIsNotThereAndWhatIsNotUnderstood) {
  Caller caller = house_.caller();
  EXPECT_EQ(caller.get("/nothing").status, 404);
  const Answer wrong = caller.remove("/projects");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("allow"), "GET, POST");
  EXPECT_EQ(caller.get("/meta?x=1").field(), "x");
  EXPECT_EQ(caller.raw(HttpMethod::kGet, "/api/v2/me").status, 404);
  EXPECT_EQ(caller.raw(HttpMethod::kGet, "/api").status, 404);
}

TEST_F(PlatformTest, BodiesThatAreTooLargeOrNoJsonGoNoFurther) {
  Caller ada = house_.as("ada");
  const std::vector<HttpHeader> headers{
      {"Cookie", ada.cookie}, {"X-CSRF-Token", ada.csrf_token}, {"Content-Type", "application/json"}};
  const auto post = [&](const std::string& body) {
    return ada.raw(HttpMethod::kPost, "/api/v1/projects/acme/backups", body, headers);
  };
  EXPECT_EQ(post(R"({"branch":"main","note":")" + std::string(100'000, 'x') + "\"}").status, 413);
  EXPECT_EQ(post("{\"branch\":").status, 400);
  EXPECT_EQ(post(std::string(30'000, '[')).status, 400);
  EXPECT_EQ(post("{\"branch\":\"\xFF\"}").status, 400);
  EXPECT_EQ(post("{\"branch\":\"main\"}garbage").status, 400);
  const Answer twice = ada.raw(HttpMethod::kPost, "/api/v1/projects/acme/mend", "{}", headers);
  EXPECT_EQ(twice.status, 400);
  EXPECT_TRUE(house_.jobs->jobs({}, 10)->items.empty());
}

TEST_F(PlatformTest, ALoadBalancerIsToldWhetherToSendMore) {
  Caller caller = house_.caller();
  EXPECT_EQ(caller.raw(HttpMethod::kGet, "/healthz").text, "ok\n");
  EXPECT_EQ(caller.raw(HttpMethod::kGet, "/readyz").status, 200);
  house_.api->begin_drain();
  EXPECT_EQ(caller.raw(HttpMethod::kGet, "/readyz").status, 503);
  EXPECT_EQ(caller.raw(HttpMethod::kGet, "/healthz").status, 200);
}

TEST_F(PlatformTest, TheReferenceIsAPageWithoutScripts) {
  Caller caller = house_.caller();
  const Answer page = caller.raw(HttpMethod::kGet, "/api/v1/reference");
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.text, HasSubstr("id=\"createBackup\""));
  EXPECT_THAT(page.text, HasSubstr("id=\"schema-Backup\""));
  EXPECT_THAT(page.text, Not(HasSubstr("<script")));
  EXPECT_THAT(page.text, Not(HasSubstr("style=")));
  EXPECT_THAT(page.header("content-security-policy"), Not(HasSubstr("unsafe")));
  EXPECT_EQ(caller.raw(HttpMethod::kGet, "/api/v1/reference.css").status, 200);
  EXPECT_THAT(caller.raw(HttpMethod::kGet, "/api/v1/openapi.yaml").text,
              testing::StartsWith("# The contract"));
}

TEST_F(PlatformTest, PagesOfTheDashboardAreServedAndFilesThatAreMissingAreNot) {
  Caller caller = house_.caller();
  for (const char* path : {"/", "/projects/acme", "/projects/acme/backups"}) {
    const Answer page = caller.raw(HttpMethod::kGet, path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8") << path;
    const std::string policy = page.header("content-security-policy");
    EXPECT_THAT(policy, testing::StartsWith("default-src 'self'; ")) << path;
    for (const char* loose : {"unsafe", "data:", "blob:", "http", "*"}) {
      EXPECT_THAT(policy, Not(HasSubstr(loose))) << path;
    }
  }
  EXPECT_EQ(caller.raw(HttpMethod::kGet, "/assets/gone-123.js").status, 404);
  EXPECT_EQ(caller.raw(HttpMethod::kPost, "/projects").status, 405);
}

}  // namespace
}  // namespace skyhold
