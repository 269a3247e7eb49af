#include "policy/backup_retention.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/assert.h"
#include "policy/expected_backups.h"
#include "policy/tier_places.h"

namespace skyhold {
namespace {

bool restorable(const RetentionBackup& backup) {
  return backup.state == BackupState::kGood || backup.state == BackupState::kDegraded;
}

// What speaks for keeping one backup.
struct Claim {
  std::vector<Tier> tiers{};
  std::vector<std::string> reasons{};
  Instant until = Instant::min();

  void add(std::string reason, Instant reason_until) {
    reasons.push_back(std::move(reason));
    until = std::max(until, reason_until);
  }
};

int days_of_kind(const RetentionRules& rules, BackupKind kind) {
  switch (kind) {
    case BackupKind::kManual: return rules.manual_days;
    case BackupKind::kImported: return rules.imported_days;
    case BackupKind::kSafety: return rules.safety_days;
    case BackupKind::kAutomatic: break;
  }
  SKYHOLD_UNREACHABLE();
}

// One branch's backups, newest first.
class BranchRetention {
 public:
  BranchRetention(const RetentionRules& rules, const RetentionSetting& setting,
                  std::vector<const RetentionBackup*> backups)
      : rules_(rules),
        now_(setting.now),
        backups_(std::move(backups)),
        // A clock that was ahead may have left backups in the future: what is expected comes after them.
        expected_(setting.expected, setting.zone, std::max(setting.now, backups_.front()->time)),
        next_(expected_.next(setting.now)),
        claims_(backups_.size()) {}

  std::vector<Claim> run() {
    apply_tiers();
    for (std::size_t i = 0; i < backups_.size(); ++i) apply_days(i);
    keep_the_newest();
    for (std::size_t i = 0; i < backups_.size(); ++i) apply_hands(i);
    return std::move(claims_);
  }

 private:
  void apply_tiers() {
    const std::array<std::pair<TierKind, int>, 3> tiers{{{TierKind::kDaily, rules_.keep_daily},
                                                         {TierKind::kWeekly, rules_.keep_weekly},
                                                         {TierKind::kMonthly, rules_.keep_monthly}}};
    for (const auto& [kind, count] : tiers) {
      TierPlaces places(kind, count);
      for (std::size_t i = 0; i < backups_.size(); ++i) {
        const RetentionBackup& backup = *backups_[i];
        if (backup.kind != BackupKind::kAutomatic || !restorable(backup)) continue;
        places.add(i, expected_.bucket_at(kind, backup.time), backup.state == BackupState::kGood);
      }
      for (const TierPlace& place : places.held(expected_)) {
        const std::string bucket = bucket_text(kind, place.bucket);
        claims_[place.position].tiers.push_back({kind, bucket});
        claims_[place.position].add(fmt::format("{} {}", to_string(kind), bucket), place.until);
      }
    }
  }

  void apply_days(std::size_t i) {
    const RetentionBackup& backup = *backups_[i];
    if (backup.kind == BackupKind::kAutomatic || !restorable(backup)) return;
    const int days = days_of_kind(rules_, backup.kind);
    if (days == 0) {
      claims_[i].add(fmt::format("{}, until deleted", to_string(backup.kind)), kNever);
      return;
    }
    const Instant until = backup.time + std::chrono::hours{24} * days;
    if (now_ < until) claims_[i].add(fmt::format("{}, {} days", to_string(backup.kind), days), until);
  }

  // What no rule takes: the newest good one, as long as no newer one is expected.
  void keep_the_newest() {
    const auto newest = [&](auto wanted) {
      return static_cast<std::size_t>(std::find_if(backups_.begin(), backups_.end(),
                                                   [&](const auto* backup) { return wanted(*backup); }) -
                                      backups_.begin());
    };
    const std::size_t none = backups_.size();
    const std::size_t good =
        newest([](const RetentionBackup& backup) { return backup.state == BackupState::kGood; });
    const std::size_t own = newest([](const RetentionBackup& backup) {
      return backup.state == BackupState::kGood && backup.kind != BackupKind::kImported;
    });
    if (good != none) claims_[good].add("newest good backup", next_);
    if (own != none && own != good) claims_[own].add("newest good backup of the branch itself", next_);
    // What is newest of all says what the branch was like last, be it on fewer copies than wanted. What was
    // imported stands in for no capture of the branch.
    const std::size_t own_any = newest([](const RetentionBackup& backup) {
      return restorable(backup) && backup.kind != BackupKind::kImported;
    });
    const std::size_t any = own_any != none ? own_any : newest(restorable);
    if (any != none && any != good && any != own) {
      claims_[any].add("newest backup, though degraded", next_);
    }
    if (backups_.front()->state == BackupState::kFailed) {
      claims_.front().add("newest backup, though failed", next_);
    }
  }

  void apply_hands(std::size_t i) {
    const RetentionBackup& backup = *backups_[i];
    if (backup.state == BackupState::kRunning) claims_[i].add("being made", kNever);
    if (backup.pinned) claims_[i].add("pinned", kNever);
    if (backup.busy) claims_[i].add("being restored", now_);
  }

  const RetentionRules& rules_;
  Instant now_;
  std::vector<const RetentionBackup*> backups_;
  ExpectedBackups expected_;
  Instant next_;
  std::vector<Claim> claims_;
};

BackupRetention answer(const RetentionBackup& backup, Claim claim) {
  BackupRetention result{.id = backup.id,
                         .keep = !claim.reasons.empty(),
                         .tiers = std::move(claim.tiers),
                         .reasons = std::move(claim.reasons)};
  if (result.keep && claim.until != kNever) result.kept_until = claim.until;
  return result;
}

Status check_number(std::string_view rule, int value, int most) {
  if (value >= 0 && value <= most) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("the retention rule {} cannot be {}", rule, value),
              fmt::format("it is 0 to {}", most));
}

}  // namespace

Status check_retention_rules(const RetentionRules& rules) {
  TRY(check_number("keep_daily", rules.keep_daily, 3660));
  TRY(check_number("keep_weekly", rules.keep_weekly, 520));
  TRY(check_number("keep_monthly", rules.keep_monthly, 240));
  TRY(check_number("manual_days", rules.manual_days, 36600));
  TRY(check_number("imported_days", rules.imported_days, 36600));
  return check_number("safety_days", rules.safety_days, 36600);
}

Result<std::vector<BackupRetention>> decide_backup_retention(const RetentionRules& rules,
                                                             const std::vector<RetentionBackup>& backups,
                                                             const RetentionSetting& setting) {
  TRY(check_retention_rules(rules));
  std::vector<BackupRetention> answers(backups.size());
  std::map<std::string_view, std::vector<const RetentionBackup*>> branches;
  for (std::size_t i = 0; i < backups.size(); ++i) {
    answers[i].id = backups[i].id;
    if (backups[i].state != BackupState::kDeleted) branches[backups[i].branch].push_back(&backups[i]);
  }
  for (auto& [branch, of_branch] : branches) {
    // Ids break ties, so that the same backups always give the same answer.
    std::sort(of_branch.begin(), of_branch.end(), [](const RetentionBackup* a, const RetentionBackup* b) {
      return std::tie(b->time, a->id) < std::tie(a->time, b->id);
    });
    std::vector<Claim> claims = BranchRetention(rules, setting, of_branch).run();
    for (std::size_t i = 0; i < of_branch.size(); ++i) {
      answers[static_cast<std::size_t>(of_branch[i] - backups.data())] =
          answer(*of_branch[i], std::move(claims[i]));
    }
  }
  return answers;
}

}  // namespace skyhold
