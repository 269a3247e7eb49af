#include "app/retention_facts.h"

#include <set>

namespace skyhold {
namespace {

// Backups that a restore or refresh is reading, or will.
Result<std::set<std::string>> busy_backups(JobQueue& jobs, const std::string& project) {
  std::set<std::string> busy;
  JobFilter filter;
  filter.project = project;
  filter.active = true;
  constexpr int kMostActive = 500;
  const JobQueue::JobPage page = TRY(jobs.jobs(filter, kMostActive));
  for (const Job& job : page.items) {
    if (job.kind != JobKind::kBackup && !job.backup_id.empty()) busy.insert(job.backup_id);
  }
  return busy;
}

Result<std::vector<CronExpression>> expected_times(Catalog& catalog, const Project& project) {
  std::vector<CronExpression> crons;
  if (project.paused) return crons;
  for (const Schedule& schedule : TRY(catalog.schedules(project.name))) {
    if (schedule.enabled && schedule.refresh_source.empty()) crons.push_back(TRY(parse_cron(schedule.cron)));
  }
  return crons;
}

}  // namespace

Result<std::vector<BackupRetention>> decide_for_project(Catalog& catalog, JobQueue& jobs,
                                                        const Project& project,
                                                        const ServiceSettings& settings, Instant now) {
  const std::set<std::string> busy = TRY(busy_backups(jobs, project.name));
  std::vector<RetentionBackup> backups;
  for (const BackupRecord& record : TRY(catalog.live_backups(project.name))) {
    RetentionBackup backup;
    backup.id = record.id;
    backup.branch = record.branch;
    backup.time = record.point_in_time.value_or(record.started_at);
    backup.kind = record.kind;
    backup.state = record.state;
    backup.pinned = !record.pin_reason.empty();
    backup.busy = busy.contains(record.id);
    backups.push_back(std::move(backup));
  }
  const RetentionSetting setting{TRY(TimeZone::find(settings.platform.platform_time_zone)), now,
                                 TRY(expected_times(catalog, project))};
  return decide_backup_retention(project.retention, backups, setting);
}

}  // namespace skyhold
