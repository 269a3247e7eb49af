// Held against the future itself: kept_until, the preview and the calendar say beforehand what a
// simulation of the backups to come finds out step by step.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/policy_test_support.h"
#include "policy/retention_calendar.h"
#include "policy/retention_preview.h"
#include "policy/schedule.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed) : random_(seed) {}

  int up_to(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most + 1)); }

  RetentionRules rules() {
    return {up_to(4), up_to(3), up_to(2), up_to(1) * up_to(20), up_to(1) * up_to(20), up_to(9)};
  }

  RetentionSetting setting() {
    static constexpr const char* kZones[] = {"UTC", "Europe/Brussels", "America/New_York", "Asia/Kolkata",
                                             "Australia/Lord_Howe"};
    static constexpr const char* kCrons[] = {"0 1 * * *", "30 2 * * *", "0 */8 * * *", "0 1 * * 1,4",
                                             "0 1 1 * *"};
    return {zone(kZones[up_to(4)]),
            at("2026-03-01T12:34:00Z") + hours{up_to(24 * 240)},
            {cron(kCrons[up_to(4)])}};
  }

  std::vector<RetentionBackup> backups(Instant now) {
    std::vector<RetentionBackup> all;
    for (int i = up_to(30); i >= 0; --i) {
      RetentionBackup backup{.id = fmt::format("{:02}", i), .branch = "main"};
      backup.time = now - minutes{up_to(60 * 24 * (up_to(1) == 0 ? 6 : 70))};
      backup.kind = up_to(2) > 0 ? BackupKind::kAutomatic : static_cast<BackupKind>(up_to(3));
      backup.state =
          std::array{BackupState::kGood, BackupState::kGood, BackupState::kGood, BackupState::kDegraded,
                     BackupState::kFailed}[static_cast<std::size_t>(up_to(4))];
      backup.pinned = up_to(20) == 0;
      all.push_back(backup);
    }
    return all;
  }

 private:
  std::mt19937_64 random_;
};

// Lets backups come and go. Gives each deletion as the two instants that it happened between.
std::map<std::string, std::pair<Instant, Instant>> live(const RetentionRules& rules,
                                                        std::vector<RetentionBackup> backups,
                                                        RetentionSetting setting, int steps,
                                                        std::vector<Instant>& came) {
  std::map<std::string, std::pair<Instant, Instant>> gone;
  for (int step = 0; step < steps; ++step) {
    const auto next = next_occurrence(setting.expected, setting.zone, setting.now);
    RetentionBackup made{.id = "new " + next->key, .branch = "main", .time = next->at};
    backups.push_back(made);
    came.push_back(next->at);
    const Instant before = std::exchange(setting.now, next->at);
    const auto answers = decide_backup_retention(rules, backups, setting).value();
    std::set<std::string> kept;
    for (const BackupRetention& answer : answers) {
      if (answer.keep) kept.insert(answer.id);
    }
    std::erase_if(backups, [&](const RetentionBackup& backup) {
      if (kept.contains(backup.id)) return false;
      gone[backup.id] = {before, setting.now};
      return true;
    });
  }
  return gone;
}

void check_until(const std::string& id, std::optional<Instant> until,
                 const std::map<std::string, std::pair<Instant, Instant>>& gone, Instant end) {
  const auto found = gone.find(id);
  if (found == gone.end()) {
    EXPECT_TRUE(!until || *until > end)
        << id << " was to go at " << format_rfc3339(*until) << " and is there";
    return;
  }
  ASSERT_TRUE(until) << id << " went at " << format_rfc3339(found->second.second);
  EXPECT_TRUE(found->second.first < *until && *until <= found->second.second)
      << id << " went at " << format_rfc3339(found->second.second) << ", not at " << format_rfc3339(*until);
}

