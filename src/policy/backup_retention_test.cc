#include "policy/backup_retention.h"

#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/policy_test_support.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

RetentionSetting setting(const char* now, const char* zone_name = "UTC") {
  return {zone(zone_name), at(now), {cron("0 1 * * *")}};
}

RetentionBackup backup(const char* time, BackupKind kind = BackupKind::kAutomatic,
                       BackupState state = BackupState::kGood) {
  return {.id = time, .branch = "main", .time = at(time), .kind = kind, .state = state};
}

std::map<std::string, BackupRetention> decided(const RetentionRules& rules,
                                               const std::vector<RetentionBackup>& backups,
                                               const RetentionSetting& where) {
  const auto answers = decide_backup_retention(rules, backups, where);
  EXPECT_TRUE(answers) << to_string(answers.error());
  std::map<std::string, BackupRetention> by_id;
  for (const BackupRetention& answer : answers.value()) {
    EXPECT_EQ(answer.keep, !answer.reasons.empty()) << answer.id;
    by_id[answer.id] = answer;
  }
  return by_id;
}

std::string until(const BackupRetention& answer) {
  return answer.kept_until ? format_rfc3339(*answer.kept_until) : "deleted by hand";
}

std::vector<RetentionBackup> nights(const char* first, const char* last) {
  std::vector<RetentionBackup> all;
  for (Instant night = at(first); night <= at(last); night += hours{24}) {
    all.push_back(backup(format_rfc3339(night).c_str()));
  }
  return all;
}

TEST(BackupRetention, SaysWhichBackupIsWhatTierAndUntilWhen) {
  const auto kept =
      decided({}, nights("2026-08-01T01:00:00Z", "2026-11-23T01:00:00Z"), setting("2026-11-23T12:00:00Z"));
  std::vector<std::string> said;
  for (const auto& [id, answer] : kept) {
    if (answer.keep)
      said.push_back(
          fmt::format("{}: {}; {}", id.substr(5, 5), fmt::join(answer.reasons, ", "), until(answer)));
  }
  EXPECT_THAT(
      said,
      ElementsAre(
          "10-31: monthly 2026-10; 2026-12-01T01:00:00Z",  // when December has one
          "11-08: weekly 2026-W45; 2026-11-30T01:00:00Z", "11-15: weekly 2026-W46; 2026-12-07T01:00:00Z",
          "11-17: daily 2026-11-17; 2026-11-24T01:00:00Z", "11-18: daily 2026-11-18; 2026-11-25T01:00:00Z",
          "11-19: daily 2026-11-19; 2026-11-26T01:00:00Z", "11-20: daily 2026-11-20; 2026-11-27T01:00:00Z",
          "11-21: daily 2026-11-21; 2026-11-28T01:00:00Z",
          "11-22: daily 2026-11-22, weekly 2026-W47; 2026-12-14T01:00:00Z",
          "11-23: daily 2026-11-23, weekly 2026-W48, monthly 2026-11, newest good backup; "
          "2026-11-30T01:00:00Z"));
  EXPECT_THAT(kept.at("2026-11-22T01:00:00Z").tiers,
              ElementsAre(Tier{TierKind::kDaily, "2026-11-22"}, Tier{TierKind::kWeekly, "2026-W47"}));
}

