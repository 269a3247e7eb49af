#include <fmt/format.h>

#include "cli/command.h"
#include "cli/format.h"
#include "cli/import_backup.h"
#include "cli/import_text.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "cli/text_reports.h"
#include "io/file_source.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_import(app, parameters);
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters);
  options::add_project(app, parameters);
  options::add_branch(app, parameters);
  options::add_jobs(app, parameters);
}

Status check(const Parameters& parameters) {
  TRY(check_name("--project", parameters.project));
  TRY(check_name("--branch", parameters.branch));
  TRY(check_acceptance(parameters));
  return check_database_is_named(parameters);
}

Result<ImportRequest> import_request(const Parameters& parameters) {
  const Parameters::Import& imported = parameters.imported;
  ImportRequest request;
  request.open_archive = [name = imported.file] { return open_file_source(name); };
  request.can_open_again = imported.file != "-";
  request.server = TRY(database_target(parameters));
  request.odoo_version = imported.odoo_version;
  request.addons_paths.assign(parameters.addons_paths.begin(), parameters.addons_paths.end());
  request.more_extensions.insert(imported.extensions.begin(), imported.extensions.end());
  request.limits.max_database_bytes =
      static_cast<std::uint64_t>(imported.max_database_gigabytes) * 1'000'000'000;
  request.limits.load_time = std::chrono::hours(imported.max_hours);
  return request;
}

std::string outcome_json(const ImportReport& report, const std::string& backup) {
  return fmt::format("{{\"report\":{},\"backup\":{}}}\n", import_report_json(report),
                     backup.substr(0, backup.find_last_not_of('\n') + 1));
}

// With the report, for it says why, whatever came of it.
CommandOutcome outcome_of(const Parameters& parameters, const ImportReport& report,
                          std::optional<Error> error) {
  return {parameters.json ? outcome_json(report, "null") : import_report_text(report), std::move(error)};
}

std::optional<Error> shortfall_of(const BackupResult& result) {
  const std::size_t missing = result.manifest.filestore.missing.size();
  if (result.failed_copies.empty() && missing == 0) return std::nullopt;
  return Error{
      ErrorCode::kDegraded,
      fmt::format("backup {} is stored, but {} could not be completed and {} missing in the archive",
                  result.snapshot.id.short_hex(), counted(result.failed_copies.size(), "copy", "copies"),
                  counted(missing, "file was", "files were")),
      "`skyhold repo mend` completes copies; files have to come from where the archive was made"};
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const std::string accept = acceptance(parameters);
  ImportBackupOptions options;
  options.request = TRY(import_request(parameters));
  warn_of_password_in_flag(parameters, options.request.server, context.progress);
  options.branch = parameters.branch;
  options.note = parameters.note;
  options.readers = parameters.jobs;
  if (accept == "clean")
    options.decide = refuse_warnings;
  else
    options.decide = [](const ImportReport&) { return Status(); };
  const auto repository = TRY(open_repository(parameters, context));
  if (repository->project() != parameters.project) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("these stores hold the repository of project {}, not of {}",
                            repository->project(), parameters.project));
  }
  ImportReport report;
  if (accept == "nothing") {
    const Status inspected = inspect_import(options.request, report, context.progress, context.cancel);
    return outcome_of(parameters, report, inspected ? std::nullopt : std::optional(inspected.error()));
  }
  const Result<BackupResult> result =
      import_backup(*repository, options, report, context.progress, context.cancel);
  if (!result) return outcome_of(parameters, report, result.error());
  const std::size_t copies = repository->copies().size();
  return CommandOutcome{parameters.json ? outcome_json(report, backup_json(*result))
                                        : import_report_text(report) + backup_text(*result, copies),
                        shortfall_of(*result)};
}

}  // namespace

Command repo_import_command() {
  return {.group = "repo",
          .name = "import",
          .summary = "make a backup of a dump or archive from outside",
          .description =
              "Takes an Odoo zip, a pg_dump file of any format (also compressed with gzip, zstd or bzip2), "
              "or what `skyhold repo export` wrote as tar.zst. It is read once as a stream; no disk space is "
              "needed beside the scratch database that it is loaded into.\n\n"
              "Nothing that comes in is trusted. The dump runs as a role that owns nothing but the scratch "
              "database; psql's meta-commands and statements that pg_dump does not write are refused, and "
              "its time and size are bounded. The report says what was found: versions, modules that the "
              "branch does not have, attachments without a file, code that would run later. With warnings in "
              "it nothing is kept, unless --accept warnings is given.",
          .examples =
              {"Look at what somebody has sent, and keep nothing:",
               "  skyhold repo import acme.zip --dry-run --store file:///backup/a \\",
               "      --key-file /etc/skyhold/master.key --project acme --branch production \\",
               "      --database postgresql://importer@db.example.com/postgres",
               "A dump from another host, straight into two copies:",
               "  ssh old-host pg_dump -Fc acme | skyhold repo import - \\",
               "      --store file:///backup/a --store file:///backup/b \\",
               "      --key-file /etc/skyhold/master.key --project acme --branch production \\",
               "      --database postgresql://importer@db.example.com/postgres --note \"from the old host\""},
          .define = define,
          .check = check,
          .run = run};
}

}  // namespace skyhold
