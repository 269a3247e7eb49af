#include "policy/retention.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seed.h"

namespace skyhold {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

Instant at(std::string_view text) {
  return parse_rfc3339(text).value();
}

// A candidate whose id is its time.
RetentionCandidate backup(std::string_view time, std::string group = "production", bool good = true) {
  return {std::string(time), std::move(group), at(time), good};
}

std::map<std::string, std::vector<std::string>> kept(const RetentionPolicy& policy,
                                                     std::vector<RetentionCandidate> candidates,
                                                     const std::string& zone = "UTC") {
  const auto decisions = decide_retention(policy, std::move(candidates), zone);
  EXPECT_TRUE(decisions) << to_string(decisions.error());
  std::map<std::string, std::vector<std::string>> reasons;
  for (const RetentionDecision& decision : decisions.value()) {
    EXPECT_EQ(decision.keep, !decision.reasons.empty()) << decision.id;
    if (decision.keep) reasons[decision.id] = decision.reasons;
  }
  return reasons;
}

std::vector<std::string> ids(const std::map<std::string, std::vector<std::string>>& reasons) {
  std::vector<std::string> all;
  for (const auto& [id, why] : reasons) all.push_back(id);
  return all;
}

constexpr RetentionPolicy kNothing{.keep_daily = 0, .keep_weekly = 0, .keep_monthly = 0};
constexpr RetentionPolicy daily(int n) {
  return {.keep_daily = n, .keep_weekly = 0, .keep_monthly = 0};
}
constexpr RetentionPolicy weekly(int n) {
  return {.keep_daily = 0, .keep_weekly = n, .keep_monthly = 0};
}
constexpr RetentionPolicy monthly(int n) {
  return {.keep_daily = 0, .keep_weekly = 0, .keep_monthly = n};
}

TEST(Retention, HasNothingToSayAboutNothing) {
  EXPECT_THAT(decide_retention({}, {}, "UTC").value(), IsEmpty());
}

TEST(Retention, ADayKeepsItsNewest) {
  const auto reasons = kept(daily(2), {backup("2026-11-22T01:00:00Z"), backup("2026-11-22T13:00:00Z"),
                                       backup("2026-11-21T01:00:00Z"), backup("2026-11-20T01:00:00Z")});
  EXPECT_THAT(ids(reasons), ElementsAre("2026-11-21T01:00:00Z", "2026-11-22T13:00:00Z"));
  EXPECT_THAT(reasons.at("2026-11-22T13:00:00Z"), ElementsAre("daily 2026-11-22", "newest good backup"));
  EXPECT_THAT(reasons.at("2026-11-21T01:00:00Z"), ElementsAre("daily 2026-11-21"));
}

TEST(Retention, CountsDaysThatHaveABackupNotDaysOfTheCalendar) {
  EXPECT_THAT(ids(kept(daily(3), {backup("2026-01-01T01:00:00Z"), backup("2026-05-01T01:00:00Z"),
                                  backup("2026-06-01T01:00:00Z"), backup("2026-11-01T01:00:00Z")})),
              ElementsAre("2026-05-01T01:00:00Z", "2026-06-01T01:00:00Z", "2026-11-01T01:00:00Z"));
}

TEST(Retention, TheUsualRulesOverHalfAYearOfNights) {
  std::vector<RetentionCandidate> nights;
  for (Instant night = at("2026-05-25T01:00:00Z"); night <= at("2026-11-23T01:00:00Z");
       night += std::chrono::hours{24}) {
    nights.push_back(backup(format_rfc3339(night)));
  }
  const auto reasons = kept({}, nights);
  EXPECT_THAT(ids(reasons),
              ElementsAre("2026-10-31T01:00:00Z",                          // monthly 2026-10
                          "2026-11-08T01:00:00Z", "2026-11-15T01:00:00Z",  // Sundays, the weeks' newest
                          "2026-11-17T01:00:00Z", "2026-11-18T01:00:00Z", "2026-11-19T01:00:00Z",
                          "2026-11-20T01:00:00Z", "2026-11-21T01:00:00Z", "2026-11-22T01:00:00Z",
                          "2026-11-23T01:00:00Z"));
  EXPECT_THAT(reasons.at("2026-11-23T01:00:00Z"),
              ElementsAre("daily 2026-11-23", "weekly 2026-W48", "monthly 2026-11", "newest good backup"));
  EXPECT_THAT(reasons.at("2026-11-22T01:00:00Z"), ElementsAre("daily 2026-11-22", "weekly 2026-W47"));
  EXPECT_THAT(reasons.at("2026-10-31T01:00:00Z"), ElementsAre("monthly 2026-10"));
}

TEST(Retention, AWeekBelongsToTheYearOfItsThursday) {
  // 2026-12-31 is a Thursday: its week, 53, runs into January. 2024-12-30 is a Monday of 2025's first week.
  const auto reasons = kept(weekly(9), {backup("2026-12-28T01:00:00Z"), backup("2027-01-03T01:00:00Z"),
                                        backup("2027-01-04T01:00:00Z"), backup("2024-12-29T01:00:00Z"),
                                        backup("2024-12-30T01:00:00Z"), backup("2021-01-01T01:00:00Z")});
  EXPECT_THAT(reasons.at("2027-01-04T01:00:00Z"), Contains("weekly 2027-W01"));
  EXPECT_THAT(reasons.at("2027-01-03T01:00:00Z"), ElementsAre("weekly 2026-W53"));
  EXPECT_FALSE(reasons.contains("2026-12-28T01:00:00Z")) << "the same week as 2027-01-03";
  EXPECT_THAT(reasons.at("2024-12-30T01:00:00Z"), ElementsAre("weekly 2025-W01"));
  EXPECT_THAT(reasons.at("2024-12-29T01:00:00Z"), ElementsAre("weekly 2024-W52"));
  EXPECT_THAT(reasons.at("2021-01-01T01:00:00Z"), ElementsAre("weekly 2020-W53"));
}

TEST(Retention, DaysAreThoseOfTheTimeZone) {
  // 23:30 UTC is half past midnight in Brussels: the next day, week and month.
  const auto reasons = kept({.keep_daily = 1, .keep_weekly = 1, .keep_monthly = 1},
                            {backup("2026-11-30T23:30:00Z")}, "Europe/Brussels");
  EXPECT_THAT(reasons.at("2026-11-30T23:30:00Z"),
              ElementsAre("daily 2026-12-01", "weekly 2026-W49", "monthly 2026-12", "newest good backup"));
  EXPECT_THAT(kept(daily(1), {backup("2026-11-30T23:30:00Z")}, "America/New_York").at("2026-11-30T23:30:00Z"),
              Contains("daily 2026-11-30"));
}

TEST(Retention, ADayOfTwentyFiveHoursIsOneDay) {
  // Brussels leaves summer time on 2026-10-25: that day runs from 22:00 UTC to 23:00 UTC of the next.
  const auto reasons =
      kept(daily(9),
           {backup("2026-10-24T21:59:59Z"), backup("2026-10-24T22:00:00Z"), backup("2026-10-25T00:30:00Z"),
            backup("2026-10-25T01:30:00Z"), backup("2026-10-25T22:59:59Z"), backup("2026-10-25T23:00:00Z")},
           "Europe/Brussels");
  EXPECT_THAT(ids(reasons),
              ElementsAre("2026-10-24T21:59:59Z", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"));
  EXPECT_THAT(reasons.at("2026-10-25T22:59:59Z"), ElementsAre("daily 2026-10-25"));
}

TEST(Retention, ADayOfTwentyThreeHoursIsOneDay) {
  const auto reasons = kept(daily(9),
                            {backup("2026-03-28T22:59:59Z"), backup("2026-03-28T23:00:00Z"),
                             backup("2026-03-29T21:59:59Z"), backup("2026-03-29T22:00:00Z")},
                            "Europe/Brussels");
  EXPECT_THAT(ids(reasons),
              ElementsAre("2026-03-28T22:59:59Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"));
}

TEST(Retention, GroupsDoNotShareTheirPlaces) {
  const auto decisions =
      decide_retention(daily(1),
                       {backup("2026-11-20T01:00:00Z", "staging"), backup("2026-11-22T01:00:00Z"),
                        backup("2026-11-19T01:00:00Z", "staging"), backup("2026-11-21T01:00:00Z")},
                       "UTC")
          .value();
  std::vector<std::pair<std::string, bool>> said;
  for (const RetentionDecision& decision : decisions) said.emplace_back(decision.id, decision.keep);
  using Said = std::pair<std::string, bool>;
  EXPECT_THAT(said, ElementsAre(Said("2026-11-22T01:00:00Z", true), Said("2026-11-21T01:00:00Z", false),
                                Said("2026-11-20T01:00:00Z", true), Said("2026-11-19T01:00:00Z", false)));
}

TEST(Retention, TheNewestGoodBackupStaysWhateverTheRulesSay) {
  const auto reasons = kept(kNothing, {backup("2020-01-01T01:00:00Z"), backup("2019-01-01T01:00:00Z")});
  EXPECT_THAT(ids(reasons), ElementsAre("2020-01-01T01:00:00Z"));
  EXPECT_THAT(reasons.at("2020-01-01T01:00:00Z"), ElementsAre("newest good backup"));
}

TEST(Retention, ABadBackupTakesNoPlaceOfAGoodOne) {
  const auto reasons =
      kept(daily(2), {backup("2026-11-22T13:00:00Z", "production", false), backup("2026-11-22T01:00:00Z"),
                      backup("2026-11-21T13:00:00Z", "production", false), backup("2026-11-20T01:00:00Z")});
  EXPECT_THAT(reasons.at("2026-11-22T13:00:00Z"), ElementsAre("newest backup, though not good"));
  EXPECT_THAT(reasons.at("2026-11-22T01:00:00Z"), ElementsAre("daily 2026-11-22", "newest good backup"));
  EXPECT_THAT(reasons.at("2026-11-20T01:00:00Z"), ElementsAre("daily 2026-11-20"));
  EXPECT_EQ(reasons.size(), 3U) << "an older bad one goes";
}

TEST(Retention, WithoutAGoodOneOnlyTheNewestStays) {
  EXPECT_THAT(ids(kept({}, {backup("2026-11-22T01:00:00Z", "production", false),
                            backup("2026-11-21T01:00:00Z", "production", false)})),
              ElementsAre("2026-11-22T01:00:00Z"));
}

TEST(Retention, TiesAreBrokenTheSameWayInAnyOrder) {
  RetentionCandidate a{"a", "production", at("2026-11-22T01:00:00Z"), true};
  RetentionCandidate b{"b", "production", at("2026-11-22T01:00:00Z"), true};
  EXPECT_EQ(ids(kept(daily(3), {a, b})), ids(kept(daily(3), {b, a})));
  EXPECT_EQ(kept(daily(3), {a, b}).size(), 1U);
}

TEST(Retention, OneBackupCanServeAllRules) {
  EXPECT_EQ(
      kept({.keep_daily = 7, .keep_weekly = 4, .keep_monthly = 2}, {backup("2026-11-22T01:00:00Z")}).size(),
      1U);
  EXPECT_THAT(ids(kept(monthly(2), {backup("2026-11-22T01:00:00Z"), backup("2026-11-01T01:00:00Z"),
                                    backup("2026-10-31T01:00:00Z"), backup("2026-09-30T01:00:00Z")})),
              ElementsAre("2026-10-31T01:00:00Z", "2026-11-22T01:00:00Z"));
}

TEST(Retention, RefusesWhatMakesNoSense) {
  for (const RetentionPolicy& policy : {daily(-1), weekly(-1), monthly(-1)}) {
    EXPECT_EQ(decide_retention(policy, {}, "UTC").error().code, ErrorCode::kInvalidArgument);
  }
  for (const std::string zone : {"", "Mars/Olympus", "../../etc/passwd"}) {
    const auto refused = decide_retention({}, {}, zone);
    ASSERT_FALSE(refused) << zone;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(refused.error().hint.empty());
  }
}

struct RandomCase {
  RetentionPolicy policy;
  std::vector<RetentionCandidate> candidates;
  std::string zone;
};

RandomCase random_case(std::mt19937_64& random) {
  const auto up_to = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most + 1)); };
  static const std::vector<std::string> kZones{
      "UTC", "Europe/Brussels", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"};
  RandomCase result{{up_to(8), up_to(5), up_to(4)}, {}, kZones[random() % kZones.size()]};
  const int count = up_to(60);
  for (int i = 0; i < count; ++i) {
    const Instant time = at("2025-12-01T00:00:00Z") + std::chrono::minutes{up_to(60 * 24 * 120)};
    result.candidates.push_back(
        {fmt::format("{:03}", i), fmt::format("branch {}", up_to(2)), time, up_to(3) > 0});
  }
  return result;
}

using Kept = std::set<std::string>;
Kept kept_ids(const RandomCase& given) {
  Kept all;
  const auto decisions = decide_retention(given.policy, given.candidates, given.zone);
  for (const RetentionDecision& decision : decisions.value()) {
    if (decision.keep) all.insert(decision.id);
  }
  return all;
}

void check_group(const RandomCase& given, const std::string& group, const Kept& kept_now) {
  const RetentionPolicy& policy = given.policy;
  const RetentionCandidate* newest_good = nullptr;
  int good_kept = 0;
  int bad_kept = 0;
  for (const RetentionCandidate& candidate : given.candidates) {
    if (candidate.group != group) continue;
    if (kept_now.contains(candidate.id)) ++(candidate.good ? good_kept : bad_kept);
    const bool newer = newest_good == nullptr || candidate.time > newest_good->time ||
                       (candidate.time == newest_good->time && candidate.id < newest_good->id);
    if (candidate.good && newer) newest_good = &candidate;
  }
  EXPECT_TRUE(newest_good == nullptr || kept_now.contains(newest_good->id))
      << "the newest good one of " << group;
  EXPECT_LE(good_kept, std::max(1, policy.keep_daily + policy.keep_weekly + policy.keep_monthly));
  EXPECT_LE(bad_kept, 1);
}

TEST(Retention, KeepsItsPromisesForRandomHistories) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(fmt::format("SKYHOLD_TEST_SEED={}", seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 500 && !testing::Test::HasFailure(); ++round) {
    RandomCase given = random_case(random);
    const Kept now = kept_ids(given);
    for (const std::string group : {"branch 0", "branch 1", "branch 2"}) check_group(given, group, now);

    std::shuffle(given.candidates.begin(), given.candidates.end(), random);
    EXPECT_EQ(kept_ids(given), now) << "the order of the candidates must not matter";

    RandomCase generous = given;
    ++(round % 3 == 0   ? generous.policy.keep_daily
       : round % 3 == 1 ? generous.policy.keep_weekly
                        : generous.policy.keep_monthly);
    const Kept more = kept_ids(generous);
    EXPECT_TRUE(std::includes(more.begin(), more.end(), now.begin(), now.end())) << "a larger rule kept less";

    std::erase_if(given.candidates,
                  [&](const RetentionCandidate& candidate) { return !now.contains(candidate.id); });
    EXPECT_EQ(kept_ids(given), now) << "what was kept once must be kept again";
  }
}

}  // namespace
}  // namespace skyhold
