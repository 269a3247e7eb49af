#include "policy/health.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/policy_test_support.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;

const Instant kNow = at("2026-11-23T06:00:00Z");

// Safe: created long ago, a backup of five hours ago with three copies, verified this morning.
ProjectHealthFacts safe() {
  return {.created_at = kNow - hours{24 * 100},
          .production = {{.branch = "main",
                          .last_good_at = kNow - hours{5},
                          .copies_complete = 3,
                          .last_verified_at = kNow - hours{2}}}};
}

ProjectHealth judged(const ProjectHealthFacts& facts) {
  return judge_health(facts, zone("Europe/Brussels"), kNow);
}

std::vector<std::string> codes(const ProjectHealth& health) {
  std::vector<std::string> all;
  for (const HealthReason& reason : health.reasons) all.emplace_back(reason.code);
  return all;
}

struct Row {
  void (*change)(ProjectHealthFacts&, BranchHealthFacts&);
  const char* state;
  std::vector<std::string> codes;
  const char* sentence;
};

TEST(Health, HasOneStateOneSentenceAndItsReasons) {
  const Row kTable[] = {
      {[](auto&, auto&) {}, "safe", {}, "Safe: last backup 5 hours ago, three copies, verified today."},
      {[](auto&, auto& main) { main.last_good_at = kNow - hours{26}; },
       "safe",
       {},
       "Safe: last backup 26 hours ago, three copies, verified today."},
      {[](auto&, auto& main) { main.last_good_at = kNow - hours{27}; },
       "at_risk",
       {"backup_too_old"},
       "At risk: last backup 27 hours ago, three copies, verified today."},
      {[](auto&, auto& main) { main.last_good_at = kNow - hours{73}; },
       "unprotected",
       {"backup_far_too_old"},
       "Unprotected: last backup 3 days ago, three copies, verified today."},
      {[](auto&, auto& main) { main.copies_complete = 2; },
       "at_risk",
       {"copies_incomplete"},
       "At risk: last backup 5 hours ago, two of three copies, verified today."},
      {[](auto&, auto& main) {
         main.copies_complete = 2;
         main.copies_damaged = 1;
       },
       "at_risk",
       {"copies_incomplete", "copies_damaged"},
       "At risk: last backup 5 hours ago, two of three copies, verified today, a copy is damaged."},
      {[](auto&, auto& main) { main.copies_complete = 0; },
       "unprotected",
       {"no_complete_copy"},
       "Unprotected: last backup 5 hours ago, none of three copies, verified today."},
      {[](auto&, auto& main) { main.last_verified_at = kNow - hours{24 * 10}; },
       "at_risk",
       {"verification_too_old"},
       "At risk: last backup 5 hours ago, three copies, verified 10 days ago."},
      {[](auto&, auto& main) { main.last_verified_at.reset(); },
       "at_risk",
       {"never_verified"},
       "At risk: last backup 5 hours ago, three copies, not verified yet."},
      {[](auto&, auto& main) {
         main.last_verified_at.reset();
         main.created_at = kNow - hours{48};
       },
       "safe",
       {},
       "Safe: last backup 5 hours ago, three copies, not verified yet."},
      {[](auto&, auto& main) { main.last_verified_at = kNow - hours{20}; },
       "safe",
       {},
       "Safe: last backup 5 hours ago, three copies, verified yesterday."},
      {[](auto&, auto& main) { main.failures_since_good = 1; },
       "at_risk",
       {"backup_failed"},
       "At risk: last backup 5 hours ago, three copies, verified today, the latest run failed."},
      {[](auto&, auto& main) { main.last_good_at.reset(); },
       "unprotected",
       {"no_backup"},
       "Unprotected: no good backup yet."},
      {[](auto& facts, auto& main) {
         main.last_good_at.reset();
         facts.created_at = kNow - hours{1};
         main.next_run_at = at("2026-11-24T00:00:00Z");
       },
       "new",
       {"first_backup_pending"},
       "New: no good backup yet, the first is due on 2026-11-24 at 01:00."},
      {[](auto& facts, auto& main) {
         main.last_good_at.reset();
         facts.created_at = kNow - hours{1};
         main.running = true;
       },
       "new",
       {"first_backup_pending"},
       "New: the first backup is being made."},
      {[](auto& facts, auto& main) {
         main.last_good_at.reset();
         facts.created_at = kNow - hours{1};
         main.failures_since_good = 2;
       },
       "unprotected",
       {"no_backup", "backup_failed"},
       "Unprotected: no good backup yet, the latest run failed."},
      {[](auto& facts, auto& main) {
         facts.paused = true;
         main.last_good_at = kNow - hours{24 * 30};
       },
       "paused",
       {"paused", "backup_far_too_old"},
       "Paused: last backup 30 days ago, three copies, verified today."},
      {[](auto& facts, auto&) { facts.production.clear(); },
       "new",
       {"no_production_branch"},
       "New: no production branch yet."},
      {[](auto&, auto& main) { main.last_good_at = kNow - minutes{1}; },
       "safe",
       {},
       "Safe: last backup 1 minute ago, three copies, verified today."},
      {[](auto&, auto& main) { main.last_good_at = kNow + minutes{3}; },
       "safe",
       {},
       "Safe: last backup just now, three copies, verified today."},
      {[](auto& facts, auto& main) {
         facts.copies_wanted = 1;
         main.copies_complete = 1;
       },
       "safe",
       {},
       "Safe: last backup 5 hours ago, one copy, verified today."},
  };
  for (const Row& row : kTable) {
    ProjectHealthFacts facts = safe();
    row.change(facts, facts.production[0]);
    const ProjectHealth health = judged(facts);
    EXPECT_EQ(to_string(health.state), row.state) << row.sentence;
    EXPECT_EQ(codes(health), row.codes) << row.sentence;
    EXPECT_EQ(health.sentence, row.sentence);
    for (const HealthReason& reason : health.reasons) EXPECT_TRUE(reason.sentence.ends_with('.'));
  }
}

TEST(Health, TheReasonsSayWhatIsWrong) {
  ProjectHealthFacts facts = safe();
  facts.production[0].last_good_at = kNow - hours{27};
  facts.production[0].copies_complete = 1;
  facts.production[0].copies_damaged = 2;
  facts.production[0].failures_since_good = 3;
  facts.production[0].last_failure = "the database server refused the connection";
  std::vector<std::string> sentences;
  for (const HealthReason& reason : judged(facts).reasons) sentences.push_back(reason.sentence);
  EXPECT_THAT(sentences,
              ElementsAre("The last good backup of main is 27 hours old; the objective is 26 hours.",
                          "The last backup of main has one of three complete copies.",
                          "Two copies of the last backup of main are missing or damaged.",
                          "The latest three backups of main failed: the database server refused the "
                          "connection."));
}

TEST(Health, TheWeakestBranchSpeaksForTheProject) {
  ProjectHealthFacts facts = safe();
  facts.production.push_back(facts.production[0]);
  facts.production[1].branch = "shop";
  facts.production[1].last_good_at = kNow - hours{80};
  const ProjectHealth health = judged(facts);
  EXPECT_EQ(health.state, HealthState::kUnprotected);
  EXPECT_EQ(health.sentence, "Unprotected: last backup 3 days ago, three copies, verified today.");
  ASSERT_EQ(health.reasons.size(), 1U);
  EXPECT_EQ(health.reasons[0].branch, "shop");
  EXPECT_THAT(judged(safe()).reasons, IsEmpty());
}

}  // namespace
}  // namespace skyhold
