// JobKind::kImport: what comes from outside becomes a backup of kind imported, if that is wanted.
#include <fmt/format.h>

#include "app/job_runner.h"
#include "app/service_platform.h"
#include "cli/import_backup.h"
#include "io/file_source.h"
#include "model/job_parameters.h"

namespace skyhold {
namespace {

// Opens it from its beginning, as often as the import needs.
std::function<Result<std::unique_ptr<ByteSource>>()> opener_of(const JobRun& run,
                                                               const ImportParameters& parameters) {
  JobServices& services = run.services;
  return [&services, parameters, project = run.project]() -> Result<std::unique_ptr<ByteSource>> {
    if (!parameters.path.empty()) return open_file_source(parameters.path);
    if (!parameters.url.empty()) return services.sources.open_url(parameters.url);
    if (!parameters.upload.empty()) {
      return TRY(services.sources.uploads(project))->open(project.name, parameters.upload);
    }
    const BackupRecord backup = TRY(services.catalog.backup(parameters.backup));
    if (!backup.restorable() || backup.project != parameters.project) {
      return fail(ErrorCode::kNotFound, fmt::format("backup {} is not there any more", backup.id),
                  "choose one that is good");
    }
    ExportOptions whole;
    whole.format = ExportFormat::kTarZst;
    return services.sources.open_export(backup, whole, {});
  };
}

Result<ImportRequest> request_of(JobRun& run, const Branch& branch, const ImportParameters& parameters) {
  const ImportSettings& settings = run.services.settings.imports;
  ImportRequest request;
  request.open_archive = opener_of(run, parameters);
  request.server = settings.database.empty() ? TRY(branch_database(branch, run.master_key()))
                                             : TRY(PgTarget::parse(settings.database));
  request.odoo_version = branch.odoo_version;
  request.addons_paths = addons_paths_of(run, branch);
  request.more_extensions.insert(settings.extensions.begin(), settings.extensions.end());
  request.limits.max_database_bytes =
      static_cast<std::uint64_t>(settings.most_database_gigabytes) * 1'000'000'000;
  request.limits.load_time = settings.longest;
  return request;
}

std::string outcome_json(std::string_view decision, const std::string& backup, const ImportReport& report) {
  return fmt::format(R"({{"decision":"{}","backup":"{}","report":{}}})", decision, backup,
                     import_report_json(report));
}

// What comes from outside and is not taken is no failure of ours: the report says why.
bool is_refusal(const ImportReport& report, const Error& error) {
  return report.has(ImportSeverity::kRefused) && error.code != ErrorCode::kCancelled &&
         error.code != ErrorCode::kUnavailable;
}

Result<std::string> look(JobRun& run, const ImportRequest& request) {
  ImportReport report;
  const Status looked = inspect_import(request, report, run.context.progress(), run.context.cancel());
  if (!looked && !is_refusal(report, looked.error())) return fail(looked.error());
  return outcome_json(looked ? "wanted" : "refused", "", report);
}

// The record comes into being with the decision, just before the backup can be seen.
class Keeping {
 public:
  Keeping(JobRun& run, const Branch& branch, const ImportParameters& parameters)
      : run_(run), branch_(branch), parameters_(parameters) {}

  Status decide(const ImportReport& report) {
    if (parameters_.accept != ImportAcceptance::kWarnings) {
      const Status clean = refuse_warnings(report);
      has_warnings_ = !clean;
      if (!clean) return clean;
    }
    const auto stores = TRY(run_.services.repositories.store_names(run_.project));
    BackupRecord record =
        new_backup_record(run_, branch_.name, BackupKind::kImported, parameters_.note, stores);
    TRY(run_.services.catalog.create_backup(record));
    record_ = std::move(record);
    return {};
  }

  [[nodiscard]] bool has_warnings() const { return has_warnings_; }
  [[nodiscard]] const std::optional<BackupRecord>& record() const { return record_; }

 private:
  JobRun& run_;
  const Branch& branch_;
  const ImportParameters& parameters_;
  bool has_warnings_ = false;
  std::optional<BackupRecord> record_;
};

// It is a backup now. What cannot be removed goes when its time is over.
void remove_upload(JobRun& run, const ImportParameters& parameters) {
  if (parameters.upload.empty()) return;
  const auto uploads = run.services.sources.uploads(run.project);
  const Status removed =
      uploads ? (*uploads)->remove(run.project.name, parameters.upload) : Status(fail(uploads.error()));
  if (!removed) run.context.progress().warn(removed.error().in("removing the upload").message);
}

Result<std::string> keep(JobRun& run, const Branch& branch, const ImportRequest& request,
                         const ImportParameters& parameters) {
  Keeping keeping(run, branch, parameters);
  ImportBackupOptions options;
  options.request = request;
  options.branch = branch.name;
  options.note = parameters.note;
  options.decide = [&keeping](const ImportReport& report) { return keeping.decide(report); };
  const auto opened = TRY(run.open_repository());
  ImportReport report;
  const auto result =
      import_backup(*opened.repository, options, report, run.context.progress(), run.context.cancel());
  if (result) {
    const BackupRecord kept = TRY(note_backup(run, *keeping.record(), opened, *result));
    remove_upload(run, parameters);
    return outcome_json("kept", kept.id, report);
  }
  if (keeping.record()) note_failed_backup(run, *keeping.record(), result.error());
  if (keeping.has_warnings()) return outcome_json("wanted", "", report);
  if (is_refusal(report, result.error())) return outcome_json("refused", "", report);
  return fail(result.error());
}

}  // namespace

Result<std::string> run_import_job(JobRun& run) {
  const ImportParameters parameters = TRY(parse_import_parameters(run.job.parameters));
  const Branch branch = TRY(run.services.catalog.branch(run.project.name, run.job.branch));
  const ImportRequest request = TRY(request_of(run, branch, parameters));
  if (parameters.accept == ImportAcceptance::kNothing) return look(run, request);
  return keep(run, branch, request, parameters);
}

}  // namespace skyhold
