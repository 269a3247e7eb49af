// JobKind::kForget, kPrune, kVerify and kMend: what keeps a repository small and its copies equal.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/job_runner.h"
#include "app/retention_facts.h"
#include "app/store_usage.h"
#include "model/job_parameters.h"
#include "operations/mirror/mend.h"
#include "operations/prune/forget.h"
#include "operations/prune/prune.h"
#include "operations/verify/verify.h"

namespace skyhold {
namespace {

using Json = nlohmann::ordered_json;

// ---- forget ---------------------------------------------------------------------------------

// What the rules let go now.
Result<std::vector<std::string>> let_go_by_rule(JobRun& run) {
  const std::vector<BackupRetention> decisions = TRY(decide_for_project(
      run.services.catalog, run.services.jobs, run.project, run.services.settings, run.services.clock.now()));
  std::vector<std::string> ids;
  for (const BackupRetention& decision : decisions) {
    if (!decision.keep) ids.push_back(decision.id);
  }
  return ids;
}

// First in the catalog, which refuses what must stay, then in the copies: a crash between the two is
// mended by the next run, because what is deleted in the catalog is looked for again.
Result<std::vector<std::string>> mark(JobRun& run, const std::vector<std::string>& ids, bool by_rule) {
  std::vector<std::string> marked;
  for (const std::string& id : ids) {
    const Status done = run.services.catalog.mark_deleted(id, by_rule ? "retention" : run.job.created_by);
    if (done) marked.push_back(id);
    if (!done && !by_rule) return fail(done.error());
    if (!done) run.context.progress().warn(done.error().message);
  }
  return marked;
}

// Snapshots that the repository still has although their backups were deleted.
Result<std::vector<std::string>> snapshots_to_forget(JobRun& run, Repository& repository) {
  std::set<std::string> deleted;
  BackupFilter filter;
  filter.project = run.project.name;
  filter.state = BackupState::kDeleted;
  filter.deleted = true;
  PageRequest page{.limit = kMostPageItems, .after = {}};
  do {
    const Page<BackupRecord> found = TRY(run.services.catalog.backups(filter, page));
    for (const BackupRecord& backup : found.items) deleted.insert(backup.snapshot_id);
    page.after = found.next;
  } while (!page.after.empty());
  std::vector<std::string> there;
  for (const Snapshot& snapshot : TRY(repository.snapshots())) {
    if (deleted.contains(snapshot.id.hex())) there.push_back(snapshot.id.hex());
  }
  return there;
}

// ---- copies ---------------------------------------------------------------------------------

struct CopyFinding {
  CopyState state = CopyState::kStored;
  std::string problem;
};
enum class Look { kVerified, kNamesOnly, kEveryByte };

// What a copy of one backup is now, given what was found in its store.
void update(CopyRecord& copy, const CopyFinding& finding, Look look, Instant now) {
  const bool was_whole = copy.state == CopyState::kVerified || copy.state == CopyState::kStored;
  // Damage that a look at every byte found is not gone because names and sizes are right.
  if (copy.state == CopyState::kCorrupt && finding.state == CopyState::kStored && look == Look::kNamesOnly) {
    return;
  }
  if (look == Look::kVerified) copy.checked_at = now;
  copy.problem = finding.problem;
  if (finding.state == CopyState::kStored && look == Look::kVerified) {
    copy.state = CopyState::kVerified;
  } else if (finding.state != CopyState::kStored || !was_whole) {
    copy.state = finding.state;
  }
}

bool is_whole(const CopyRecord& copy) {
  return copy.state == CopyState::kStored || copy.state == CopyState::kVerified;
}

// Writes what was found of each store into every backup that should be there, and with it whether the
// backup is good or degraded.
Status write_findings(JobRun& run, const std::map<std::string, CopyFinding>& found, Look look) {
  const Instant now = run.services.clock.now();
  for (BackupRecord& backup : TRY(run.services.catalog.live_backups(run.project.name))) {
    if (!backup.restorable()) continue;
    for (const auto& [store, finding] : found) {
      auto copy = std::find_if(backup.copies.begin(), backup.copies.end(),
                               [&, &name = store](const CopyRecord& one) { return one.store == name; });
      // A store that the region was given later.
      if (copy == backup.copies.end()) {
        copy = backup.copies.insert(copy, CopyRecord{store, CopyState::kPending, std::nullopt, {}});
      }
      update(*copy, finding, look, now);
    }
    TRY(run.services.catalog.set_copies(backup.id, backup.copies));
    const bool all_whole = std::all_of(backup.copies.begin(), backup.copies.end(), is_whole);
    const BackupState state = all_whole ? BackupState::kGood : BackupState::kDegraded;
    if (state == backup.state) continue;
    backup.state = state;
    TRY(run.services.catalog.update_backup(backup));
  }
  return {};
}

CopyState state_by(const std::string& problem) {
  return problem.find("missing") == std::string::npos ? CopyState::kCorrupt : CopyState::kMissing;
}

Status enqueue_mend_after_verify(JobRun& run) {
  Job mend;
  mend.kind = JobKind::kMend;
  mend.priority = JobPriority::kMaintenance;
  mend.project = run.project.name;
  mend.region = run.project.region;
  mend.created_by = "service";
  mend.parameters = to_json(VerifyParameters{.read_data = true});
  mend.unique_key = fmt::format("mend:{}", run.job.id);
  const auto enqueued = run.services.jobs.enqueue(mend);
  if (!enqueued && enqueued.error().code != ErrorCode::kAlreadyExists) return fail(enqueued.error());
  return {};
}

}  // namespace

Result<std::string> run_forget_job(JobRun& run) {
  const ForgetParameters parameters = TRY(parse_forget_parameters(run.job.parameters));
  const bool by_rule = parameters.backups.empty();
  run.context.progress().report({.phase = by_rule ? "Applying retention" : "Deleting"});
  std::vector<std::string> unwanted = parameters.backups;
  if (by_rule) unwanted = TRY(let_go_by_rule(run));
  const std::vector<std::string> marked = TRY(mark(run, unwanted, by_rule));
  auto opened = TRY(run.open_repository());
  ForgetOptions options;
  options.snapshots = TRY(snapshots_to_forget(run, *opened.repository));
  if (!options.snapshots.empty()) {
    TRY(run.context.checkpoint());
    TRY(run_forget(*opened.repository, options));
  }
  return Json{{"deleted", marked}, {"snapshots", options.snapshots.size()}}.dump();
}

Result<std::string> run_prune_job(JobRun& run) {
  auto opened = TRY(run.open_repository());
  PruneOptions options{.grace = run.services.settings.schedule.grace};
  for (const OpenedStore& store : opened.stores) {
    if (store.late) options.late_copies.push_back(store.late);
  }
  TRY(run.context.checkpoint());
  const PruneResult result = TRY(run_prune(*opened.repository, options, run.services.clock,
                                           run.context.progress(), run.context.cancel()));
  return Json{{"packs", result.packs_total},           {"packs_repacked", result.packs_repacked},
              {"packs_marked", result.packs_marked},   {"packs_deleted", result.packs_deleted},
              {"bytes_deleted", result.bytes_deleted}, {"bytes_marked", result.bytes_marked}}
      .dump();
}

Result<std::string> run_verify_job(JobRun& run) {
  const VerifyParameters parameters = TRY(parse_verify_parameters(run.job.parameters));
  const std::vector<OpenedStore> stores =
      TRY(run.services.repositories.open_stores(run.project, &run.context.cancel()));
  VerifyOptions options;
  options.master_key = &run.master_key();
  options.read_data = true;
  if (!parameters.read_data) {
    options.share = PackShare::of_day(run.services.settings.schedule.verify_share, run.services.clock.now());
  }
  const VerifyResult result =
      TRY(run_verify(stores_of(stores), options, run.context.progress(), run.context.cancel()));

  std::map<std::string, CopyFinding> found;
  std::vector<StoreUsage> usage;
  Json copies = Json::array();
  for (std::size_t copy = 0; copy < result.copies.size(); ++copy) {
    const CopyReport& report = result.copies[copy];
    const std::string& store = stores[copy].settings.name;
    CopyFinding finding;
    if (!report.good && !report.findings.empty()) {
      const VerifyFinding& first = report.findings.front();
      finding = {state_by(first.problem),
                 fmt::format("{}{}{}", first.object, first.object.empty() ? "" : ": ", first.problem)};
      run.context.event("warning", fmt::format("{}: {}", store, finding.problem));
    }
    found[store] = finding;
    usage.push_back({store, static_cast<std::int64_t>(report.objects),
                     static_cast<std::int64_t>(report.bytes), run.services.clock.now()});
    copies.push_back({{"store", store},
                      {"good", report.good},
                      {"objects", report.objects},
                      {"bytes", report.bytes},
                      {"bytes_read", report.bytes_read},
                      {"findings", report.findings.size()}});
  }
  TRY(write_findings(run, found, Look::kVerified));
  TRY(note_usage(run, usage));
  const std::string summary = result.good() ? "every copy is whole" : "a copy is not whole";
  TRY(run.services.catalog.record_verified(run.project.name, run.services.clock.now(), result.good(),
                                           summary));
  if (!result.good()) TRY(enqueue_mend_after_verify(run));
  return Json{{"good", result.good()}, {"copies", copies}}.dump();
}

Result<std::string> run_mend_job(JobRun& run) {
  const std::vector<OpenedStore> stores =
      TRY(run.services.repositories.open_stores(run.project, &run.context.cancel()));
  MendOptions options;
  options.master_key = &run.master_key();
  if (!run.job.parameters.empty()) {
    options.read_data = TRY(parse_verify_parameters(run.job.parameters)).read_data;
  }
  const MendResult result =
      TRY(run_mend(stores_of(stores), options, run.context.progress(), run.context.cancel()));
  std::map<std::string, CopyFinding> found;
  std::set<std::string> mended;
  Json copies = Json::array();
  for (std::size_t copy = 0; copy < result.copies.size(); ++copy) {
    const MendedCopy& report = result.copies[copy];
    const std::string& store = stores[copy].settings.name;
    if (report.mended > 0) mended.insert(store);
    if (report.whole()) found[store] = {};
    if (!report.unreached.empty()) found[store] = {CopyState::kPending, report.unreached};
    if (!report.unmended.empty()) found[store] = {CopyState::kCorrupt, report.unmended.front().problem};
    copies.push_back({{"store", store},
                      {"missing", report.missing},
                      {"damaged", report.damaged},
                      {"mended", report.mended},
                      {"mended_bytes", report.mended_bytes},
                      {"unreached", report.unreached}});
  }
  TRY(write_findings(run, found, options.read_data ? Look::kEveryByte : Look::kNamesOnly));
  TRY(note_measured(run, stores, mended));
  if (!result.whole()) {
    return fail(ErrorCode::kDegraded, "a copy could not be completed",
                "its store does not answer, or no copy has what it lacks; it is tried again by itself");
  }
  return Json{{"whole", true}, {"copies", copies}}.dump();
}

}  // namespace skyhold
