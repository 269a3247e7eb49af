// What retention keeps of a project's backups, why, and until when. Pure: no clock, no store.
//
// Automatic backups are kept in tiers: the newest of each of the newest days, ISO weeks and months,
// in the project's time zone. The other kinds are kept for a number of days (of 24 hours).
//
// Always kept, whatever the rules: a branch's newest good backup (and, when that one was imported,
// also the newest good one of the branch itself; when a newer one is degraded, also that), what is
// pinned, and what is being restored. The catalog refuses to delete the same ones.
//
// A degraded backup (complete, on fewer copies than wanted) holds a tier's place only while its day,
// week or month has no good one, and beside the good ones, never instead of one. A failed backup
// holds none: it is kept while it is its branch's newest, so that it can be looked at. One that runs is
// kept, one that was deleted is not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/backup_kind.h"
#include "model/backup_record.h"
#include "model/project.h"
#include "policy/cron.h"
#include "policy/tier.h"
#include "policy/time_zone.h"

namespace skyhold {

// kInvalidArgument for a rule that is negative or beyond reason (3660 days, 520 weeks, 240 months).
Status check_retention_rules(const RetentionRules& rules);

struct RetentionBackup {
  std::string id{};
  std::string branch{};
  Instant time{};  // of its snapshot
  BackupKind kind = BackupKind::kAutomatic;
  BackupState state = BackupState::kGood;
  bool pinned = false;
  bool busy = false;  // being restored, exported or tested
};

// Where and when the rules are applied.
struct RetentionSetting {
  TimeZone zone;
  Instant now{};
  // When automatic backups are expected, for every branch; empty: none is (paused).
  std::vector<CronExpression> expected{};
};

struct BackupRetention {
  std::string id{};
  bool keep = false;
  std::vector<Tier> tiers{};           // empty for what no tier holds
  std::vector<std::string> reasons{};  // in words, the tiers among them: "weekly 2026-W47", "pinned"
  // Until when the rules keep it, if from now on a good automatic backup comes at each expected time, nothing
  // is made or deleted by hand, and no state, pin or rule changes. A displaced backup goes at the very
  // instant of the backup that displaces it. What is kept only because it is being restored goes at
  // `now`. nullopt: it stays until somebody deletes it (or unpins it), or until a newer backup comes when
  // none is expected. Only meaningful for what is kept.
  std::optional<Instant> kept_until{};
};

// One answer for each backup, in the order given. kInvalidArgument for rules that cannot be.
Result<std::vector<BackupRetention>> decide_backup_retention(const RetentionRules& rules,
                                                             const std::vector<RetentionBackup>& backups,
                                                             const RetentionSetting& setting);

}  // namespace skyhold
