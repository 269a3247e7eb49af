// JobKind::kExport: a backup, neutralized in a scratch database, becomes a backup of its own, which can be
// given away in any format.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/job_runner.h"
#include "app/service_platform.h"
#include "base/log.h"
#include "operations/restore/restore.h"

namespace skyhold {
namespace {

// skyhold_neutral_<the job's id>: whose job is over is nobody's.
constexpr std::string_view kScratchPrefix = "skyhold_neutral_";

// The backup that is copied has the files already: what the database needs is found there.
class NoFiles final : public StreamedFiles {
 public:
  Result<std::optional<StreamedFile>> next() override { return std::optional<StreamedFile>(); }
  Result<std::size_t> read(MutableByteView) override { return std::size_t{0}; }
};

Status drop(const PgTarget& beside, std::string_view database) {
  PgSession session = TRY(PgSession::connect(beside));
  return session.execute(fmt::format("DROP DATABASE IF EXISTS {}{}", quote_identifier(database),
                                     session.server_version_number() >= 130000 ? " WITH (FORCE)" : ""));
}

// What workers that died have left there.
Status drop_leftovers(JobRun& run, const PgTarget& beside) {
  PgSession session = TRY(PgSession::connect(beside));
  const PgRows found = TRY(session.query(
      "SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname::text, $1)",
      {std::string(kScratchPrefix)}));
  for (const PgRow& row : found) {
    const std::string& database = row.front().value();
    const std::string id = database.substr(kScratchPrefix.size());
    const Result<Job> job = run.services.jobs.job(id);
    const bool ours = id == run.job.id;
    const bool over = job ? is_over(job->state) : job.error().code == ErrorCode::kNotFound;
    if (ours || over) TRY(drop(beside, database));
  }
  return {};
}

class ScratchDatabase {
 public:
  ScratchDatabase(PgTarget beside, std::string name) : beside_(std::move(beside)), name_(std::move(name)) {}
  ~ScratchDatabase() {
    const Status dropped = drop(beside_, name_);
    if (!dropped) log::warning("the scratch database {} stays: {}", name_, dropped.error().message);
  }
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;
  [[nodiscard]] PgTarget target() const { return beside_.with_database(name_); }

 private:
  const PgTarget beside_;
  const std::string name_;
};

Result<BackupRecord> capture(JobRun& run, const ProjectRepositories::Opened& opened, const Branch& branch,
                             const PgTarget& scratch, const BackupRecord& source) {
  const auto stores = TRY(run.services.repositories.store_names(run.project));
  const BackupRecord record = new_backup_record(run, branch.name, BackupKind::kImported,
                                                fmt::format("Neutralized copy of {}", source.id), stores);
  TRY(run.services.catalog.create_backup(record));
  NoFiles files;
  BackupOptions options;
  options.branch = branch.name;
  options.database = scratch;
  options.kind = BackupKind::kImported;
  options.note = record.note;
  if (source.file_count > 0) options.streamed_files = &files;
  options.review = [&](Manifest& manifest) -> Status {
    manifest.database.name = TRY(branch_database(branch, run.master_key())).database();
    return {};
  };
  const auto result = run_backup(*opened.repository, options, run.context.progress(), run.context.cancel());
  if (result) return note_backup(run, record, opened, *result);
  note_failed_backup(run, record, result.error());
  return fail(result.error());
}

}  // namespace

Result<std::string> run_neutralized_copy_job(JobRun& run) {
  const BackupRecord source = TRY(run.services.catalog.backup(run.job.backup_id));
  const Branch branch = TRY(run.services.catalog.branch(run.project.name, run.job.branch));
  const PgTarget beside = TRY(branch_database(branch, run.master_key())).with_database("postgres");
  TRY(drop_leftovers(run, beside));
  const auto opened = TRY(run.open_repository());
  TRY(opened.repository->load_index());
  const Snapshot snapshot = TRY(opened.repository->find_snapshot(source.snapshot_id));
  const ScratchDatabase scratch(beside, fmt::format("{}{}", kScratchPrefix, run.job.id));
  RestoreOptions options;
  options.database = scratch.target();
  options.neutralize = NeutralizeOptions{addons_paths_of(run, branch)};
  options.identity = Identity::kNew;
  const RestoreResult restored =
      TRY(run_restore(*opened.repository, snapshot, options, run.context.progress(), run.context.cancel()));
  for (const std::string& notice : restored.notices) run.context.event("warning", notice);
  const BackupRecord copy = TRY(capture(run, opened, branch, scratch.target(), source));
  nlohmann::ordered_json result{{"backup", copy.id}};
  if (restored.neutralization) {
    result["neutralization"] = nlohmann::json::parse(neutralization_json(*restored.neutralization));
  }
  return result.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace skyhold
