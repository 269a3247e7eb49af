// Messages that leave: over real SMTP, and to a real HTTP server.
#include "notify/courier.h"

#include <gmock/gmock.h>

#include "notify/notify_test_support.h"
#include "tests/support/http_server.h"
#include "tests/support/mail_server.h"

namespace skyhold {
namespace {

using std::chrono::minutes;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

class CourierTest : public NotifyTestBase {
 protected:
  static CourierOptions by_mail(const MailServer& server) {
    CourierOptions options;
    options.mail.server = server.url();
    options.mail.starttls_required = false;
    options.mail.from = "Skyhold <backups@example.com>";
    options.public_url = "https://skyhold.example.com";
    return options;
  }
  void tell_by(const CourierOptions& options) {
    Courier courier(*notifications_, options, clock_);
    const Status delivered = courier.deliver(CancelToken());
    EXPECT_TRUE(delivered) << to_string(delivered.error());
  }
};
INSTANTIATE_TEST_SUITE_P(Sqlite, CourierTest, testing::Values(SqlDialect::kSqlite), sql_dialect_name);

TEST_P(CourierTest, AMailArrivesWithWhatHappenedAndWhereToLook) {
  const MailServer server;
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com", "bo@example.com"})));
  Notice one = notice(NoticeKind::kBackupFailed, "k");
  one.subject = "acme: la sauvegarde a échoué";
  one.text = "It failed.\n\n.hidden\n\nNothing is lost: é.";
  ASSERT_TRUE(notifications_->tell(one));
  tell_by(by_mail(server));
  const auto mails = server.mails();
  ASSERT_THAT(mails, SizeIs(2)) << deliveries().front().reason;
  EXPECT_EQ(mails[0].from, "backups@example.com");
  EXPECT_NE(mails[0].to, mails[1].to) << "nobody sees the others";
  EXPECT_THAT(mails[0].content,
              AllOf(HasSubstr("Subject: =?UTF-8?B?"), HasSubstr("\r\nAuto-Submitted: auto-generated\r\n"),
                    HasSubstr("It failed.\r\n\r\n=2Ehidden"), HasSubstr("lost: =C3=A9."),
                    HasSubstr("https://skyhold.example.com/projects/acme"),
                    HasSubstr("X-Skyhold-Event: backup_failed")));
  for (const Delivery& delivery : deliveries()) {
    EXPECT_EQ(delivery.state, DeliveryState::kSent);
    EXPECT_THAT(mails[0].content + mails[1].content,
                HasSubstr("Message-ID: <" + delivery.id + "@example.com>"));
  }
}

TEST_P(CourierTest, ThePasswordTravelsUnderTlsOnly) {
  const MailServer server({.starttls = true, .user = "skyhold"});
  const ScratchDirectory directory;
  std::ofstream(directory / "password") << MailServer::kPassword << "\n";
  CourierOptions options = by_mail(server);
  options.mail.starttls_required = true;
  options.mail.user = "skyhold";
  options.mail.password_file = directory / "password";
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k")));
  tell_by(options);
  EXPECT_THAT(deliveries().front().reason, HasSubstr("not to be trusted")) << "its authority is nobody's";
  EXPECT_THAT(server.mails(), SizeIs(0));

  options.mail.ca_file = server.ca_file();
  clock_.advance(minutes{2});
  tell_by(options);
  ASSERT_THAT(server.mails(), SizeIs(1)) << deliveries().front().reason;
  EXPECT_TRUE(server.mails().front().over_tls);
  EXPECT_EQ(server.mails().front().user, "skyhold");

  std::ofstream(directory / "password") << "wrong";
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k2")));
  tell_by(options);
  EXPECT_THAT(deliveries().front().reason, HasSubstr("does not let us in"));
}

TEST_P(CourierTest, AServerWithoutStarttlsGetsNothingWhereItIsRequired) {
  const MailServer server;
  CourierOptions options = by_mail(server);
  options.mail.starttls_required = true;
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k")));
  tell_by(options);
  EXPECT_THAT(deliveries().front().reason, HasSubstr("STARTTLS"));
  EXPECT_THAT(server.mails(), SizeIs(0));
}

TEST_P(CourierTest, WhatIsRefusedIsTriedAgainAndSaysInWhichWords) {
  const MailServer server({.refuse_first = 1, .refuse_for = "nobody@example.com"});
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k")));
  tell_by(by_mail(server));
  EXPECT_EQ(deliveries().front().state, DeliveryState::kWaiting);
  EXPECT_THAT(deliveries().front().reason, HasSubstr("451 4.7.1 come back later"));
  clock_.advance(minutes{2});
  tell_by(by_mail(server));
  EXPECT_EQ(deliveries().front().state, DeliveryState::kSent);
  EXPECT_EQ(deliveries().front().attempts, 2);

  const auto nobody = notifications_->add(mail_to({"nobody@example.com", "ada@example.com"})).value();
  Courier courier(*notifications_, by_mail(server), clock_);
  const auto tried = courier.test("acme", nobody.destination.id).value();
  ASSERT_THAT(tried, SizeIs(2));
  EXPECT_FALSE(tried[0].sent);
  EXPECT_THAT(tried[0].answer, HasSubstr("550"));
  EXPECT_TRUE(tried[1].sent);
  EXPECT_THAT(tried[1].answer, HasSubstr("250 2.0.0 kept as 4F2"));
}

TEST_P(CourierTest, AHookThatFailsIsCalledAgainWithTheSameId) {
  std::vector<TestRequest> calls;
  TestHttpServer server([&](const TestRequest& request) {
    calls.push_back(request);
    TestResponse response;
    response.status = calls.size() < 3 ? 500 : 200;
    return response;
  });
  ASSERT_TRUE(notifications_->add(hook_at(server.url() + "/hook")));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k")));
  CourierOptions options;
  options.allow_private_addresses = true;
  for (int minute = 0; minute < 10; ++minute, clock_.advance(minutes{1})) tell_by(options);
  ASSERT_THAT(calls, SizeIs(3));
  EXPECT_EQ(calls[0].header("skyhold-event-id"), calls[2].header("skyhold-event-id"));
  EXPECT_EQ(calls[0].body, calls[2].body);
  EXPECT_NE(calls[0].header("skyhold-signature"), calls[2].header("skyhold-signature")) << "of another time";
  EXPECT_EQ(deliveries().front().state, DeliveryState::kSent);
}

TEST_P(CourierTest, WithoutPermissionNoHookIsCalledInThePlatformsOwnNetwork) {
  TestHttpServer server([](const TestRequest&) { return TestResponse(); });
  const auto made = notifications_->add(hook_at(server.url())).value();
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k")));
  tell_by({});
  EXPECT_THAT(deliveries().front().reason, HasSubstr("private network"));
  Courier courier(*notifications_, {}, clock_);
  EXPECT_FALSE(courier.test("acme", made.destination.id).value().front().sent);
  EXPECT_EQ(server.connections(), 0U);
}

TEST_P(CourierTest, WithoutAMailServerItSaysSo) {
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k")));
  tell_by({});
  EXPECT_THAT(deliveries().front().reason, HasSubstr("no mail server"));
}

}  // namespace
}  // namespace skyhold
