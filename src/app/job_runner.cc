#include "app/job_runner.h"

#include <fmt/format.h>

#include "base/memory.h"
#include "model/ids.h"

namespace skyhold {
namespace {

// What a job was done with is the next one's, or the machine's.
struct TidyAfterwards {
  ~TidyAfterwards() { give_back_freed_memory(); }
};

}  // namespace

Result<std::string> run_job(JobServices& services, const Job& job, JobContext& context) {
  const TidyAfterwards tidy;
  Project project = TRY(services.catalog.project(job.project));
  JobRun run{services, job, context, std::move(project)};
  switch (job.kind) {
    case JobKind::kBackup: return run_backup_job(run);
    case JobKind::kRestore: return run_restore_job(run);
    case JobKind::kUndo: return run_undo_job(run);
    case JobKind::kRefresh: return run_refresh_job(run);
    case JobKind::kForget: return run_forget_job(run);
    case JobKind::kPrune: return run_prune_job(run);
    case JobKind::kVerify: return run_verify_job(run);
    case JobKind::kMend: return run_mend_job(run);
    case JobKind::kImport: return run_import_job(run);
    case JobKind::kExport: return run_neutralized_copy_job(run);
    case JobKind::kDrill: break;
  }
  return fail(ErrorCode::kUnsupported,
              fmt::format("this worker cannot do a job of kind {}", to_string(job.kind)),
              "let a newer worker do it");
}

Result<ProjectRepositories::Opened> JobRun::open_repository() {
  ProjectRepositories::Opened opened = TRY(services.repositories.open(project, &context.cancel()));
  Copies& copies = opened.repository->copies();
  ProgressSink& progress = context.progress();
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    if (const auto failure = copies.failure(copy)) {
      progress.warn(
          fmt::format("the copy in {} is left out: {}", opened.stores[copy].settings.name, failure->message));
    }
  }
  copies.on_complaint([&progress](const std::string& location, const Error& error) {
    progress.warn(fmt::format("the copy at {} failed a read, another is used: {}", location, error.message));
  });
  return opened;
}

BackupRecord new_backup_record(const JobRun& run, const std::string& branch, BackupKind kind,
                               const std::string& note, const std::vector<std::string>& stores) {
  BackupRecord record;
  record.started_at = run.services.clock.now();
  record.id = new_id("bk", record.started_at);
  record.project = run.project.name;
  record.branch = branch;
  record.kind = kind;
  record.job = run.job.id;
  record.note = note;
  record.created_by = run.job.created_by;
  for (const std::string& store : stores) record.copies.push_back({store, CopyState::kPending, {}, {}});
  return record;
}

bool is_restartable(const Job& job) {
  switch (job.kind) {
    case JobKind::kRestore:
    case JobKind::kUndo:
    case JobKind::kRefresh: return false;
    default: return true;
  }
}

Status close_backup_of(JobServices& services, const Job& job) {
  if (job.backup_id.empty() || job.kind != JobKind::kBackup) return {};
  BackupRecord record = TRY(services.catalog.backup(job.backup_id));
  if (record.state != BackupState::kRunning) return {};
  const Error error = job.error.value_or(Error{ErrorCode::kCancelled, "cancelled before it began", "", {}});
  record.state = BackupState::kFailed;
  record.finished_at = services.clock.now();
  record.error_code = traits(error.code).name;
  record.error_message = error.message;
  record.error_hint = error.hint;
  return services.catalog.update_backup(record);
}

}  // namespace skyhold
