// The service tells people: a backup that fails is told once, and that it is good again once, by mail and by
// a signed webhook, while no job waits for either.
#include <mutex>

#include <gmock/gmock.h>

#include "base/encoding.h"
#include "crypto/hmac.h"
#include "tests/support/http_server.h"
#include "tests/support/mail_server.h"
#include "tests/support/service_shop.h"
#include "tests/support/service_world.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::SizeIs;

// What a receiver of webhooks keeps.
class Hook {
 public:
  [[nodiscard]] std::string url() const { return server_.url() + "/hook"; }
  [[nodiscard]] std::vector<TestRequest> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<TestRequest> calls_;
  TestHttpServer server_{[this](const TestRequest& request) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(request);
    return TestResponse();
  }};
};

std::string settings_of(const MailServer& mail) {
  return fmt::format(
      "public_url = \"https://skyhold.example.com\"\n"
      "[mail]\nserver = \"{}\"\nstarttls = \"optional\"\nfrom = \"Skyhold <backups@example.com>\"\n"
      "ca_file = \"{}\"\n[notify]\nallow_private_addresses = true\n",
      mail.url(), mail.ca_file());
}

// Without the breaks that mail puts into long lines.
std::string unbroken(std::string content) {
  for (std::size_t at = 0; (at = content.find("=\r\n", at)) != std::string::npos;) content.erase(at, 3);
  return content;
}

class ServiceNotifyTest : public testing::Test {
 protected:
  // Until so many mails and calls came; a minute at most, then as many as there are.
  void wait_for(std::size_t messages) {
    for (int tenth = 0; tenth < 600; ++tenth) {
      if (mail_.mails().size() >= messages && hook_.calls().size() >= messages) return;
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
  }
  void back_up(ApiUser& user, const std::string& outcome) {
    const ServiceAnswer begun = user.post("/projects/shop/backups", {{"branch", "production"}});
    ASSERT_EQ(begun.status, 202) << begun.text();
    ASSERT_EQ(user.wait_for_job(begun.json["job"]["id"])["state"], outcome);
  }

  MailServer mail_;
  Hook hook_;
  ServiceWorld world_{"", settings_of(mail_)};
};

TEST_F(ServiceNotifyTest, AFailureIsToldOnceAndSoIsThatItIsGoodAgain) {
  const Shop shop(world_.directory());
  world_.serve();
  ApiUser user = world_.operator_user();
  ServiceWorld::make_project(user, "shop", shop.url(), shop.filestore());
  const std::string path = "/projects/shop/notifications";
  const ServiceAnswer by_mail = user.post(path, {{"kind", "email"}, {"addresses", {"ada@example.com"}}});
  ASSERT_EQ(by_mail.status, 201) << by_mail.text();
  const ServiceAnswer by_hook = user.post(path, {{"kind", "webhook"}, {"url", hook_.url()}});
  ASSERT_EQ(by_hook.status, 201) << by_hook.text();
  const std::string secret = by_hook.json["secret"];

  // The branch's database goes away; two backups in a row fail.
  ASSERT_EQ(user.patch("/projects/shop/branches/production",
                       {{"database_url", ScratchPostgres::instance().url("no_such_shop")}})
                .status,
            200);
  back_up(user, "failed");
  wait_for(1);
  back_up(user, "failed");
  ASSERT_EQ(user.patch("/projects/shop/branches/production", {{"database_url", shop.url()}}).status, 200);
  back_up(user, "succeeded");
  wait_for(2);
  back_up(user, "succeeded");
  // Two looks later all that there is to tell is told.
  std::this_thread::sleep_for(std::chrono::seconds{16});

  const std::vector<ReceivedMail> mails = mail_.mails();
  ASSERT_THAT(mails, SizeIs(2)) << world_.service().log();
  EXPECT_THAT(mails[0].content, HasSubstr("Subject: shop: the backup of production failed"));
  EXPECT_THAT(unbroken(mails[0].content), HasSubstr("no_such_shop"));
  EXPECT_THAT(unbroken(mails[0].content), HasSubstr("https://skyhold.example.com/projects/shop/backups/bk_"));
  EXPECT_THAT(mails[1].content, HasSubstr("Subject: shop: backups of production are good again"));

  const std::vector<TestRequest> calls = hook_.calls();
  ASSERT_THAT(calls, SizeIs(2));
  for (const TestRequest& call : calls) {
    const std::string signed_text =
        fmt::format("{}.{}", call.header("skyhold-timestamp"), as_text(call.body));
    EXPECT_EQ(call.header("skyhold-signature"),
              "v1=" + hex_encode(hmac_sha256(as_bytes(secret), as_bytes(signed_text))));
  }
  EXPECT_EQ(json::parse(as_text(calls[0].body))["event"], "backup_failed");
  EXPECT_EQ(json::parse(as_text(calls[1].body))["event"], "recovered");
  const json deliveries = user.get("/projects/shop/notification-deliveries").json["items"];
  ASSERT_EQ(deliveries.size(), 4U) << deliveries.dump(1);
  for (const json& delivery : deliveries) EXPECT_EQ(delivery["state"], "sent") << delivery.dump(1);
}

}  // namespace
}  // namespace skyhold
