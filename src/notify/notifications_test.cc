// Destinations, facts that become messages, and messages on their way: over both databases.
#include "notify/notifications.h"

#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>

#include "notify/notify_test_support.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class NotificationsTest : public NotifyTestBase {
 protected:
  Status observe(bool wrong) {
    return notifications_->observe({"acme", "backup main", wrong, clock_.now()}, [&](const Turn& turn) {
      Notice one = notice(turn.wrong ? NoticeKind::kBackupFailed : NoticeKind::kRecovered, "");
      one.subject = turn.reminder ? "still" : turn.wrong ? "wrong" : "right";
      one.since = turn.since;
      return one;
    });
  }
  std::vector<std::string> subjects() {
    std::vector<std::string> all;
    for (const Delivery& delivery : deliveries()) all.insert(all.begin(), delivery.notice.subject);
    return all;
  }
};
INSTANTIATE_TEST_SUITE_P(Both, NotificationsTest, kSqlDialects, sql_dialect_name);

// ---- destinations

TEST_P(NotificationsTest, ADestinationIsKeptAsItWasMade) {
  const auto mail = notifications_->add(mail_to({"ada@example.com", "bo@example.com"})).value();
  EXPECT_THAT(mail.destination.id, StartsWith("nd_"));
  EXPECT_EQ(mail.secret, "");
  clock_.advance(seconds{1});
  const auto hook = notifications_->add(hook_at("https://hooks.example.com/token")).value();
  EXPECT_THAT(hook.secret, StartsWith("whsec_"));

  const std::vector<Destination> all = notifications_->destinations("acme").value();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].addresses, mail.destination.addresses);
  EXPECT_EQ(all[0].events, notice_choices());
  EXPECT_EQ(all[1].url, "https://hooks.example.com/token");
  EXPECT_THAT(notifications_->destinations("globex").value(), IsEmpty());
  EXPECT_EQ(notifications_->destination("globex", mail.destination.id).error().code, ErrorCode::kNotFound);
}

TEST_P(NotificationsTest, WhatIsSecretIsWrapped) {
  const auto hook = notifications_->add(hook_at("https://hooks.example.com/token")).value();
  const auto row = database_->read([](SqlSession& session) {
    return session.query("SELECT wrapped_url, wrapped_secret FROM notify_destinations");
  });
  EXPECT_EQ(row->front().text(0).find("token"), std::string::npos);
  EXPECT_EQ(row->front().text(1).find(hook.secret), std::string::npos);
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k")));
  const auto outgoing = notifications_->take().value();
  ASSERT_TRUE(outgoing);
  EXPECT_EQ(outgoing->secret, hook.secret);
  EXPECT_EQ(outgoing->destination.url, "https://hooks.example.com/token");
}

TEST_P(NotificationsTest, AChangedDestinationKeepsItsSecretAndADeletedOneItsPeace) {
  const auto made = notifications_->add(hook_at("https://old.example.com")).value();
  Destination changed = made.destination;
  changed.url = "https://new.example.com";
  changed.events = {NoticeKind::kRecovered};
  ASSERT_TRUE(notifications_->change(changed));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "not wanted")));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kRecovered, "wanted")));
  const auto outgoing = notifications_->take().value();
  ASSERT_TRUE(outgoing);
  EXPECT_EQ(outgoing->secret, made.secret);
  EXPECT_EQ(outgoing->destination.url, "https://new.example.com");
  EXPECT_THAT(keys(), ElementsAre("wanted"));

  ASSERT_TRUE(notifications_->remove("acme", made.destination.id));
  EXPECT_THAT(deliveries(), IsEmpty());
  EXPECT_EQ(notifications_->remove("acme", made.destination.id).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(notifications_->sent(*outgoing)) << "a deliverer that had it is not disturbed";
}

