// Who is told, through the API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "tests/support/http_server.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class NotificationTest : public testing::Test {
 protected:
  ApiHouse house_;
  Caller ada_ = house_.as("ada");
};

TEST_F(NotificationTest, ADestinationIsMadeChangedAndDeleted) {
  const Answer empty = ada_.get("/projects/acme/notifications");
  EXPECT_TRUE(empty.at("items").items().empty());
  EXPECT_FALSE(empty.at("mail_configured").as_boolean()) << "an admin should know";

  const Answer mail =
      ada_.post("/projects/acme/notifications", R"({"kind":"email","addresses":["ada@example.com"]})");
  ASSERT_EQ(mail.status, 201) << mail.text;
  EXPECT_EQ(mail.body.find("secret"), nullptr);
  EXPECT_EQ(mail.at("destination.events").items().size(), 5U) << "a sensible choice";
  EXPECT_EQ(mail.text_at("destination.created_by"), "ada");

  const std::string path = "/projects/acme/notifications/" + mail.text_at("destination.id");
  const Answer changed = ada_.patch(path, R"({"events":["recovered"],"enabled":false,"name":"Ada"})");
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_FALSE(changed.at("enabled").as_boolean());
  EXPECT_EQ(ada_.get("/projects/acme/notifications").at("items").items().at(0).text("name"), "Ada");
  EXPECT_EQ(ada_.remove(path).status, 204);
  EXPECT_EQ(ada_.remove(path).status, 404);
  EXPECT_EQ(house_.audited("notification.delete")->project, "acme");
}

TEST_F(NotificationTest, AWebhooksSecretIsShownOnceAndItsTokenNotWrittenDown) {
  const Answer hook = ada_.post("/projects/acme/notifications",
                                R"({"kind":"webhook","url":"https://hooks.example.com/T0KEN"})");
  ASSERT_EQ(hook.status, 201) << hook.text;
  EXPECT_THAT(hook.text_at("secret"), StartsWith("whsec_"));
  EXPECT_THAT(ada_.get("/projects/acme/notifications").text, Not(HasSubstr("whsec_")));
  EXPECT_EQ(house_.audited("notification.create")->detail, "webhook at hooks.example.com");
}

TEST_F(NotificationTest, WhatMakesNoSenseIsRefusedByField) {
  const auto field = [&](const std::string& body) {
    const Answer refused = ada_.post("/projects/acme/notifications", body);
    EXPECT_EQ(refused.status, 400) << refused.text;
    return refused.field();
  };
  EXPECT_EQ(field(R"({"kind":"email"})"), "addresses");
  EXPECT_EQ(field(R"({"kind":"email","addresses":["a@b\r\nRCPT TO:<c@d>"]})"), "addresses");
  EXPECT_EQ(field(R"({"kind":"email","addresses":["a@b.c"],"url":"https://a.b"})"), "url");
  EXPECT_EQ(field(R"({"kind":"webhook","url":"file:///etc/passwd"})"), "url");
  EXPECT_EQ(field(R"({"kind":"email","addresses":["a@b.c"],"events":[]})"), "events");
  EXPECT_THAT(field(R"({"kind":"email","addresses":["a@b.c"],"events":["everything"]})"),
              StartsWith("events"));
}

TEST_F(NotificationTest, ATestSaysWhatTheServerSaid) {
  TestHttpServer server([](const TestRequest& request) {
    TestResponse response;
    response.status = request.target == "/good" ? 200 : 503;
    return response;
  });
  const auto answer_of = [&](const std::string& path) {
    const Answer made = ada_.post("/projects/acme/notifications",
                                  R"({"kind":"webhook","url":")" + server.url() + path + R"("})");
    const Answer tried =
        ada_.post("/projects/acme/notifications/" + made.text_at("destination.id") + "/test");
    EXPECT_EQ(tried.status, 200) << tried.text;
    return tried.at("items").items().at(0).text("answer");
  };
  EXPECT_EQ(answer_of("/good"), "HTTP 200");
  EXPECT_THAT(answer_of("/bad"), HasSubstr("503"));
  EXPECT_TRUE(ada_.get("/projects/acme/notification-deliveries").at("items").items().empty());
}

TEST_F(NotificationTest, DeliveriesSayWhatBecameOfThem) {
  ASSERT_EQ(
      ada_.post("/projects/acme/notifications", R"({"kind":"email","addresses":["ada@example.com"]})").status,
      201);
  Notice notice;
  notice.kind = NoticeKind::kBackupFailed;
  notice.key = "k";
  notice.project = "acme";
  notice.at = house_.clock.now();
  notice.subject = "acme: the backup of main failed";
  ASSERT_TRUE(house_.notifications->tell(notice));
  ASSERT_TRUE(house_.courier->deliver(CancelToken()));
  const Answer list = ada_.get("/projects/acme/notification-deliveries");
  ASSERT_EQ(list.at("items").items().size(), 1U) << list.text;
  const JsonValue& delivery = list.at("items").items().at(0);
  EXPECT_EQ(delivery.text("state"), "waiting");
  EXPECT_THAT(delivery.text("reason"), HasSubstr("no mail server"));
  EXPECT_EQ(delivery.text("next_try_at"), "2026-11-23T10:01:00Z");
}

TEST_F(NotificationTest, TheyGoWithTheirProject) {
  ASSERT_EQ(
      ada_.post("/projects/acme/notifications", R"({"kind":"email","addresses":["ada@example.com"]})").status,
      201);
  ASSERT_EQ(house_.as("olga").remove("/projects/acme?confirm=acme").status, 204);
  EXPECT_TRUE(house_.notifications->watched()->empty());
}

}  // namespace
}  // namespace skyhold
