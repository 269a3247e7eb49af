// Notices in words: what happened, since when, what it means for safety, what to do. Times are platform time.
#pragma once

#include <string>

#include "model/backup_record.h"
#include "model/job.h"
#include "notify/notifications.h"
#include "policy/health.h"
#include "policy/time_zone.h"

namespace skyhold {

// `last_good`: the newest backup of the branch that can be restored.
Notice backup_failed_notice(const Job& job, const std::optional<BackupRecord>& last_good, const Turn& turn,
                            const TimeZone& zone);
Notice backup_good_again_notice(const Job& job, const Turn& turn, const TimeZone& zone);

// Of the copies of a project in one store.
struct CopyDamage {
  std::string store;
  int damaged_backups = 0;
  std::string problem;  // of the newest of them
};
Notice copy_damaged_notice(const Job& job, const CopyDamage& damage, const Turn& turn, const TimeZone& zone);
Notice copy_mended_notice(const Job& job, const CopyDamage& damage, const Turn& turn, const TimeZone& zone);

// Of what is more than an objective's age.
struct Lateness {
  std::string project;
  std::string branch;
  std::string backup;  // the last good one; empty: none
  std::string sentence;
  int objective_hours = 0;
  Instant at{};
};
Notice backup_late_notice(const Lateness& lateness, const Turn& turn, const TimeZone& zone);
Notice backup_in_time_again_notice(const Lateness& lateness, const Turn& turn, const TimeZone& zone);

Notice restore_notice(const Job& job, const TimeZone& zone);  // succeeded or failed; undo and refresh too
Notice import_notice(const Job& job, const TimeZone& zone);   // kept, waits for a decision, refused or failed

}  // namespace skyhold
