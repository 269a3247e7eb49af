// Runs one job: finds what its words mean in the catalog, calls the operation, and writes back what came
// of it. One file for each kind of job.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/interchange_sources.h"
#include "app/project_repositories.h"
#include "app/service_settings.h"
#include "catalog/catalog.h"
#include "jobs/job_context.h"
#include "jobs/job_queue.h"
#include "operations/backup/backup.h"

namespace skyhold {

struct JobServices {
  Catalog& catalog;
  JobQueue& jobs;
  ProjectRepositories& repositories;
  InterchangeSources& sources;
  const ServiceSettings& settings;
  const Clock& clock;
};

// What each kind needs, looked up once.
struct JobRun {
  JobServices& services;
  const Job& job;
  JobContext& context;
  Project project;

  [[nodiscard]] const MasterKey& master_key() const { return services.repositories.master_key(); }
  [[nodiscard]] Result<ProjectRepositories::Opened> open_repository();  // tells of copies left out
};

// The result of the job, a JSON object.
Result<std::string> run_job(JobServices& services, const Job& job, JobContext& context);

// One a kind.
Result<std::string> run_backup_job(JobRun& run);
Result<std::string> run_restore_job(JobRun& run);
Result<std::string> run_undo_job(JobRun& run);
Result<std::string> run_refresh_job(JobRun& run);
Result<std::string> run_forget_job(JobRun& run);
Result<std::string> run_prune_job(JobRun& run);
Result<std::string> run_verify_job(JobRun& run);
Result<std::string> run_mend_job(JobRun& run);
Result<std::string> run_import_job(JobRun& run);
Result<std::string> run_neutralized_copy_job(JobRun& run);

// ---- what several of them do

// Takes a backup as `record` says (it is in the catalog already), and writes what came of it there: also
// a failure. What it gives is the record as it is now.
Result<BackupRecord> take_backup(JobRun& run, BackupRecord record);

// What came of a backup whose record is in the catalog already.
Result<BackupRecord> note_backup(JobRun& run, BackupRecord record, const ProjectRepositories::Opened& opened,
                                 const BackupResult& result);
void note_failed_backup(JobRun& run, BackupRecord record, const Error& error);

// The directories of the branch's own modules. Those that are not on this machine (Odoo may run in a
// container) are left out, with a warning.
std::vector<std::filesystem::path> addons_paths_of(JobRun& run, const Branch& branch);

// A record of a backup that begins now, with a copy pending for each store.
BackupRecord new_backup_record(const JobRun& run, const std::string& branch, BackupKind kind,
                               const std::string& note, const std::vector<std::string>& stores);

// Whether a job that was begun may be begun anew by another worker: all but those that change a branch.
bool is_restartable(const Job& job);

// A job that ended without its worker: its backup did not come to be. To be called for each.
Status close_backup_of(JobServices& services, const Job& job);

}  // namespace skyhold
