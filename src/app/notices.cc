#include "app/notices.h"

#include <algorithm>

#include "app/notice_words.h"
#include "base/log.h"

namespace skyhold {
namespace {

constexpr int kJobsAtOnce = 200;
constexpr std::string_view kJobsMark = "jobs";
// A job that ended may be seen after one that ended later: commits are not in the order of clocks.
constexpr std::chrono::minutes kOverlap{2};
constexpr std::chrono::minutes kBetweenLooksAtHealth{1};

void keep_first(Status& first, const Status& status, std::string_view of) {
  if (status) return;
  log::warning("notices: {}: {}", of, status.error().message);
  if (first) first = fail(status.error());
}

// Why the objective is missed; nullptr: it is not. That a first backup failed is told as a failure: it is
// late when the objective's time is over.
const HealthReason* lateness_of(const ProjectHealth& health, const ProjectSummary& summary, Instant now) {
  const Instant wanted_since = summary.production_since.value_or(summary.project.created_at);
  const bool is_new = now - wanted_since <= std::chrono::hours{summary.project.objective_hours};
  for (const HealthReason& reason : health.reasons) {
    if (reason.code == "backup_too_old" || reason.code == "backup_far_too_old") return &reason;
    if (reason.code == "no_backup" && !is_new) return &reason;
  }
  return nullptr;
}

bool is_damaged(const CopyRecord& copy) {
  return copy.state == CopyState::kMissing || copy.state == CopyState::kCorrupt;
}

}  // namespace

Notices::Notices(Catalog& catalog, JobQueue& jobs, const Platform& platform, Notifications& notifications,
                 const Clock& clock)
    : catalog_(catalog), jobs_(jobs), platform_(platform), notifications_(notifications), clock_(clock) {}

Status Notices::look() {
  std::map<std::string, Instant> watched;
  for (Notifications::Watched& one : TRY(notifications_.watched())) watched[one.project] = one.since;
  if (watched.empty()) return {};
  const TimeZone zone = TRY(TimeZone::find(platform_.time_zone()));
  Status outcome;
  keep_first(outcome, look_at_jobs(watched, zone), "looking at jobs that ended");
  const Instant now = clock_.now();
  if (now - looked_at_health_ < kBetweenLooksAtHealth) return outcome;
  keep_first(outcome, look_at_health(watched, zone), "looking at the health of projects");
  if (outcome) looked_at_health_ = now;
  return outcome;
}

// ---- what ended -------------------------------------------------------------------------------

Status Notices::look_at_jobs(const std::map<std::string, Instant>& watched, const TimeZone& zone) {
  Instant earliest = clock_.now();
  for (const auto& [project, since] : watched) earliest = std::min(earliest, since);
  const std::optional<Instant> mark = TRY(notifications_.mark(kJobsMark));
  Instant from = std::max(earliest, mark.value_or(earliest) - kOverlap);
  std::erase_if(seen_, [&](const auto& one) { return one.second < from; });
  Status outcome;
  for (bool more = true; more;) {
    const std::vector<Job> ended = TRY(jobs_.ended_since(from, kJobsAtOnce));
    for (const Job& job : ended) {
      const auto since = watched.find(job.project);
      if (since == watched.end() || *job.finished_at < since->second || seen_.contains(job.id)) continue;
      const Status looked = look_at_job(job, zone);
      keep_first(outcome, looked, job.id);
      if (looked) seen_[job.id] = *job.finished_at;
    }
    if (ended.empty()) break;
    more = static_cast<int>(ended.size()) == kJobsAtOnce && *ended.back().finished_at > from;
    from = *ended.back().finished_at;
    const bool is_news = !mark || *mark < from;
    // What could not be told is looked at again.
    if (is_news && outcome) TRY(notifications_.set_mark(kJobsMark, from));
  }
  return outcome;
}

Status Notices::look_at_job(const Job& job, const TimeZone& zone) {
  if (job.state == JobState::kCancelled) return {};
  switch (job.kind) {
    case JobKind::kBackup: return look_at_backup(job, zone);
    case JobKind::kVerify:
    case JobKind::kMend: return look_at_copies(job, zone);
    case JobKind::kRestore:
    case JobKind::kUndo:
    case JobKind::kRefresh: return notifications_.tell(restore_notice(job, zone));
    case JobKind::kImport: return notifications_.tell(import_notice(job, zone));
    default: return {};
  }
}

Status Notices::look_at_backup(const Job& job, const TimeZone& zone) {
  const auto last_good = TRY(catalog_.newest_restorable(job.project, job.branch));
  const Condition condition{job.project, "backup " + job.branch, job.state == JobState::kFailed,
                            *job.finished_at};
  return notifications_.observe(condition, [&](const Turn& turn) {
    return turn.wrong ? backup_failed_notice(job, last_good, turn, zone)
                      : backup_good_again_notice(job, turn, zone);
  });
}

// What a verification found, and what mending has put right, lies in the catalog when their job ends.
Status Notices::look_at_copies(const Job& job, const TimeZone& zone) {
  std::map<std::string, CopyDamage> stores;
  for (const BackupRecord& backup : TRY(catalog_.live_backups(job.project))) {
    if (!backup.restorable()) continue;
    for (const CopyRecord& copy : backup.copies) {
      CopyDamage& damage = stores[copy.store];
      damage.store = copy.store;
      if (!is_damaged(copy)) continue;
      ++damage.damaged_backups;
      damage.problem = copy.problem;
    }
  }
  Status outcome;
  for (const auto& [store, found] : stores) {
    const CopyDamage& damage = found;
    const Condition condition{job.project, "copy " + store, damage.damaged_backups > 0, *job.finished_at};
    keep_first(outcome,
               notifications_.observe(condition,
                                      [&](const Turn& turn) {
                                        return turn.wrong ? copy_damaged_notice(job, damage, turn, zone)
                                                          : copy_mended_notice(job, damage, turn, zone);
                                      }),
               store);
  }
  return outcome;
}

// ---- how projects are -------------------------------------------------------------------------

Status Notices::look_at_health(const std::map<std::string, Instant>& watched, const TimeZone& zone) {
  const HealthSetting setting = TRY(health_setting(catalog_, platform_, clock_.now()));
  std::vector<std::string> names;
  for (const auto& [project, since] : watched) names.push_back(project);
  Status outcome;
  PageRequest page{.limit = kMostPageItems, .after = {}};
  do {
    const Page<ProjectSummary> summaries = TRY(catalog_.project_summaries(page, {}, &names));
    for (const ProjectSummary& summary : summaries.items) {
      keep_first(outcome, look_at_project(summary, setting, zone), summary.project.name);
    }
    page.after = summaries.next;
  } while (!page.after.empty());
  return outcome;
}

Status Notices::look_at_project(const ProjectSummary& summary, const HealthSetting& setting,
                                const TimeZone& zone) {
  // Who pauses a project knows that its backups grow old.
  if (summary.project.paused) return {};
  const ProjectHealth health = project_health(summary, setting).health;
  const HealthReason* const reason = lateness_of(health, summary, setting.now);
  const bool late = reason != nullptr;
  const Lateness lateness{.project = summary.project.name,
                          .branch = summary.production_branch,
                          .backup = summary.last_good ? summary.last_good->id : "",
                          .sentence = late ? reason->sentence : "",
                          .objective_hours = summary.project.objective_hours,
                          .at = setting.now};
  return notifications_.observe({summary.project.name, "late", late, setting.now}, [&](const Turn& turn) {
    return turn.wrong ? backup_late_notice(lateness, turn, zone)
                      : backup_in_time_again_notice(lateness, turn, zone);
  });
}

}  // namespace skyhold
