// Is this project safe, and why: one state, one sentence, and its reasons. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "policy/time_zone.h"

namespace skyhold {

struct BranchHealthFacts {
  std::string branch{};
  std::optional<Instant> created_at{};    // when backups of it were first wanted; none: with the project
  std::optional<Instant> last_good_at{};  // snapshot of the newest backup that can be restored, degraded too
  int copies_complete = 0;                // of that backup: stored or verified
  int copies_damaged = 0;                 // of that backup: missing or corrupt
  std::optional<Instant> last_verified_at{};  // when a copy of this branch's backups was last verified
  int failures_since_good = 0;                // runs that failed since the newest good one
  std::string last_failure{};                 // the message of the latest, one line
  bool running = false;                       // a backup runs right now
  std::optional<Instant> next_run_at{};
};

struct ProjectHealthFacts {
  Instant created_at{};
  bool paused = false;
  int copies_wanted = 3;
  std::vector<BranchHealthFacts> production{};  // the production branches: none or one, as a rule
};

struct HealthObjectives {
  std::chrono::hours backup_age{26};        // older: at risk
  std::chrono::hours unprotected_age{72};   // older: unprotected
  std::chrono::hours verified_age{24 * 9};  // verified longer ago: at risk
};

enum class HealthState { kSafe, kAtRisk, kUnprotected, kPaused, kNew };
std::string_view to_string(HealthState state);  // "safe", "at_risk", "unprotected", "paused", "new"

struct HealthReason {
  // Stable: paused, no_backup, backup_far_too_old, no_complete_copy (unprotected); backup_too_old,
  // copies_incomplete, copies_damaged, verification_too_old, never_verified, backup_failed (at risk);
  // first_backup_pending, no_production_branch (new).
  std::string_view code{};
  std::string branch{};    // empty: of the whole project
  std::string sentence{};  // "The last good backup of main is 3 days old; the objective is 26 hours."
};

struct ProjectHealth {
  HealthState state = HealthState::kNew;
  std::string sentence{};               // "Safe: last backup 5 hours ago, three copies, verified today."
  std::vector<HealthReason> reasons{};  // gravest first; empty when safe
};

ProjectHealth judge_health(const ProjectHealthFacts& facts, const TimeZone& zone, Instant now,
                           const HealthObjectives& objectives = {});

}  // namespace skyhold
