#include "api/retention_view.h"

#include <algorithm>
#include <set>

#include "policy/schedule.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostCached = 200;
// Time passes too, and jobs begin and end without the catalog's knowing.
constexpr std::chrono::seconds kFresh{30};

RetentionBackup to_input(const BackupRecord& record, const std::set<std::string>& busy) {
  return RetentionBackup{.id = record.id,
                         .branch = record.branch,
                         .time = record.point_in_time.value_or(record.started_at),
                         .kind = record.kind,
                         .state = record.state,
                         .pinned = !record.pin_reason.empty(),
                         .busy = busy.contains(record.id)};
}

// Backups that a job reads right now.
Result<std::set<std::string>> busy_backups(const ApiServices& services, const Project& project) {
  const JobFilter filter{.project = project.name, .branch = {}, .kinds = {}, .state = {}, .active = true};
  const JobQueue::JobPage page = TRY(services.jobs.jobs(filter, kMostPageItems));
  std::set<std::string> busy;
  for (const Job& job : page.items) {
    const bool reads = job.kind == JobKind::kRestore || job.kind == JobKind::kRefresh ||
                       job.kind == JobKind::kExport || job.kind == JobKind::kDrill;
    if (reads && !job.backup_id.empty()) busy.insert(job.backup_id);
  }
  return busy;
}

Status decide_branch(const ApiServices& services, const Project& project, const RetentionRules& rules,
                     const Branch& branch, const std::vector<Schedule>& schedules,
                     ProjectRetention& retention) {
  std::vector<std::size_t> positions;
  std::vector<RetentionBackup> inputs;
  for (std::size_t i = 0; i < retention.inputs.size(); ++i) {
    if (retention.inputs[i].branch != branch.name) continue;
    positions.push_back(i);
    inputs.push_back(retention.inputs[i]);
  }
  if (inputs.empty()) return {};
  const RetentionSetting setting = TRY(retention_setting(services, project, branch, schedules));
  std::vector<BackupRetention> decisions = TRY(decide_backup_retention(rules, inputs, setting));
  for (std::size_t i = 0; i < positions.size(); ++i) {
    retention.decisions[positions[i]] = std::move(decisions[i]);
  }
  return {};
}

}  // namespace

const BackupRetention* ProjectRetention::find(std::string_view backup_id) const {
  const auto found = by_id.find(backup_id);
  return found == by_id.end() ? nullptr : &decisions[found->second];
}

Result<RetentionSetting> retention_setting(const ApiServices& services, const Project& project,
                                           const Branch& branch, const std::vector<Schedule>& schedules) {
  RetentionSetting setting{.zone = TRY(TimeZone::find(services.platform.time_zone())),
                           .now = services.clock.now(),
                           .expected = {}};
  if (project.paused) return setting;
  for (const Schedule& schedule : schedules) {
    const bool applies = schedule.branch == branch.name ||
                         (schedule.branch == kProductionBranch && branch.type == BranchType::kProduction);
    if (!schedule.enabled || !applies || !schedule.refresh_source.empty()) continue;
    setting.expected.push_back(TRY(parse_cron(schedule.cron)));
  }
  return setting;
}

Result<std::shared_ptr<const ProjectRetention>> decide_project_retention(const ApiServices& services,
                                                                         const Project& project,
                                                                         const RetentionRules& rules) {
  auto retention = std::make_shared<ProjectRetention>();
  retention->backups = TRY(services.catalog.live_backups(project.name));
  const std::set<std::string> busy = TRY(busy_backups(services, project));
  // Backups of a branch that was forgotten are still there.
  std::map<std::string, Branch, std::less<>> branches;
  for (const BackupRecord& record : retention->backups) {
    retention->by_id.emplace(record.id, retention->inputs.size());
    retention->inputs.push_back(to_input(record, busy));
    Branch forgotten;
    forgotten.name = record.branch;
    branches.emplace(record.branch, std::move(forgotten));
  }
  for (Branch& branch : TRY(services.catalog.branches(project.name))) branches[branch.name] = branch;
  retention->decisions.resize(retention->inputs.size());
  const std::vector<Schedule> schedules = TRY(services.catalog.schedules(project.name));
  for (const auto& [name, branch] : branches) {
    TRY(decide_branch(services, project, rules, branch, schedules, *retention));
  }
  return retention;
}

Result<std::shared_ptr<const ProjectRetention>> RetentionCache::of(const ApiServices& services,
                                                                   const Project& project) {
  const Instant now = services.clock.now();
  const std::int64_t revision = TRY(services.catalog.revision());
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(project.name);
    if (found != entries_.end() && found->second.revision == revision &&
        now - found->second.decided_at < kFresh) {
      return found->second.retention;
    }
  }
  std::shared_ptr<const ProjectRetention> retention =
      TRY(decide_project_retention(services, project, project.retention));
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kMostCached) entries_.clear();
  entries_.insert_or_assign(project.name, Entry{revision, now, retention});
  return retention;
}

}  // namespace skyhold
