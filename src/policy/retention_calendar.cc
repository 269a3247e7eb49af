#include "policy/retention_calendar.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "policy/expected_backups.h"

namespace skyhold {
namespace {

constexpr int kMostDays = 3660;

// Until when a backup that is yet to come is kept: it is its branch's newest good one then.
Instant kept_until(const RetentionRules& rules, Instant time, ExpectedBackups& expected) {
  Instant until = expected.next(time);  // the newest good one stays
  const std::array<std::pair<TierKind, int>, 3> tiers{{{TierKind::kDaily, rules.keep_daily},
                                                       {TierKind::kWeekly, rules.keep_weekly},
                                                       {TierKind::kMonthly, rules.keep_monthly}}};
  for (const auto& [kind, count] : tiers) {
    if (count == 0) continue;
    const int bucket = expected.bucket_at(kind, time);
    until = std::max(until, std::min(expected.next_in(kind, bucket, time),
                                     expected.first_of_later_bucket(kind, bucket, count)));
  }
  return until;
}

std::optional<Instant> until_or_none(Instant until) {
  return until == kNever ? std::nullopt : std::optional(until);
}

std::vector<CalendarBackup> expected_ones(const RetentionRules& rules,
                                          const std::vector<std::string>& branches,
                                          const RetentionSetting& setting, Instant end) {
  std::vector<CalendarBackup> backups;
  ExpectedBackups expected(setting.expected, setting.zone, setting.now);
  for (Instant time = expected.next(setting.now); time < end; time = expected.next(time)) {
    const std::optional<Instant> until = until_or_none(kept_until(rules, time, expected));
    for (const std::string& branch : branches) {
      backups.push_back({{}, branch, time, BackupKind::kAutomatic, until});
    }
  }
  return backups;
}

}  // namespace

Result<RetentionCalendar> retention_calendar(const RetentionRules& rules,
                                             const std::vector<RetentionBackup>& backups,
                                             const std::vector<std::string>& scheduled_branches,
                                             const RetentionSetting& setting, int days) {
  if (days < 1 || days > kMostDays) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("a calendar of {} days cannot be drawn", days),
                fmt::format("ask for 1 to {}", kMostDays));
  }
  const std::vector<BackupRetention> kept = TRY(decide_backup_retention(rules, backups, setting));
  const LocalDay today = local_day(setting.zone, setting.now);
  RetentionCalendar calendar;
  calendar.backups =
      expected_ones(rules, scheduled_branches, setting, start_of(setting.zone, today + date::days{days}));
  for (std::size_t i = 0; i < backups.size(); ++i) {
    if (!kept[i].keep) continue;
    const RetentionBackup& backup = backups[i];
    calendar.backups.push_back({backup.id, backup.branch, backup.time, backup.kind, kept[i].kept_until});
  }
  std::sort(calendar.backups.begin(), calendar.backups.end(),
            [](const CalendarBackup& a, const CalendarBackup& b) {
              return std::tie(a.time, a.branch, a.id) < std::tie(b.time, b.branch, b.id);
            });
  for (LocalDay day = today; day < today + date::days{days}; ++day) {
    const Instant end = start_of(setting.zone, day + date::days{1});
    CalendarDay& shown = calendar.days.emplace_back(CalendarDay{to_text(day), {}});
    for (std::size_t i = 0; i < calendar.backups.size(); ++i) {
      const CalendarBackup& backup = calendar.backups[i];
      if (backup.time < end && backup.kept_until.value_or(kNever) >= end) shown.backups.push_back(i);
    }
  }
  return calendar;
}

}  // namespace skyhold
