#include "policy/health.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "policy/local_time.h"
#include "policy/words.h"

namespace skyhold {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::minutes;

// "40 minutes", "5 hours", "3 days".
std::string span_words(std::chrono::nanoseconds span) {
  if (span < hours{1}) return counted(duration_cast<minutes>(span).count(), "minute");
  if (span < hours{48}) return counted(duration_cast<hours>(span).count(), "hour");
  return counted(duration_cast<hours>(span).count() / 24, "day");
}

std::string ago(Instant then, Instant now) {
  return now - then < minutes{1} ? "just now" : span_words(now - then) + " ago";
}

std::string copies_words(int copies) {
  return fmt::format("{} {}", number_word(copies), copies == 1 ? "copy" : "copies");
}

std::string capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

struct Finding {
  HealthState state;  // that it makes of the project
  HealthReason reason;
};

class Judge {
 public:
  Judge(const ProjectHealthFacts& facts, const TimeZone& zone, Instant now,
        const HealthObjectives& objectives)
      : facts_(facts), zone_(zone), now_(now), objectives_(objectives) {}

  ProjectHealth judge() {
    if (facts_.production.empty()) {
      find(HealthState::kNew, "no_production_branch", "",
           "There is no production branch yet, so nothing is backed up by itself.");
    }
    for (const BranchHealthFacts& branch : facts_.production) judge_branch(branch);
    if (facts_.paused) {
      find(HealthState::kPaused, "paused", "", "The project is paused: no backup is made by itself.");
    }
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const Finding& a, const Finding& b) { return gravity(a.state) > gravity(b.state); });
    ProjectHealth health;
    health.state = findings_.empty() ? HealthState::kSafe : findings_.front().state;
    health.sentence = headline(health.state);
    for (Finding& finding : findings_) health.reasons.push_back(std::move(finding.reason));
    return health;
  }

 private:
  // Paused comes first: somebody wanted it so, and the rest follows from it.
  static int gravity(HealthState state) {
    switch (state) {
      case HealthState::kPaused: return 4;
      case HealthState::kUnprotected: return 3;
      case HealthState::kAtRisk: return 2;
      case HealthState::kNew: return 1;
      case HealthState::kSafe: return 0;
    }
    SKYHOLD_UNREACHABLE();
  }

  void find(HealthState state, std::string_view code, const std::string& branch, std::string sentence) {
    findings_.push_back({state, {code, branch, std::move(sentence)}});
  }

  void judge_branch(const BranchHealthFacts& branch) {
    if (branch.last_good_at) {
      judge_age(branch);
      judge_copies(branch);
      judge_verification(branch);
    } else {
      judge_no_backup(branch);
    }
    judge_failures(branch);
  }

  [[nodiscard]] Instant wanted_since(const BranchHealthFacts& branch) const {
    return branch.created_at.value_or(facts_.created_at);
  }

  void judge_no_backup(const BranchHealthFacts& branch) {
    const bool may_wait =
        branch.failures_since_good == 0 && now_ - wanted_since(branch) <= objectives_.backup_age;
    if (may_wait) {
      find(HealthState::kNew, "first_backup_pending", branch.branch,
           branch.running ? fmt::format("The first backup of {} is being made.", branch.branch)
                          : fmt::format("{} waits for its first backup.", branch.branch));
    } else {
      find(HealthState::kUnprotected, "no_backup", branch.branch,
           fmt::format("There is no good backup of {}.", branch.branch));
    }
  }

  void judge_age(const BranchHealthFacts& branch) {
    const auto age = now_ - *branch.last_good_at;
    if (age <= objectives_.backup_age) return;
    const bool far_too_old = age > objectives_.unprotected_age;
    find(far_too_old ? HealthState::kUnprotected : HealthState::kAtRisk,
         far_too_old ? "backup_far_too_old" : "backup_too_old", branch.branch,
         fmt::format("The last good backup of {} is {} old; the objective is {}.", branch.branch,
                     span_words(age), counted(objectives_.backup_age.count(), "hour")));
  }

  void judge_copies(const BranchHealthFacts& branch) {
    if (branch.copies_complete <= 0) {
      find(HealthState::kUnprotected, "no_complete_copy", branch.branch,
           fmt::format("No copy of the last backup of {} is complete.", branch.branch));
    } else if (branch.copies_complete < facts_.copies_wanted) {
      find(HealthState::kAtRisk, "copies_incomplete", branch.branch,
           fmt::format("The last backup of {} has {} of {} complete copies.", branch.branch,
                       number_word(branch.copies_complete), number_word(facts_.copies_wanted)));
    }
    if (branch.copies_damaged > 0) {
      find(HealthState::kAtRisk, "copies_damaged", branch.branch,
           fmt::format("{} of the last backup of {} {} missing or damaged.",
                       capitalized(copies_words(branch.copies_damaged)), branch.branch,
                       branch.copies_damaged == 1 ? "is" : "are"));
    }
  }

  void judge_verification(const BranchHealthFacts& branch) {
    // Before the first verification falls due, nothing is amiss.
    const Instant since = branch.last_verified_at.value_or(wanted_since(branch));
    if (now_ - since <= objectives_.verified_age) return;
    find(HealthState::kAtRisk, branch.last_verified_at ? "verification_too_old" : "never_verified",
         branch.branch,
         branch.last_verified_at
             ? fmt::format("The backups of {} were last verified {}.", branch.branch, ago(since, now_))
             : fmt::format("The backups of {} were never verified.", branch.branch));
  }

  void judge_failures(const BranchHealthFacts& branch) {
    if (branch.failures_since_good <= 0) return;
    std::string sentence = branch.failures_since_good == 1
                               ? fmt::format("The latest backup of {} failed", branch.branch)
                               : fmt::format("The latest {} backups of {} failed",
                                             number_word(branch.failures_since_good), branch.branch);
    sentence += branch.last_failure.empty() ? "." : ": " + branch.last_failure + ".";
    find(HealthState::kAtRisk, "backup_failed", branch.branch, std::move(sentence));
  }

  // The branch that decides how safe the project is: without a backup, or with the oldest last one.
  [[nodiscard]] const BranchHealthFacts* weakest() const {
    const auto found = std::min_element(facts_.production.begin(), facts_.production.end(),
                                        [](const BranchHealthFacts& a, const BranchHealthFacts& b) {
                                          return a.last_good_at < b.last_good_at;
                                        });
    return found == facts_.production.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::string headline(HealthState state) const {
    const BranchHealthFacts* const branch = weakest();
    const std::string facts = branch == nullptr ? "no production branch yet" : summary(*branch);
    switch (state) {
      case HealthState::kSafe: return fmt::format("Safe: {}.", facts);
      case HealthState::kAtRisk: return fmt::format("At risk: {}.", facts_and_cause(facts));
      case HealthState::kUnprotected: return fmt::format("Unprotected: {}.", facts_and_cause(facts));
      case HealthState::kPaused: return fmt::format("Paused: {}.", facts);
      case HealthState::kNew: return fmt::format("New: {}{}.", facts, first_run(branch));
    }
    SKYHOLD_UNREACHABLE();
  }

  // "last backup 5 hours ago, three copies, verified today".
  [[nodiscard]] std::string summary(const BranchHealthFacts& branch) const {
    if (!branch.last_good_at) {
      return branch.running ? "the first backup is being made" : "no good backup yet";
    }
    return fmt::format(
        "last backup {}, {}, {}", ago(*branch.last_good_at, now_),
        branch.copies_complete < facts_.copies_wanted
            ? fmt::format("{} of {} copies",
                          branch.copies_complete <= 0 ? "none" : number_word(branch.copies_complete),
                          number_word(facts_.copies_wanted))
            : copies_words(branch.copies_complete),
        verified(branch));
  }

  // What the summary does not show by itself.
  [[nodiscard]] std::string facts_and_cause(const std::string& facts) const {
    std::string text = facts;
    if (has("copies_damaged")) text += ", a copy is damaged";
    if (has("backup_failed")) text += ", the latest run failed";
    return text;
  }

  [[nodiscard]] bool has(std::string_view code) const {
    return std::any_of(findings_.begin(), findings_.end(),
                       [&](const Finding& finding) { return finding.reason.code == code; });
  }

  [[nodiscard]] std::string verified(const BranchHealthFacts& branch) const {
    if (!branch.last_verified_at) return "not verified yet";
    const auto days = (local_day(zone_, now_) - local_day(zone_, *branch.last_verified_at)).count();
    if (days <= 0) return "verified today";
    return days == 1 ? "verified yesterday" : fmt::format("verified {} days ago", days);
  }

  [[nodiscard]] std::string first_run(const BranchHealthFacts* branch) const {
    if (branch == nullptr || branch->running || !branch->next_run_at) return "";
    const std::string local = local_date_time(zone_, *branch->next_run_at);
    return fmt::format(", the first is due on {} at {}", local.substr(0, 10), local.substr(11));
  }

  const ProjectHealthFacts& facts_;
  const TimeZone& zone_;
  Instant now_;
  const HealthObjectives& objectives_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string_view to_string(HealthState state) {
  switch (state) {
    case HealthState::kSafe: return "safe";
    case HealthState::kAtRisk: return "at_risk";
    case HealthState::kUnprotected: return "unprotected";
    case HealthState::kPaused: return "paused";
    case HealthState::kNew: return "new";
  }
  SKYHOLD_UNREACHABLE();
}

ProjectHealth judge_health(const ProjectHealthFacts& facts, const TimeZone& zone, Instant now,
                           const HealthObjectives& objectives) {
  return Judge(facts, zone, now, objectives).judge();
}

}  // namespace skyhold
