#include "app/scheduler.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "model/ids.h"
#include "model/job_parameters.h"
#include "policy/schedule.h"

namespace skyhold {
namespace {

// Long after this a job may have been swept; before it, a run without a job was cut off by a crash.
constexpr std::chrono::hours kJobsAreKept{48};
constexpr int kNoMoreAttempts = 1000;

// Goes on with the next one, and remembers that this one failed.
void keep_first(Status& first, const Status& status, std::string_view of) {
  if (status) return;
  log::warning("scheduler: {}: {}", of, status.error().message);
  if (first) first = fail(status.error());
}

}  // namespace

Scheduler::Scheduler(Catalog& catalog, JobQueue& jobs, const ServiceSettings& settings, const Clock& clock)
    : catalog_(catalog), jobs_(jobs), settings_(settings), clock_(clock) {}

Status Scheduler::tick() {
  Status outcome;
  keep_first(outcome, close_abandoned_backups(), "closing what was abandoned");
  keep_first(outcome, start_due_runs(), "starting what is due");
  keep_first(outcome, start_maintenance(), "starting maintenance");
  keep_first(outcome, mend_what_is_degraded(), "completing copies");
  return outcome;
}

// ---- automatic backups and refreshes --------------------------------------------------------

Result<std::vector<Scheduler::Stream>> Scheduler::streams() {
  std::map<std::string, std::vector<Branch>> branches;  // by project
  for (Branch& branch : TRY(catalog_.all_branches())) {
    std::vector<Branch>& siblings = branches[branch.project];
    siblings.push_back(std::move(branch));
  }
  std::map<std::tuple<std::string, std::string, std::string>, Stream> streams;
  for (Schedule& schedule : TRY(catalog_.enabled_schedules())) {
    const auto& all = branches[schedule.project];
    const auto branch = std::find_if(all.begin(), all.end(), [&](const Branch& one) {
      return schedule.branch == kProductionBranch ? one.type == BranchType::kProduction
                                                  : one.name == schedule.branch;
    });
    if (branch == all.end()) continue;  // a project without production yet, or a branch that went
    Stream& stream = streams[{schedule.project, branch->name, schedule.refresh_source}];
    stream.project = schedule.project;
    stream.branch = branch->name;
    stream.refresh_source = schedule.refresh_source;
    stream.schedules.push_back(std::move(schedule));
  }
  std::map<std::pair<std::string, std::string>, ScheduledRun> runs;
  for (ScheduledRun& run : TRY(catalog_.last_runs())) {
    auto key = std::make_pair(run.schedule, run.branch);
    runs[std::move(key)] = std::move(run);
  }
  std::vector<Stream> result;
  for (auto& [key, stream] : streams) {
    for (const Schedule& schedule : stream.schedules) {
      const auto run = runs.find({schedule.id, stream.branch});
      if (run == runs.end()) continue;
      const bool later = !stream.last_run || std::tie(stream.last_run->occurrence, stream.last_run->attempt) <
                                                 std::tie(run->second.occurrence, run->second.attempt);
      if (later) stream.last_run = run->second;
    }
    result.push_back(std::move(stream));
  }
  return result;
}

Result<LastRun> Scheduler::last_run_of(const ScheduledRun& run) {
  if (const auto known = succeeded_.find(run.job); known != succeeded_.end()) return known->second;
  LastRun last{.key = run.occurrence, .attempts = run.attempt, .last_ended_at = run.at};
  const Result<Job> job = jobs_.job(run.job);
  if (!job && job.error().code != ErrorCode::kNotFound) return fail(job.error());
  if (!job) {
    const bool swept = clock_.now() - run.at > kJobsAreKept;
    last.state = swept ? RunState::kSucceeded : RunState::kFailed;
    return last;
  }
  if (job->finished_at) last.last_ended_at = *job->finished_at;
  switch (job->state) {
    case JobState::kQueued:
    case JobState::kRunning: last.state = RunState::kActive; break;
    case JobState::kSucceeded: last.state = RunState::kSucceeded; break;
    case JobState::kFailed: last.state = RunState::kFailed; break;
    case JobState::kCancelled:  // somebody did not want it: not before the next occurrence
      last.state = RunState::kFailed;
      last.attempts = kNoMoreAttempts;
      break;
  }
  if (last.state == RunState::kSucceeded) succeeded_[run.job] = last;
  return last;
}

Result<ScheduledBranch> Scheduler::facts_of(const Stream& stream) {
  const TimeZone zone = TRY(TimeZone::find(settings_.platform.platform_time_zone));
  ScheduledBranch facts{.project = stream.project, .branch = stream.branch, .zone = zone, .schedules = {}};
  for (const Schedule& schedule : stream.schedules) {
    const CronExpression cron = TRY(parse_cron(schedule.cron));
    facts.schedules.push_back({schedule.id, cron, schedule.active_since});
  }
  if (stream.last_run) facts.last_run = TRY(last_run_of(*stream.last_run));
  return facts;
}

Result<std::optional<Instant>> Scheduler::last_automatic(const Stream& stream) {
  BackupFilter filter;
  filter.project = stream.project;
  filter.branch = stream.branch;
  filter.kind = BackupKind::kAutomatic;
  constexpr int kEnough = 10;
  const Page<BackupRecord> page = TRY(catalog_.backups(filter, {.limit = kEnough, .after = {}}));
  for (const BackupRecord& backup : page.items) {
    if (backup.restorable()) return backup.point_in_time;
  }
  return std::nullopt;
}

Status Scheduler::start_due_runs() {
  Status outcome;
  const Instant now = clock_.now();
  const std::vector<Stream> all = TRY(streams());
  std::vector<ScheduledBranch> facts;
  for (const Stream& stream : all) facts.push_back(TRY(facts_of(stream)));
  // What seems due is asked about once more, with what costs a query each.
  for (const DueRun& likely : due_runs(facts, now)) {
    ScheduledBranch& one = facts[likely.position];
    const Stream& stream = all[likely.position];
    if (stream.refresh_source.empty()) one.last_good_at = TRY(last_automatic(stream));
    for (const DueRun& due : due_runs({&one, 1}, now)) {
      keep_first(outcome, start_run(stream, due), fmt::format("{}/{}", stream.project, stream.branch));
    }
  }
  return outcome;
}

Status Scheduler::start_run(const Stream& stream, const DueRun& due) {
  const Project project = TRY(catalog_.project(stream.project));
  const Branch branch = TRY(catalog_.branch(stream.project, stream.branch));
  Job job;
  job.id = new_id("jb", clock_.now());
  job.kind = stream.refresh_source.empty() ? JobKind::kBackup : JobKind::kRefresh;
  job.priority = JobPriority::kScheduled;
  job.project = project.name;
  job.branch = branch.name;
  job.region = project.region;
  job.database_server = branch.database_server;
  job.created_by = "schedule";
  job.unique_key = fmt::format("run:{}/{}/{}/{}/{}", project.name, branch.name, stream.refresh_source,
                               due.key, due.attempt);
  // Whoever writes this line first does it: other processes look at the same clock.
  const Status ours =
      catalog_.record_run({due.schedule_id, branch.name, due.key, job.id, due.attempt, clock_.now()});
  if (!ours && ours.error().code == ErrorCode::kAlreadyExists) return {};
  if (!ours) return fail(ours.error());
  if (due.make_up) {
    log::info("{}/{}: making up for the run of {}", project.name, branch.name, due.key);
  }
  if (job.kind == JobKind::kBackup) return start_backup(stream, due, std::move(job));
  job.parameters = to_json(RefreshParameters{.source = stream.refresh_source, .fresh = false});
  return enqueue_once(std::move(job));
}

Status Scheduler::start_backup(const Stream& stream, const DueRun& due, Job job) {
  BackupRecord record;
  record.started_at = clock_.now();
  record.id = new_id("bk", record.started_at);
  record.project = job.project;
  record.branch = job.branch;
  record.kind = BackupKind::kAutomatic;
  record.job = job.id;
  record.created_by = "schedule";
  if (due.make_up) record.note = fmt::format("made up for {}", due.key);
  if (const RegionSettings* region = settings_.platform.find_region(job.region)) {
    for (const std::string& store : region->stores) {
      record.copies.push_back({store, CopyState::kPending, std::nullopt, {}});
    }
  }
  job.backup_id = record.id;
  TRY(catalog_.create_backup(record).map_error([&](const Error& error) { return error.in(stream.branch); }));
  return enqueue_once(std::move(job));
}

Status Scheduler::enqueue_once(Job job) {
  const Result<std::string> enqueued = jobs_.enqueue(std::move(job));
  if (!enqueued && enqueued.error().code != ErrorCode::kAlreadyExists) return fail(enqueued.error());
  return {};
}

// ---- maintenance ----------------------------------------------------------------------------

Status Scheduler::start_maintenance() {
  const TimeZone zone = TRY(TimeZone::find(settings_.platform.platform_time_zone));
  const auto occurrence =
      latest_occurrence(TRY(parse_cron(settings_.schedule.maintenance)), zone, clock_.now());
  if (!occurrence || occurrence->key == maintained_) return {};
  Status outcome;
  PageRequest page{.limit = kMostPageItems, .after = {}};
  do {
    const Page<Project> projects = TRY(catalog_.projects(page));
    for (const Project& project : projects.items) {
      if (project.created_at > occurrence->at) continue;
      keep_first(outcome, maintain(project, *occurrence), project.name);
    }
    page.after = projects.next;
  } while (!page.after.empty());
  constexpr std::chrono::hours kKeepJobs{24 * 90};
  keep_first(outcome, jobs_.sweep(kKeepJobs), "sweeping old jobs");
  constexpr std::chrono::hours kKeepDeleted{24 * 90};
  keep_first(outcome, catalog_.sweep(clock_.now() - kKeepDeleted), "sweeping records of what was deleted");
  if (outcome) maintained_ = occurrence->key;
  return outcome;
}

// Retention, then what it let go, then a look at the copies: a project has one writer at a time.
Status Scheduler::maintain(const Project& project, const Occurrence& occurrence) {
  for (const JobKind kind : {JobKind::kForget, JobKind::kPrune, JobKind::kVerify}) {
    Job job;
    job.kind = kind;
    job.priority = JobPriority::kMaintenance;
    job.project = project.name;
    job.region = project.region;
    job.created_by = "schedule";
    job.unique_key = fmt::format("maintenance:{}:{}:{}", project.name, to_string(kind), occurrence.key);
    if (kind == JobKind::kForget) job.parameters = to_json(ForgetParameters{});
    if (kind == JobKind::kVerify) job.parameters = to_json(VerifyParameters{});
    TRY(enqueue_once(std::move(job)));
  }
  return {};
}

Status Scheduler::mend_what_is_degraded() {
  const Instant now = clock_.now();
  constexpr std::chrono::minutes kBetweenLooks{15};
  if (now - looked_for_degraded_ < kBetweenLooks) return {};
  looked_for_degraded_ = now;
  BackupFilter filter;
  filter.state = BackupState::kDegraded;
  std::map<std::string, bool> projects;
  PageRequest page{.limit = kMostPageItems, .after = {}};
  do {
    const Page<BackupRecord> degraded = TRY(catalog_.backups(filter, page));
    for (const BackupRecord& backup : degraded.items) projects[backup.project] = true;
    page.after = degraded.next;
  } while (!page.after.empty());
  const auto hour = std::chrono::floor<std::chrono::hours>(now).time_since_epoch().count();
  for (const auto& [name, degraded] : projects) {
    const Project project = TRY(catalog_.project(name));
    Job job;
    job.kind = JobKind::kMend;
    job.priority = JobPriority::kMaintenance;
    job.project = name;
    job.region = project.region;
    job.created_by = "service";
    job.parameters = to_json(VerifyParameters{});
    job.unique_key = fmt::format("mend:{}:{}", name, hour);
    TRY(enqueue_once(std::move(job)));
  }
  return {};
}

// A process that died between two lines leaves a backup that says that it runs, and no job that does.
Status Scheduler::close_abandoned_backups() {
  BackupFilter filter;
  filter.state = BackupState::kRunning;
  constexpr std::chrono::minutes kTimeToBegin{5};
  PageRequest page{.limit = kMostPageItems, .after = {}};
  do {
    const Page<BackupRecord> running = TRY(catalog_.backups(filter, page));
    for (const BackupRecord& seen : running.items) {
      const Result<Job> job = jobs_.job(seen.job);
      if (!job && job.error().code != ErrorCode::kNotFound) return fail(job.error());
      const bool over = job ? is_over(job->state) : clock_.now() - seen.started_at > kTimeToBegin;
      if (!over) continue;
      // A job writes its backup before it ends, so what was read before its state may be stale.
      BackupRecord backup = TRY(catalog_.backup(seen.id));
      if (backup.state != BackupState::kRunning) continue;
      const Error error = job && job->error
                              ? *job->error
                              : Error{ErrorCode::kCancelled, "it ended before it was complete", "", {}};
      backup.state = BackupState::kFailed;
      backup.finished_at = clock_.now();
      backup.error_code = traits(error.code).name;
      backup.error_message = error.message;
      backup.error_hint = error.hint;
      TRY(catalog_.update_backup(backup));
    }
    page.after = running.next;
  } while (!page.after.empty());
  return {};
}

}  // namespace skyhold
