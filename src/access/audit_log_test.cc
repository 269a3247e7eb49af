#include <set>
#include <thread>

#include "access/access_test_support.h"
#include "access/printable.h"

namespace skyhold {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

class AuditLogTest : public AccessTest {
 protected:
  // Subjects of all pages of `limit`, newest first.
  std::vector<std::string> subjects(const AuditFilter& filter, int limit = 3) {
    std::vector<std::string> all;
    std::string after;
    do {
      const auto page = must(access_->audit_log(filter, limit, after));
      EXPECT_LE(page.items.size(), static_cast<std::size_t>(limit));
      for (const AuditRecord& record : page.items) all.push_back(record.subject);
      after = page.next;
    } while (!after.empty());
    return all;
  }
};
INSTANTIATE_TEST_SUITE_P(Both, AuditLogTest, kSqlDialects, sql_dialect_name);

TEST_P(AuditLogTest, WhatWasDoneIsFoundAgainPageByPage) {
  for (int i = 0; i < 7; ++i) {
    must(access_->audit({.actor = i % 2 == 0 ? "alice" : "schedule",
                         .address = std::string(kHere),
                         .action = i < 3 ? "backup.create" : "backup.delete",
                         .project = i % 3 == 0 ? "acme" : "other",
                         .subject = fmt::format("{}", i),
                         .outcome = "ok",
                         .detail = "{}"}));
    clock_.advance(seconds(1));
  }
  EXPECT_THAT(subjects({}), ElementsAre("6", "5", "4", "3", "2", "1", "0"));
  EXPECT_THAT(subjects({.project = "acme"}), ElementsAre("6", "3", "0"));
  EXPECT_THAT(subjects({.actor = "schedule"}), ElementsAre("5", "3", "1"));
  EXPECT_THAT(subjects({.actor = "alice", .action = "backup.create"}), ElementsAre("2", "0"));
  const Instant now = clock_.now();
  EXPECT_THAT(subjects({.since = now - seconds(4), .until = now - seconds(2)}), ElementsAre("4", "3"));
  EXPECT_THAT(subjects({.project = std::string("a\0b", 3), .actor = "\xff"}), ElementsAre());

  const auto page = must(access_->audit_log({}, 1));
  EXPECT_EQ(page.items[0].at, now - seconds(1));
  EXPECT_EQ(page.items[0].actor, "alice");
  EXPECT_EQ(page.items[0].sequence, 7);
}

TEST_P(AuditLogTest, APageStaysWhereItIsWhenMoreIsWritten) {
  for (const char* subject : {"1", "2", "3"}) must(access_->audit({.subject = subject}));
  const auto first = must(access_->audit_log({}, 2));
  must(access_->audit({.subject = "4"}));
  const auto second = must(access_->audit_log({}, 2, first.next));
  ASSERT_EQ(second.items.size(), 1U);
  EXPECT_EQ(second.items[0].subject, "1");
  EXPECT_EQ(second.next, "");
  for (const std::string_view cursor : {"x", "-1", "1;", "99999999999999999999"}) {
    EXPECT_EQ(code_of(access_->audit_log({}, 2, cursor)), ErrorCode::kInvalidArgument) << cursor;
  }
  EXPECT_EQ(code_of(access_->audit_log({}, 0)), ErrorCode::kInvalidArgument);
}

TEST_P(AuditLogTest, ALineCannotBeForgedAndHasAnEnd) {
  must(access_->audit(
      {.actor = "mallory\nalice", .subject = "branch \x1b[2J\xff", .detail = std::string(10'000, 'x')}));
  const AuditRecord record = must(access_->audit_log({}, 1)).items.at(0);
  EXPECT_EQ(record.actor, "mallory\\u000aalice");
  EXPECT_EQ(record.subject, "branch \\u001b[2J\\xff");
  EXPECT_EQ(record.detail.size(), 4096U);
  EXPECT_TRUE(record.detail.ends_with("…"));
}

TEST_P(AuditLogTest, RecordsOfManyAtOnceAreAllKept) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(access_->audit({.subject = fmt::format("{}-{}", t, i)}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto all = subjects({}, 7);
  EXPECT_EQ(all.size(), 40U);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 40U);
}

TEST(Printable, EscapesWhatMisleadsAndKeepsTheRest) {
  EXPECT_EQ(printable("Zoë 日本語 🙂 \"quoted\" \\", 100), "Zoë 日本語 🙂 \"quoted\" \\");
  EXPECT_EQ(printable("a\r\n\tb\x7f", 100), "a\\u000d\\u000a\\u0009b\\u007f");
  EXPECT_EQ(printable("gpj.\xe2\x80\xae"
                      "exe",
                      100),
            "gpj.\\u202eexe");
  EXPECT_EQ(printable("\xc3(\xed\xa0\x80", 100), "\\xc3(\\xed\\xa0\\x80");
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abc…");
  EXPECT_EQ(printable("ééééé", 8), "éé…");
}

}  // namespace
}  // namespace skyhold
