// JobKind::kBackup, and the backups that other jobs take first.
#include <fmt/format.h>

#include "app/job_runner.h"
#include "app/service_platform.h"
#include "app/store_usage.h"
#include "model/ids.h"
#include "operations/backup/backup.h"

namespace skyhold {
namespace {

Result<BackupOptions> options_of(const JobRun& run, const BackupRecord& record, const Branch& branch) {
  BackupOptions options;
  options.branch = branch.name;
  options.database = TRY(branch_database(branch, run.master_key()));
  if (!branch.filestore.empty()) options.filestore = branch.filestore;
  options.kind = record.kind;
  options.note = record.note;
  return options;
}

std::vector<CopyRecord> copies_of(const ProjectRepositories::Opened& opened, const BackupResult& result) {
  std::vector<CopyRecord> copies;
  for (const OpenedStore& store : opened.stores) {
    CopyRecord copy{store.settings.name, CopyState::kStored, std::nullopt, {}};
    for (const auto& [location, error] : result.failed_copies) {
      if (location != store.store->location()) continue;
      copy.state = CopyState::kPending;
      copy.problem = error.message;
    }
    copies.push_back(std::move(copy));
  }
  return copies;
}

// What the manifest and the operation say, in the catalog's words.
void fill(BackupRecord& record, const BackupResult& result) {
  const Manifest& manifest = result.manifest;
  record.state = result.failed_copies.empty() ? BackupState::kGood : BackupState::kDegraded;
  record.snapshot_id = result.snapshot.id.hex();
  record.point_in_time = manifest.point_in_time;
  record.source_bytes = static_cast<std::int64_t>(result.source_bytes);
  record.added_bytes = static_cast<std::int64_t>(result.added_bytes);
  record.table_count = static_cast<std::int64_t>(manifest.tables.size());
  record.row_count = static_cast<std::int64_t>(manifest.table_rows());
  record.file_count = static_cast<std::int64_t>(manifest.filestore.files.size());
  record.file_bytes = static_cast<std::int64_t>(manifest.filestore.bytes);
  record.missing_file_count = static_cast<std::int64_t>(manifest.filestore.missing.size());
  record.odoo_version = manifest.odoo.base_version;
  record.postgresql_version = manifest.database.server_version;
}

// The copies that were left out are brought up to date by a job of its own.
Status enqueue_mend(JobRun& run, const BackupRecord& record) {
  Job mend;
  mend.kind = JobKind::kMend;
  mend.priority = JobPriority::kMaintenance;
  mend.project = run.project.name;
  mend.region = run.project.region;
  mend.created_by = "service";
  mend.unique_key = fmt::format("mend:{}", record.id);
  const auto enqueued = run.services.jobs.enqueue(mend);
  if (!enqueued && enqueued.error().code != ErrorCode::kAlreadyExists) return fail(enqueued.error());
  return {};
}

Result<BackupRecord> capture(JobRun& run, BackupRecord record) {
  const Branch branch = TRY(run.services.catalog.branch(record.project, record.branch));
  const BackupOptions options = TRY(options_of(run, record, branch));
  auto opened = TRY(run.open_repository());
  const BackupResult result =
      TRY(run_backup(*opened.repository, options, run.context.progress(), run.context.cancel()));
  return note_backup(run, std::move(record), opened, result);
}

Status write_failure(JobRun& run, BackupRecord record, const Error& error) {
  record.state = BackupState::kFailed;
  record.finished_at = run.services.clock.now();
  record.error_code = traits(error.code).name;
  record.error_message = error.message;
  record.error_hint = error.hint;
  return run.services.catalog.update_backup(record);
}

// A worker that is being shut down gives its job back: the backup goes on elsewhere.
bool is_given_back(const JobRun& run, const Error& error) {
  if (error.code != ErrorCode::kCancelled) return false;
  const Result<Job> now = run.services.jobs.job(run.job.id);
  return now && !now->cancel_requested;
}

}  // namespace

Result<BackupRecord> note_backup(JobRun& run, BackupRecord record, const ProjectRepositories::Opened& opened,
                                 const BackupResult& result) {
  fill(record, result);
  record.finished_at = run.services.clock.now();
  record.copies = copies_of(opened, result);
  TRY(run.services.catalog.update_backup(record));
  TRY(run.services.catalog.set_copies(record.id, record.copies));
  TRY(note_written(run, opened.stores, record, result));
  if (record.state == BackupState::kDegraded) TRY(enqueue_mend(run, record));
  return record;
}

void note_failed_backup(JobRun& run, BackupRecord record, const Error& error) {
  if (is_given_back(run, error)) return;
  const Status written = write_failure(run, std::move(record), error);
  if (!written) run.context.progress().warn(written.error().in("noting the failure").message);
}

Result<BackupRecord> take_backup(JobRun& run, BackupRecord record) {
  Result<BackupRecord> taken = capture(run, record);
  if (!taken) note_failed_backup(run, std::move(record), taken.error());
  return taken;
}

Result<std::string> run_backup_job(JobRun& run) {
  const BackupRecord record = TRY(run.services.catalog.backup(run.job.backup_id));
  const BackupRecord taken = TRY(take_backup(run, record));
  return fmt::format(
      R"({{"backup":"{}","snapshot_id":"{}","state":"{}","source_bytes":{},"added_bytes":{}}})", taken.id,
      taken.snapshot_id, to_string(taken.state), taken.source_bytes, taken.added_bytes);
}

}  // namespace skyhold