TEST_P(NotificationsTest, AProjectHasABoundedNumberOfThem) {
  for (std::size_t i = 0; i < kMostDestinations; ++i)
    ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  EXPECT_EQ(notifications_->add(mail_to({"ada@example.com"})).error().code, ErrorCode::kNoSpace);
  ASSERT_TRUE(notifications_->forget_project("acme"));
  EXPECT_THAT(notifications_->watched().value(), IsEmpty());
}

// ---- facts

TEST_P(NotificationsTest, AFactIsToldOnceToEachReceiver) {
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com", "bo@example.com"})));
  ASSERT_TRUE(notifications_->add(hook_at("https://hooks.example.com")));
  for (int time = 0; time < 3; ++time) {
    ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kRestoreFailed, "restore_failed:jb_1")));
  }
  std::map<std::string, int> receivers;
  for (const Delivery& delivery : deliveries()) ++receivers[delivery.receiver];
  EXPECT_EQ(receivers, (std::map<std::string, int>{{"", 1}, {"ada@example.com", 1}, {"bo@example.com", 1}}));
}

TEST_P(NotificationsTest, WhatWasBeforeADestinationDoesNotGoToItNorWhatItDidNotChoose) {
  const Notice before = notice(NoticeKind::kBackupFailed, "before");
  clock_.advance(seconds{1});
  Destination few = mail_to({"ada@example.com"});
  few.events = {NoticeKind::kCopyDamaged};
  ASSERT_TRUE(notifications_->add(few));
  Destination off = mail_to({"bo@example.com"});
  off.enabled = false;
  ASSERT_TRUE(notifications_->add(off));
  ASSERT_TRUE(notifications_->tell(before));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "not chosen")));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kCopyMended, "comes with copy_damaged")));
  EXPECT_THAT(keys(), ElementsAre("comes with copy_damaged"));
}

TEST_P(NotificationsTest, WhatLastsIsToldWhenItBeginsOnceADayAndWhenItEnds) {
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  ASSERT_TRUE(observe(false));
  EXPECT_THAT(subjects(), IsEmpty()) << "nothing was wrong";
  for (int hour = 0; hour < 7 * 24; ++hour) {
    clock_.advance(hours{1});
    ASSERT_TRUE(observe(true));
    ASSERT_TRUE(observe(true));
  }
  EXPECT_THAT(subjects(), ElementsAre("wrong", "still", "still", "still", "still", "still", "still"));
  EXPECT_EQ(deliveries().front().notice.since, deliveries().back().notice.at);
  clock_.advance(hours{1});
  ASSERT_TRUE(observe(false));
  ASSERT_TRUE(observe(false));
  EXPECT_EQ(subjects().back(), "right");
  EXPECT_THAT(subjects(), SizeIs(8));
  clock_.advance(hours{1});
  ASSERT_TRUE(observe(true));
  EXPECT_EQ(subjects().back(), "wrong") << "it began anew";
}

TEST_P(NotificationsTest, WhatWasSeenEarlierDoesNotUndoWhatWasSeenLater) {
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  clock_.advance(minutes{5});
  ASSERT_TRUE(observe(true));
  const auto words = [&](const Turn&) { return notice(NoticeKind::kRecovered, ""); };
  ASSERT_TRUE(notifications_->observe({"acme", "backup main", false, clock_.now() - minutes{1}}, words));
  EXPECT_THAT(subjects(), ElementsAre("wrong"));
}

TEST_P(NotificationsTest, ManyWhoSeeTheSameTellItOnce) {
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  {
    std::vector<std::jthread> processes;
    for (int process = 0; process < 6; ++process) processes.emplace_back([&] { EXPECT_TRUE(observe(true)); });
  }
  EXPECT_THAT(subjects(), ElementsAre("wrong"));
}

// ---- the outbox