TEST(BackupRetention, EachKindHasItsOwnTime) {
  const std::vector<RetentionBackup> backups{backup("2026-11-23T01:00:00Z"),
                                             backup("2026-10-20T10:00:00Z", BackupKind::kManual),
                                             backup("2026-10-25T10:00:00Z", BackupKind::kManual),
                                             backup("2020-01-01T10:00:00Z", BackupKind::kImported),
                                             backup("2026-11-16T11:00:00Z", BackupKind::kSafety),
                                             backup("2026-11-16T13:00:00Z", BackupKind::kSafety)};
  auto kept = decided({}, backups, setting("2026-11-23T12:00:00Z"));
  EXPECT_FALSE(kept["2026-10-20T10:00:00Z"].keep);
  EXPECT_THAT(kept["2026-10-25T10:00:00Z"].reasons, ElementsAre("manual, 30 days"));
  EXPECT_EQ(until(kept["2026-10-25T10:00:00Z"]), "2026-11-24T10:00:00Z");
  EXPECT_THAT(kept["2020-01-01T10:00:00Z"].reasons, ElementsAre("imported, until deleted"));
  EXPECT_EQ(until(kept["2020-01-01T10:00:00Z"]), "deleted by hand");
  EXPECT_FALSE(kept["2026-11-16T11:00:00Z"].keep);
  EXPECT_EQ(until(kept["2026-11-16T13:00:00Z"]), "2026-11-23T13:00:00Z");
  EXPECT_THAT(kept["2026-10-25T10:00:00Z"].tiers, IsEmpty()) << "only automatic ones take places";

  kept = decided({.manual_days = 0, .imported_days = 10, .safety_days = 1}, backups,
                 setting("2026-11-23T12:00:00Z"));
  EXPECT_TRUE(kept["2026-10-20T10:00:00Z"].keep);
  EXPECT_FALSE(kept["2020-01-01T10:00:00Z"].keep);
  EXPECT_FALSE(kept["2026-11-16T13:00:00Z"].keep);
}

TEST(BackupRetention, TheNewestGoodOneStaysWhateverTheRulesSay) {
  const RetentionRules nothing{0, 0, 0, 1, 1, 1};
  auto kept = decided(nothing,
                      {backup("2020-01-01T01:00:00Z"), backup("2020-02-01T01:00:00Z", BackupKind::kSafety),
                       backup("2020-03-01T01:00:00Z", BackupKind::kImported),
                       backup("2020-04-01T01:00:00Z", BackupKind::kManual, BackupState::kDegraded)},
                      setting("2026-11-23T12:00:00Z"));
  EXPECT_FALSE(kept["2020-01-01T01:00:00Z"].keep);
  EXPECT_THAT(kept["2020-02-01T01:00:00Z"].reasons, ElementsAre("newest good backup of the branch itself"));
  EXPECT_THAT(kept["2020-03-01T01:00:00Z"].reasons, ElementsAre("newest good backup"));
  EXPECT_EQ(until(kept["2020-03-01T01:00:00Z"]), "2026-11-24T01:00:00Z") << "when the next one is expected";
  EXPECT_THAT(kept["2020-04-01T01:00:00Z"].reasons, ElementsAre("newest backup, though degraded"))
      << "the catalog would not let it go either";
  EXPECT_EQ(until(kept["2020-04-01T01:00:00Z"]), "2026-11-24T01:00:00Z");

  RetentionSetting paused = setting("2026-11-23T12:00:00Z");
  paused.expected.clear();
  kept = decided({}, {backup("2020-01-01T01:00:00Z")}, paused);
  EXPECT_EQ(until(kept["2020-01-01T01:00:00Z"]), "deleted by hand") << "nothing takes its place";
}

TEST(BackupRetention, WhatWasImportedTakesNoCapturesPlace) {
  const RetentionRules nothing{0, 0, 0, 1, 1, 1};
  const RetentionSetting today = setting("2026-11-23T12:00:00Z");
  auto kept = decided(nothing,
                      {backup("2020-01-01T01:00:00Z", BackupKind::kAutomatic, BackupState::kDegraded),
                       backup("2020-02-01T01:00:00Z", BackupKind::kImported)},
                      today);
  EXPECT_THAT(kept["2020-01-01T01:00:00Z"].reasons, ElementsAre("newest backup, though degraded"));
  EXPECT_THAT(kept["2020-02-01T01:00:00Z"].reasons, ElementsAre("newest good backup"));
  // Where nothing was captured it is all that there is.
  kept = decided(nothing,
                 {backup("2020-01-01T01:00:00Z", BackupKind::kImported, BackupState::kDegraded),
                  backup("2020-02-01T01:00:00Z", BackupKind::kImported, BackupState::kDegraded)},
                 today);
  EXPECT_FALSE(kept["2020-01-01T01:00:00Z"].keep);
  EXPECT_THAT(kept["2020-02-01T01:00:00Z"].reasons, ElementsAre("newest backup, though degraded"));
  // A day's place is not taken by an import of that day.
  kept =
      decided({1, 0, 0, 1, 1, 1},
              {backup("2026-11-22T01:00:00Z"), backup("2026-11-22T13:00:00Z", BackupKind::kImported)}, today);
  EXPECT_THAT(kept["2026-11-22T01:00:00Z"].tiers, ElementsAre(Tier{TierKind::kDaily, "2026-11-22"}));
  EXPECT_THAT(kept["2026-11-22T13:00:00Z"].tiers, IsEmpty());
}

