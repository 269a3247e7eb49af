// A year of one production branch, tick by tick: due_runs starts backups, they take their time, fail or
// stay degraded, the service is down for hours and days, retention deletes. What happened is held
// against an oracle that knows only the wall clock and the whole history.
#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "policy/backup_retention.h"
#include "policy/due_runs.h"
#include "policy/local_time.h"
#include "policy/policy_test_support.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes kTick{10};

struct Started {
  std::string key;
  int attempt;
  Instant at;
  Instant ended;  // set when it is over
  bool good = false;
};

struct Outage {
  Instant from;
  Instant to;
};

// The world that policy decides for.
class Year {
 public:
  Year(const char* zone_name, const char* cron_text, std::uint64_t seed, bool troubled)
      : troubled_(troubled),
        random_(seed),
        zone_(zone(zone_name)),
        cron_(cron(cron_text)),
        begin_(at("2026-01-01T00:00:00Z")),
        end_(at("2027-01-01T00:00:00Z")),
        branch_{.project = "acme", .branch = "main", .zone = zone_, .schedules = {{"daily", cron_, begin_}}} {
    if (troubled) plan_outages();
  }

  // `check` sees the world after each time that retention ran.
  template <typename Check>
  void run(Check check) {
    for (Instant now = begin_; now < end_ && !testing::Test::HasFailure(); now += kTick) {
      if (is_down(now)) continue;
      up_.push_back(now);
      bool changed = finish(now);
      mend(now);
      if (troubled_ && up_to(1500) == 0) {
        made_.push_back({.id = fmt::format("manual {}", format_rfc3339(now)),
                         .branch = "main",
                         .time = now,
                         .kind = up_to(1) == 0 ? BackupKind::kManual : BackupKind::kSafety});
        alive_.insert(made_.back().id);
        changed = true;
      }
      for (const DueRun& due : due_runs(std::span(&branch_, 1), now)) start(due, now);
      if (!changed) continue;
      apply_retention(now);
      check(now);
    }
  }

  [[nodiscard]] bool is_down(Instant now) const {
    return std::any_of(outages_.begin(), outages_.end(),
                       [&](const Outage& outage) { return outage.from <= now && now < outage.to; });
  }

  [[nodiscard]] const TimeZone& where() const { return zone_; }
  [[nodiscard]] Instant begin() const { return begin_; }
  [[nodiscard]] Instant end() const { return end_; }
  [[nodiscard]] const std::vector<Started>& runs() const { return runs_; }
  [[nodiscard]] const std::vector<Instant>& up() const { return up_; }
  [[nodiscard]] const std::vector<RetentionBackup>& made() const { return made_; }  // all of the year
  [[nodiscard]] const std::set<std::string>& alive() const { return alive_; }

 private:
  int up_to(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most + 1)); }

  void plan_outages() {
    for (int i = 0; i < 25; ++i) {
      const Instant from = begin_ + kTick * up_to(365 * 24 * 6);
      outages_.push_back({from, from + (i < 5 ? hours{24 + up_to(24 * 8)} : hours{1 + up_to(11)})});
    }
  }

  void start(const DueRun& due, Instant now) {
    runs_.push_back({due.key, due.attempt, now, Instant::max()});
    ends_ = now + minutes{20 + up_to(70)};
    branch_.last_run = LastRun{due.key, RunState::kActive, due.attempt, {}};
  }

  // A run that an outage fell into has failed; it is found when the service is back.
  bool finish(Instant now) {
    if (!branch_.last_run || branch_.last_run->state != RunState::kActive) return false;
    const bool interrupted = up_.size() > 1 && now - up_[up_.size() - 2] > kTick;
    if (!interrupted && now < ends_) return false;
    const bool good = !interrupted && !(troubled_ && up_to(6) == 0);
    runs_.back().ended = now;
    runs_.back().good = good;
    branch_.last_run->state = good ? RunState::kSucceeded : RunState::kFailed;
    branch_.last_run->last_ended_at = now;
    RetentionBackup made{.id = fmt::format("{} {}", runs_.back().key, runs_.back().attempt),
                         .branch = "main"};
    made.time = runs_.back().at + minutes{1};
    made.state = !good                        ? BackupState::kFailed
                 : troubled_ && up_to(5) == 0 ? BackupState::kDegraded
                                              : BackupState::kGood;
    if (good) branch_.last_good_at = made.time;
    alive_.insert(made.id);
    made_.push_back(std::move(made));
    return true;
  }

  // What is degraded gets its other copies after a day or two, if it is still there.
  void mend(Instant now) {
    for (RetentionBackup& backup : made_) {
      if (backup.state != BackupState::kDegraded || !alive_.contains(backup.id)) continue;
      if (now - backup.time >
          hours{20 + static_cast<int>(backup.time.time_since_epoch() / minutes{1}) % 40}) {
        backup.state = BackupState::kGood;
      }
    }
  }

  void apply_retention(Instant now) {
    std::vector<RetentionBackup> there;
    for (const RetentionBackup& backup : made_) {
      if (alive_.contains(backup.id)) there.push_back(backup);
    }
    const auto answers = decide_backup_retention({}, there, {zone_, now, {cron_}});
    for (const BackupRetention& answer : answers.value()) {
      if (!answer.keep) alive_.erase(answer.id);
    }
  }

  bool troubled_;
  std::mt19937_64 random_;
  TimeZone zone_;
  CronExpression cron_;
  Instant begin_;
  Instant end_;
  ScheduledBranch branch_;
  std::vector<Outage> outages_;
  std::vector<Instant> up_;
  std::vector<Started> runs_;
  Instant ends_;
  std::vector<RetentionBackup> made_;
  std::set<std::string> alive_;
};