TEST_P(NotificationsTest, AMessageIsSentOnceByWhomeverTakesIt) {
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  constexpr int kMessages = 40;
  for (int i = 0; i < kMessages; ++i) {
    ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k" + std::to_string(i))));
  }
  std::mutex mutex;
  std::map<std::string, int> sent;
  {
    std::vector<std::jthread> deliverers;
    for (int deliverer = 0; deliverer < 4; ++deliverer) {
      deliverers.emplace_back([&] {
        // PostgreSQL's SKIP LOCKED may find nothing while others hold what there is.
        for (int empty = 0; empty < 3;) {
          const auto outgoing = notifications_->take();
          ASSERT_TRUE(outgoing) << to_string(outgoing.error());
          if (!*outgoing) {
            ++empty;
            continue;
          }
          {
            const std::lock_guard lock(mutex);
            ++sent[(*outgoing)->delivery.id];
          }
          ASSERT_TRUE(notifications_->sent(**outgoing));
        }
      });
    }
  }
  EXPECT_EQ(sent.size(), std::size_t{kMessages});
  for (const auto& [id, times] : sent) EXPECT_EQ(times, 1) << id;
  for (const Delivery& delivery : deliveries()) EXPECT_EQ(delivery.state, DeliveryState::kSent);
}

TEST_P(NotificationsTest, WhoDiesWithAMessageLosesItToAnother) {
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k")));
  const auto dead = notifications_->take().value();
  ASSERT_TRUE(dead);
  EXPECT_FALSE(notifications_->take().value()) << "it is held";
  clock_.advance(minutes{3});
  const auto other = notifications_->take().value();
  ASSERT_TRUE(other);
  EXPECT_EQ(other->delivery.id, dead->delivery.id);
  // The first was only slow: what it says now counts for nothing.
  ASSERT_TRUE(notifications_->not_sent(*dead, "the first"));
  ASSERT_TRUE(notifications_->sent(*other));
  EXPECT_EQ(deliveries().front().state, DeliveryState::kSent);
  EXPECT_EQ(deliveries().front().reason, "");
}

TEST_P(NotificationsTest, ItIsTriedAgainWithGrowingWaitsAndGivenUpAfterADay) {
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "k")));
  const Instant begin = clock_.now();
  std::vector<std::int64_t> waits;  // minutes
  Instant last = begin;
  for (int minute = 0; minute < 26 * 60; ++minute, clock_.advance(minutes{1})) {
    const auto outgoing = notifications_->take().value();
    if (!outgoing) continue;
    waits.push_back((clock_.now() - last) / minutes{1});
    last = clock_.now();
    ASSERT_TRUE(notifications_->not_sent(*outgoing, "the server\r\nis away"));
  }
  ASSERT_GE(waits.size(), 10U);
  EXPECT_THAT(std::vector(waits.begin(), waits.begin() + 9), ElementsAre(0, 1, 2, 4, 8, 16, 32, 60, 60));
  const Delivery delivery = deliveries().front();
  EXPECT_EQ(delivery.state, DeliveryState::kFailed);
  EXPECT_EQ(delivery.reason, "the server  is away");
  EXPECT_EQ(delivery.attempts, static_cast<int>(waits.size()));
  EXPECT_LE(last - begin, hours{24});
  EXPECT_GE(last - begin, hours{23});
}

TEST_P(NotificationsTest, OldMessagesGoWhenNobodyLooksForThemAnyMore) {
  ASSERT_TRUE(notifications_->add(mail_to({"ada@example.com"})));
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "sent")));
  ASSERT_TRUE(notifications_->sent(notifications_->take().value().value()));
  clock_.advance(hours{24 * 31});
  ASSERT_TRUE(notifications_->tell(notice(NoticeKind::kBackupFailed, "new")));
  ASSERT_TRUE(notifications_->sweep());
  EXPECT_THAT(keys(), ElementsAre("new"));
}

TEST_P(NotificationsTest, AMarkNeverGoesBack) {
  EXPECT_FALSE(notifications_->mark("jobs").value());
  const Instant now = clock_.now();
  ASSERT_TRUE(notifications_->set_mark("jobs", now));
  ASSERT_TRUE(notifications_->set_mark("jobs", now - hours{1}));
  EXPECT_EQ(notifications_->mark("jobs").value(), now);
}

}  // namespace
}  // namespace skyhold