TEST(BackupRetention, BranchesDoNotShareTheirPlaces) {
  std::vector<RetentionBackup> backups{backup("2026-11-22T01:00:00Z"), backup("2026-11-21T01:00:00Z")};
  backups[1].branch = "shop";
  auto kept = decided({1, 0, 0}, backups, setting("2026-11-23T12:00:00Z"));
  EXPECT_TRUE(kept["2026-11-22T01:00:00Z"].keep);
  EXPECT_TRUE(kept["2026-11-21T01:00:00Z"].keep);
}

TEST(BackupRetention, WhatIsPinnedOrInUseStays) {
  std::vector<RetentionBackup> backups = nights("2026-11-20T01:00:00Z", "2026-11-23T01:00:00Z");
  backups[0].pinned = true;
  backups[1].busy = true;
  backups.push_back(backup("2026-11-19T01:00:00Z", BackupKind::kManual, BackupState::kRunning));
  backups.push_back(backup("2026-11-18T01:00:00Z", BackupKind::kManual, BackupState::kDeleted));
  auto kept = decided({1, 0, 0}, backups, setting("2026-11-23T12:00:00Z"));
  EXPECT_THAT(kept["2026-11-20T01:00:00Z"].reasons, ElementsAre("pinned"));
  EXPECT_EQ(until(kept["2026-11-20T01:00:00Z"]), "deleted by hand");
  EXPECT_THAT(kept["2026-11-21T01:00:00Z"].reasons, ElementsAre("being restored"));
  EXPECT_EQ(until(kept["2026-11-21T01:00:00Z"]), "2026-11-23T12:00:00Z");
  EXPECT_FALSE(kept["2026-11-22T01:00:00Z"].keep);
  EXPECT_THAT(kept["2026-11-19T01:00:00Z"].reasons, ElementsAre("being made"));
  EXPECT_FALSE(kept["2026-11-18T01:00:00Z"].keep);
}

TEST(BackupRetention, ADegradedOneHoldsAPlaceOnlyBesideTheGoodOnes) {
  // Good on the 18th to the 20th, degraded since; on the 22nd a good one, then a degraded one.
  std::vector<RetentionBackup> backups = nights("2026-11-17T01:00:00Z", "2026-11-20T01:00:00Z");
  const auto add = [&](const char* time, BackupState state) {
    backups.push_back(backup(time, BackupKind::kAutomatic, state));
  };
  add("2026-11-21T01:00:00Z", BackupState::kDegraded);
  add("2026-11-22T01:00:00Z", BackupState::kGood);
  add("2026-11-22T13:00:00Z", BackupState::kDegraded);
  add("2026-11-23T01:00:00Z", BackupState::kDegraded);
  add("2026-11-23T02:00:00Z", BackupState::kFailed);
  auto kept = decided({3, 0, 0}, backups, setting("2026-11-23T12:00:00Z"));
  EXPECT_FALSE(kept["2026-11-18T01:00:00Z"].keep);
  EXPECT_TRUE(kept["2026-11-19T01:00:00Z"].keep) << "three good days, whatever else there is";
  EXPECT_THAT(kept["2026-11-21T01:00:00Z"].reasons, ElementsAre("daily 2026-11-21"));
  EXPECT_THAT(kept["2026-11-22T01:00:00Z"].reasons, ElementsAre("daily 2026-11-22", "newest good backup"));
  EXPECT_FALSE(kept["2026-11-22T13:00:00Z"].keep) << "its day has a good one";
  EXPECT_THAT(kept["2026-11-23T01:00:00Z"].reasons,
              ElementsAre("daily 2026-11-23", "newest backup, though degraded"));
  EXPECT_THAT(kept["2026-11-23T02:00:00Z"].reasons, ElementsAre("newest backup, though failed"));
  EXPECT_EQ(until(kept["2026-11-23T02:00:00Z"]), "2026-11-24T01:00:00Z");
  EXPECT_EQ(until(kept["2026-11-21T01:00:00Z"]), "2026-11-24T01:00:00Z") << "three newer days then";
}