// ---- the oracle

// Monday's date stands for the week.
std::string bucket(const RetentionBackup& backup, const TimeZone& zone, int tier) {
  const std::string date = local_date(zone, backup.time);
  if (tier == 0) return date;
  if (tier == 2) return date.substr(0, 7);
  const LocalDay day = local_day(zone, backup.time);
  return to_text(day - (date::weekday{day} - date::Monday));
}

// 7 days, 4 weeks, 2 months, from all that was ever made; and what is newest.
std::set<std::string> ought_to_live(const Year& year, Instant now) {
  std::set<std::string> ids;
  std::vector<RetentionBackup> newest_first = year.made();
  std::sort(newest_first.begin(), newest_first.end(),
            [](const RetentionBackup& a, const RetentionBackup& b) { return a.time > b.time; });
  if (newest_first.front().state == BackupState::kFailed) ids.insert(newest_first.front().id);
  for (int tier = 0; tier < 3; ++tier) {
    const std::size_t most = std::array<std::size_t, 3>{7, 4, 2}[static_cast<std::size_t>(tier)];
    std::map<std::string, std::string, std::greater<>> good, any;
    for (const RetentionBackup& backup : newest_first) {
      if (backup.kind != BackupKind::kAutomatic || backup.state == BackupState::kFailed) continue;
      if (backup.state == BackupState::kGood) good.try_emplace(bucket(backup, year.where(), tier), backup.id);
      any.try_emplace(bucket(backup, year.where(), tier), backup.id);
    }
    std::size_t taken = 0;
    for (const auto& [name, id] : good) {
      if (taken++ < most) ids.insert(id);
    }
    taken = 0;
    for (const auto& [name, id] : any) {
      if (taken++ < most && !good.contains(name)) ids.insert(id);
    }
  }
  bool seen_any = false, seen_good = false;
  for (const RetentionBackup& backup : newest_first) {
    // What is newest says what the branch was like last, be it degraded and its day's place taken by a good
    // one.
    if (backup.state != BackupState::kFailed && !std::exchange(seen_any, true)) ids.insert(backup.id);
    if (backup.state == BackupState::kGood && !std::exchange(seen_good, true)) ids.insert(backup.id);
    const int days = backup.kind == BackupKind::kManual ? 30 : backup.kind == BackupKind::kSafety ? 7 : 0;
    if (now - backup.time < hours{24} * days) ids.insert(backup.id);
  }
  return ids;
}

// When the clock on the wall first shows the time of day, or a later one, on each date.
std::map<std::string, Instant> first_shown(const Year& year, const std::string& time_of_day) {
  std::map<std::string, Instant> dates;
  for (Instant now = year.begin(); now < year.end(); now += minutes{15}) {
    const std::string wall = local_date_time(year.where(), now);
    if (wall.substr(11) >= time_of_day) dates.try_emplace(wall.substr(0, 10), now);
  }
  dates.erase(dates.begin());  // of the day that it begins in the middle of
  return dates;
}

