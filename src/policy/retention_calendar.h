// Which backups live on which of the days to come, under the same assumptions as
// BackupRetention::kept_until: those that are there, and those that are expected.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "policy/backup_retention.h"

namespace skyhold {

struct CalendarBackup {
  std::string id{};  // empty: expected
  std::string branch{};
  Instant time{};
  BackupKind kind = BackupKind::kAutomatic;
  std::optional<Instant> kept_until{};
};

struct CalendarDay {
  std::string date{};                  // local, "2026-11-23"
  std::vector<std::size_t> backups{};  // positions in `RetentionCalendar::backups` of those alive at its end
};

struct RetentionCalendar {
  std::vector<CalendarBackup> backups{};  // oldest first
  std::vector<CalendarDay> days{};        // today first
};

// For `days` days from today (1 to 3660); `scheduled_branches` are those of which backups are expected.
Result<RetentionCalendar> retention_calendar(const RetentionRules& rules,
                                             const std::vector<RetentionBackup>& backups,
                                             const std::vector<std::string>& scheduled_branches,
                                             const RetentionSetting& setting, int days);

}  // namespace skyhold
