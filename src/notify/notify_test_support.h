// Notifications of a project "acme" over either kind of database.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "notify/notifications.h"
#include "tests/support/sql_place.h"

namespace skyhold {

class NotifyTestBase : public testing::TestWithParam<SqlDialect> {
 protected:
  void SetUp() override {
    place_ = make_sql_place(GetParam());
    database_ = place_->open();
    notifications_ = Notifications::open(*database_, key_, clock_).value();
  }

  Destination mail_to(std::vector<std::string> addresses) {
    Destination destination;
    destination.project = "acme";
    destination.kind = DestinationKind::kEmail;
    destination.addresses = std::move(addresses);
    destination.events = notice_choices();
    return destination;
  }
  Destination hook_at(const std::string& url) {
    Destination destination;
    destination.project = "acme";
    destination.kind = DestinationKind::kWebhook;
    destination.url = url;
    destination.events = notice_choices();
    return destination;
  }
  Notice notice(NoticeKind kind, const std::string& key) {
    Notice one;
    one.kind = kind;
    one.key = key;
    one.project = "acme";
    one.branch = "main";
    one.at = clock_.now();
    one.subject = "acme: something";
    one.text = "Something happened.";
    one.page = "/projects/acme";
    return one;
  }
  std::vector<Delivery> deliveries() { return notifications_->deliveries("acme", 500).value(); }
  // Newest last.
  std::vector<std::string> keys() {
    std::vector<std::string> all;
    for (const Delivery& delivery : deliveries()) all.insert(all.begin(), delivery.notice.key);
    return all;
  }

  const MasterKey key_ = MasterKey::random();
  ManualClock clock_{parse_rfc3339("2026-11-23T01:00:00Z").value()};
  std::unique_ptr<SqlPlace> place_;
  std::unique_ptr<SqlDatabase> database_;
  std::unique_ptr<Notifications> notifications_;
};

}  // namespace skyhold