TEST(BackupRetention, ALongRowOfDegradedOnesIsBoundedAndCostsNoGoodOne) {
  std::vector<RetentionBackup> backups = nights("2026-10-01T01:00:00Z", "2026-10-10T01:00:00Z");
  for (Instant night = at("2026-10-11T01:00:00Z"); night <= at("2026-11-23T01:00:00Z"); night += hours{24}) {
    backups.push_back(backup(format_rfc3339(night).c_str(), BackupKind::kAutomatic, BackupState::kDegraded));
  }
  int good = 0, degraded = 0;
  const auto kept = decided({7, 0, 0}, backups, setting("2026-11-23T12:00:00Z"));
  for (const auto& [id, answer] : kept) {
    if (answer.keep) ++(id < "2026-10-11" ? good : degraded);
  }
  EXPECT_EQ(good, 7);
  EXPECT_EQ(degraded, 7);
}

TEST(BackupRetention, WithoutAGoodOneTheNewestDegradedStays) {
  auto kept = decided({0, 0, 0},
                      {backup("2026-11-20T01:00:00Z", BackupKind::kAutomatic, BackupState::kDegraded),
                       backup("2026-11-21T01:00:00Z", BackupKind::kAutomatic, BackupState::kDegraded),
                       backup("2026-11-22T01:00:00Z", BackupKind::kAutomatic, BackupState::kFailed)},
                      setting("2026-11-23T12:00:00Z"));
  EXPECT_FALSE(kept["2026-11-20T01:00:00Z"].keep);
  EXPECT_THAT(kept["2026-11-21T01:00:00Z"].reasons, ElementsAre("newest backup, though degraded"));
  EXPECT_THAT(kept["2026-11-22T01:00:00Z"].reasons, ElementsAre("newest backup, though failed"));
}

TEST(BackupRetention, RefusesRulesThatCannotBe) {
  for (const RetentionRules& rules : {RetentionRules{-1, 4, 2, 30, 0, 7}, RetentionRules{7, -1, 2, 30, 0, 7},
                                      RetentionRules{7, 4, 2, -1, 0, 7}, RetentionRules{7, 4, 241, 30, 0, 7},
                                      RetentionRules{7, 4, 2, 30, 0, 99'999}}) {
    const auto refused = decide_backup_retention(rules, {}, setting("2026-11-23T12:00:00Z"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(refused.error().hint.empty());
  }
  EXPECT_TRUE(check_retention_rules({}));
}

TEST(BackupRetention, TenThousandBackupsAreDecidedInOneGo) {
  std::vector<RetentionBackup> backups;
  for (int i = 0; i < 10'000; ++i) {
    backups.push_back(backup("2026-11-23T01:00:00Z"));
    backups.back().id = fmt::format("{:05}", i);
    backups.back().branch = fmt::format("branch {}", i % 5);
    backups.back().time -= hours{12} * (i / 5);
  }
  int kept = 0;
  const auto answers = decide_backup_retention({90, 52, 24}, backups, setting("2026-11-23T12:00:00Z"));
  for (const BackupRetention& answer : answers.value()) kept += answer.keep ? 1 : 0;
  // 90 days (to 26 August), 52 weeks less the 13 that end in those days, 24 months less 4 of them.
  EXPECT_GT(kept, 5 * (90 + 39 + 12));
  EXPECT_LE(kept, 5 * (90 + 52 + 24));
}

}  // namespace
}  // namespace skyhold
