// What a receiver of webhooks gets, and where they never go.
#include "notify/webhook.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "notify/destination.h"
#include "tests/support/http_server.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

const Instant kNow = parse_rfc3339("2026-11-23T01:00:00Z").value();

Outgoing to(const std::string& url) {
  Outgoing outgoing;
  outgoing.destination.kind = DestinationKind::kWebhook;
  outgoing.destination.url = url;
  outgoing.secret = "whsec_test";
  outgoing.delivery.id = "nm_1";
  outgoing.delivery.notice.kind = NoticeKind::kBackupFailed;
  outgoing.delivery.notice.project = "acme";
  outgoing.delivery.notice.branch = "main";
  outgoing.delivery.notice.backup = "bk_1";
  outgoing.delivery.notice.at = kNow;
  outgoing.delivery.notice.subject = "acme: the backup of main failed";
  outgoing.delivery.notice.page = "/projects/acme";
  return outgoing;
}

Result<std::string> post(const Outgoing& outgoing, bool allow_private = true) {
  HttpClientOptions options;
  options.refuse_private_addresses = !allow_private;
  HttpClient client(options);
  return post_webhook(client, outgoing, "https://skyhold.example.com", kNow, CancelToken());
}

TestResponse answer(int status, std::string_view body = {}) {
  TestResponse response;
  response.status = status;
  append(response.body, as_bytes(body));
  return response;
}

// By hand:  printf '1795395600.{"id":"nm_1"}' | openssl dgst -sha256 -hmac whsec_test
TEST(Webhook, IsSignedSoThatAnybodyCanCheckIt) {
  EXPECT_EQ(webhook_signature("whsec_test", "1795395600", R"({"id":"nm_1"})"),
            "v1=21ed10652b56988f9262e5bebae672ff2bb97083761c8dfc00814808be5515c7");
  EXPECT_NE(webhook_signature("whsec_test", "1795395601", R"({"id":"nm_1"})"),
            webhook_signature("whsec_test", "1795395600", R"({"id":"nm_1"})"));
}

TEST(Webhook, SaysWhatHappenedToWhatInAShapeThatStays) {
  std::optional<TestRequest> seen;
  TestHttpServer server([&](const TestRequest& request) {
    seen = request;
    return answer(204);
  });
  const auto sent = post(to(server.url() + "/hook"));
  ASSERT_TRUE(sent) << to_string(sent.error());
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->method, "POST");
  EXPECT_EQ(seen->header("content-type"), "application/json");
  EXPECT_EQ(seen->header("skyhold-event-id"), "nm_1");
  EXPECT_EQ(seen->header("skyhold-timestamp"), "1795395600");
  const std::string body(as_text(seen->body));
  EXPECT_EQ(seen->header("skyhold-signature"), webhook_signature("whsec_test", "1795395600", body));
  const nlohmann::json expected{{"version", 1},
                                {"id", "nm_1"},
                                {"event", "backup_failed"},
                                {"project", "acme"},
                                {"branch", "main"},
                                {"backup", "bk_1"},
                                {"job", ""},
                                {"time", "2026-11-23T01:00:00Z"},
                                {"since", nullptr},
                                {"subject", "acme: the backup of main failed"},
                                {"text", ""},
                                {"url", "https://skyhold.example.com/projects/acme"}};
  EXPECT_EQ(nlohmann::json::parse(body), expected);
}

TEST(Webhook, AnAnswerOfAnyLengthIsASuccessAndARefusalIsQuoted) {
  TestHttpServer endless([](const TestRequest&) { return answer(200, std::string(1'000'000, 'x')); });
  EXPECT_EQ(post(to(endless.url())).value_or("failed"), "HTTP 200");
  TestHttpServer refusing([](const TestRequest&) { return answer(500, "out of\r\ncoffee"); });
  EXPECT_EQ(post(to(refusing.url())).error().message, "it answered 500: out of  coffee");
}

TEST(Webhook, RedirectsAreNotFollowed) {
  TestHttpServer goal([](const TestRequest&) { return answer(200); });
  TestHttpServer server([&](const TestRequest&) {
    TestResponse response = answer(302);
    response.headers.emplace_back("Location", goal.url());
    return response;
  });
  EXPECT_THAT(post(to(server.url())).error().message, HasSubstr("redirect"));
  EXPECT_EQ(goal.requests(), 0U);
}

TEST(Webhook, NeverReachesTheNetworkThatThePlatformStandsIn) {
  TestHttpServer server([](const TestRequest&) { return answer(200); });
  for (const std::string host :
       {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "127.1"}) {
    const auto sent = post(to("http://" + host + ":" + std::to_string(server.port()) + "/"), false);
    ASSERT_FALSE(sent) << host;
    EXPECT_EQ(sent.error().code, ErrorCode::kPermissionDenied) << to_string(sent.error());
  }
  EXPECT_EQ(server.connections(), 0U);
}

TEST(Webhook, OnlyUrlsOfHttpAreTaken) {
  for (const char* url : {"https://hooks.example.com/a?b=c", "http://hooks.example.com:8080"}) {
    EXPECT_TRUE(check_webhook_url(url)) << url;
  }
  for (const char* url :
       {"file:///etc/passwd", "ftp://example.com", "gopher://example.com", "hooks.example.com", "https://",
        "https://ada:secret@example.com", "https://exa mple.com", "https://a\r\nb", ""}) {
    EXPECT_FALSE(check_webhook_url(url)) << url;
  }
}

}  // namespace
}  // namespace skyhold