TEST(KeptUntil, IsWhatTheFutureBrings) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(fmt::format("SKYHOLD_TEST_SEED={}", seed));
  RandomHistory history(seed);
  for (int round = 0; round < 150 && !testing::Test::HasFailure(); ++round) {
    const RetentionRules rules = history.rules();
    const RetentionSetting setting = history.setting();
    std::vector<RetentionBackup> backups = history.backups(setting.now);
    const auto answers = decide_backup_retention(rules, backups, setting).value();
    const auto calendar = retention_calendar(rules, backups, {"main"}, setting, 40).value();
    std::erase_if(backups, [&](const RetentionBackup& backup) {
      return std::none_of(answers.begin(), answers.end(),
                          [&](const auto& a) { return a.id == backup.id && a.keep; });
    });
    std::vector<Instant> came;
    const auto gone = live(rules, backups, setting, 130, came);
    for (const BackupRetention& answer : answers) {
      if (answer.keep) check_until(answer.id, answer.kept_until, gone, came.back());
    }
    for (const CalendarBackup& backup : calendar.backups) {
      if (!backup.id.empty()) continue;
      EXPECT_TRUE(std::binary_search(came.begin(), came.end(), backup.time));
      const auto occurrence = latest_occurrence(setting.expected[0], setting.zone, backup.time);
      check_until("new " + occurrence->key, backup.kept_until, gone, came.back());
    }
  }
}

std::vector<RetentionBackup> nights(int count) {
  std::vector<RetentionBackup> all;
  for (int i = 0; i < count; ++i) {
    const Instant time = at("2026-11-23T01:00:00Z") - hours{24} * i;
    all.push_back({.id = format_rfc3339(time).substr(5, 5), .branch = "main", .time = time});
  }
  return all;
}

RetentionSetting noon() {
  return {zone("UTC"), at("2026-11-23T12:00:00Z"), {cron("0 1 * * *")}};
}

TEST(RetentionPreview, SaysWhatAChangeWouldDo) {
  std::vector<RetentionBackup> backups = nights(9);
  backups.push_back(
      {.id = "manual", .branch = "main", .time = at("2026-11-01T12:00:00Z"), .kind = BackupKind::kManual});
  const RetentionPreview preview =
      preview_retention({7, 0, 0, 30, 0, 7}, {3, 2, 0, 60, 0, 7}, backups, noon()).value();
  std::map<std::string, RetentionEffect> effects;
  for (const RetentionChange& change : preview.changes) effects[change.id] = change.effect;
  EXPECT_EQ(effects["11-23"], RetentionEffect::kShorter) << "seven days before, three now";
  EXPECT_EQ(effects["11-22"], RetentionEffect::kLonger) << "the week's newest";
  EXPECT_EQ(effects["11-21"], RetentionEffect::kShorter);
  for (const char* id : {"11-20", "11-19", "11-18", "11-17"})
    EXPECT_EQ(effects[id], RetentionEffect::kDeletedNow);
  EXPECT_EQ(effects["11-16"], RetentionEffect::kSame) << "gone before and after";
  EXPECT_EQ(effects["manual"], RetentionEffect::kLonger);
  EXPECT_EQ(preview.deleted_now, 4);
  EXPECT_EQ(preview.shorter, 2);
  EXPECT_EQ(preview.longer, 2);
  EXPECT_FALSE(preview_retention({}, {.keep_daily = -1}, backups, noon()));
}

TEST(RetentionPreview, MoreGenerousRulesBringBackWhatIsStillThere) {
  const RetentionPreview preview =
      preview_retention({3, 0, 0, 30, 0, 7}, {5, 0, 0, 30, 0, 7}, nights(6), noon()).value();
  EXPECT_EQ(preview.deleted_now, 0);
  EXPECT_EQ(preview.longer, 5);
  EXPECT_EQ(preview.changes.back().effect, RetentionEffect::kSame);
}

TEST(RetentionCalendar, ShowsWhatLivesOnEachDay) {
  const RetentionCalendar calendar =
      retention_calendar({3, 0, 0, 30, 0, 7}, nights(5), {"main"}, noon(), 4).value();
  ASSERT_EQ(calendar.days.size(), 4U);
  std::vector<std::string> said;
  for (const CalendarDay& day : calendar.days) {
    std::string line = day.date + ":";
    for (const std::size_t i : day.backups) {
      const CalendarBackup& backup = calendar.backups.at(i);
      line += " " + (backup.id.empty() ? "+" + format_rfc3339(backup.time).substr(5, 5) : backup.id);
    }
    said.push_back(line);
  }
  EXPECT_THAT(said,
              testing::ElementsAre("2026-11-23: 11-21 11-22 11-23", "2026-11-24: 11-22 11-23 +11-24",
                                   "2026-11-25: 11-23 +11-24 +11-25", "2026-11-26: +11-24 +11-25 +11-26"));
  EXPECT_TRUE(retention_calendar({}, {}, {"main"}, noon(), 365));
  for (const int days : {0, -1, 3661}) EXPECT_FALSE(retention_calendar({}, {}, {}, noon(), days));
}

}  // namespace
}  // namespace skyhold