// The runs of each date: the newest that was missed is made up for, others are not.
void check_runs(const Year& year, const std::map<std::string, Instant>& occurrences) {
  std::map<std::string, std::vector<Started>> by_date;
  for (const Started& run : year.runs()) by_date[run.key.substr(0, 10)].push_back(run);
  const auto active_at = [&](Instant now) {
    return std::any_of(year.runs().begin(), year.runs().end(),
                       [&](const Started& run) { return run.at < now && now < run.ended; });
  };
  for (auto date = occurrences.begin(); date != occurrences.end(); ++date) {
    const auto up = std::find_if(year.up().begin(), year.up().end(),
                                 [&](Instant now) { return now >= date->second && !active_at(now); });
    const auto next = std::next(date);
    const bool superseded = next != occurrences.end() && (up == year.up().end() || *up >= next->second);
    if (superseded) {
      EXPECT_FALSE(by_date.contains(date->first)) << date->first << " was missed, and a newer one is due";
      continue;
    }
    if (up == year.up().end()) continue;
    ASSERT_TRUE(by_date.contains(date->first)) << date->first << " has no run";
    EXPECT_EQ(by_date[date->first].front().at, *up) << date->first;
  }
  for (const auto& [date, runs] : by_date) {
    EXPECT_LE(std::count_if(runs.begin(), runs.end(), [](const Started& run) { return run.good; }), 1)
        << date;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      EXPECT_EQ(runs[i].attempt, static_cast<int>(i) + 1) << date;
      EXPECT_EQ(runs[i].key, runs[0].key);
      if (i == 0) continue;
      EXPECT_FALSE(runs[i - 1].good) << date << " was run again";
      EXPECT_GE(runs[i].at - runs[i - 1].ended,
                (std::array{minutes{10}, minutes{30}, minutes{60}}.at(i - 1)));
    }
  }
}

struct Place {
  const char* zone;
  const char* cron;
  const char* time_of_day;
};
constexpr Place kPlaces[] = {{"Europe/Brussels", "0 1 * * *", "01:00"},
                             {"Europe/Brussels", "30 2 * * *", "02:30"},
                             {"America/New_York", "30 2 * * *", "02:30"},
                             {"Asia/Kolkata", "0 1 * * *", "01:00"},
                             {"Australia/Lord_Howe", "15 2 * * *", "02:15"},
                             {"Asia/Beirut", "0 0 * * *", "00:00"},
                             {"UTC", "0 1 * * *", "01:00"}};

void check_lives(const Year& year, Instant now) {
  EXPECT_EQ(year.alive(), ought_to_live(year, now)) << "at " << format_rfc3339(now);
}

TEST(PolicyYear, UndisturbedEachDateHasItsBackup) {
  for (const Place& place : kPlaces) {
    SCOPED_TRACE(fmt::format("{} in {}", place.cron, place.zone));
    Year year(place.zone, place.cron, 1, false);
    year.run([&](Instant now) { check_lives(year, now); });
    const auto occurrences = first_shown(year, place.time_of_day);
    check_runs(year, occurrences);
    std::set<std::string> dates;
    for (const Started& run : year.runs()) EXPECT_TRUE(dates.insert(run.key.substr(0, 10)).second) << run.key;
    for (const auto& [date, first] : occurrences) EXPECT_TRUE(dates.contains(date)) << date;
    EXPECT_GE(year.runs().size(), 364U);
    // 7 days, 2 more Sundays and the last of November; 1 January in the east takes that one's place.
    const bool new_year = year.runs().back().key.starts_with("2027-01-01");
    EXPECT_EQ(year.alive().size(), new_year ? 9U : 10U);
  }
}

TEST(PolicyYear, ThroughOutagesAndFailuresExactlyTheRightBackupsLive) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(fmt::format("SKYHOLD_TEST_SEED={}", seed));
  for (const Place& place : kPlaces) {
    SCOPED_TRACE(fmt::format("{} in {}", place.cron, place.zone));
    Year year(place.zone, place.cron, seed, true);
    year.run([&](Instant now) { check_lives(year, now); });
    check_runs(year, first_shown(year, place.time_of_day));
  }
}

}  // namespace
}  // namespace skyhold
