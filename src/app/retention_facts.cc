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
  // When the next ones are expected says until when each is kept, and nothing of what is kept now.
  const RetentionSetting setting{TRY(TimeZone::find(settings.platform.platform_time_zone)), now, {}};
  return decide_backup_retention(project.retention, backups, setting);
}

}  // namespace skyhold
