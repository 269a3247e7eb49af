#include <algorithm>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/format.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "cli/text_reports.h"
#include "operations/mirror/mend.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters);
  options::add_project(app, parameters);
  options::add_branch(app, parameters);
  options::add_database(app, parameters);
  options::add_filestore(app, parameters);
  options::add_backup_kind(app, parameters);
  options::add_jobs(app, parameters);
}

Status check(const Parameters& parameters) {
  TRY(check_name("--project", parameters.project));
  TRY(check_name("--branch", parameters.branch));
  return check_database_is_named(parameters);
}

Status check_project(const Repository& repository, const std::string& project) {
  if (repository.project() == project) return {};
  return fail(
      ErrorCode::kInvalidArgument,
      fmt::format("these stores hold the repository of project {}, not of {}", repository.project(), project),
      "give that project's stores, or make a repository for this one with `skyhold repo init`");
}

// A backup that is not whole in some way is kept, and said to be so.
std::optional<Error> shortfall_of(const BackupResult& result) {
  std::vector<std::string> parts;
  if (!result.failed_copies.empty()) {
    parts.push_back(counted(result.failed_copies.size(), "copy", "copies") + " could not be completed");
  }
  const std::size_t missing = result.manifest.filestore.missing.size();
  if (missing > 0) parts.push_back(counted(missing, "file was", "files were") + " missing at the source");
  if (parts.empty()) return std::nullopt;
  return Error{
      ErrorCode::kDegraded,
      fmt::format("backup {} is stored, but {}", result.snapshot.id.short_hex(), joined(parts, " and ")),
      result.failed_copies.empty()
          ? "the backup holds everything that was there; look for the files where the filestore came from"
          : "when the store answers again, `skyhold repo mend` completes it; so does the next backup"};
}

Result<BackupOptions> backup_options(const Parameters& parameters) {
  BackupOptions options;
  options.branch = parameters.branch;
  options.database = TRY(database_target(parameters));
  if (!parameters.filestore.empty()) options.filestore = parameters.filestore;
  options.kind = TRY(parse_backup_kind(parameters.kind));
  options.note = parameters.note;
  options.reread_files = parameters.reread_files;
  options.readers = parameters.jobs;
  return options;
}

// A copy that was left out, and answers, is completed from the others before we say how it
// went. The backup is safe by now: whatever goes wrong here leaves it degraded, no worse.
void complete_copies(const Parameters& parameters, CommandContext& context, Repository& repository,
                     BackupResult& result) {
  const auto mend = [&]() -> Result<MendResult> {
    const MasterKey master_key = TRY(MasterKey::load(parameters.key_file));
    const MendOptions options{.master_key = &master_key};
    return run_mend(repository.copies().stores(), options, context.progress, context.cancel);
  };
  const Result<MendResult> mended = mend();
  if (!mended) {
    context.progress.warn(fmt::format("the other copies were not completed: {}", mended.error().message));
    return;
  }
  for (std::size_t copy = 0; copy < mended->copies.size(); ++copy) {
    const std::string& location = mended->copies[copy].location;
    const std::optional<Error> failure = repository.copies().failure(copy);
    if (!failure || !mended->copies[copy].whole()) continue;
    // By the failure as well: buckets of one name at two servers share a location.
    const auto left_out =
        std::find_if(result.failed_copies.begin(), result.failed_copies.end(), [&](const auto& failed) {
          return failed.first == location && failed.second.message == failure->message;
        });
    if (left_out == result.failed_copies.end()) continue;
    result.failed_copies.erase(left_out);
    result.complete_copies.push_back(location);
    result.mended_copies.push_back(location);
  }
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const BackupOptions options = TRY(backup_options(parameters));
  warn_of_password_in_flag(parameters, options.database, context.progress);
  const auto repository = TRY(open_repository(parameters, context));
  TRY(check_project(*repository, parameters.project));
  BackupResult result = TRY(run_backup(*repository, options, context.progress, context.cancel));
  if (!result.failed_copies.empty() && parameters.mend) {
    complete_copies(parameters, context, *repository, result);
  }
  return CommandOutcome{
      parameters.json ? backup_json(result) : backup_text(result, repository->copies().size()),
      shortfall_of(result)};
}

}  // namespace

Command repo_backup_command() {
  return {.group = "repo",
          .name = "backup",
          .summary = "back one branch up: database and filestore, one instant, every copy",
          .description =
              "Reads a branch's database at one instant, and the files that it needs, straight into the "
              "repository: "
              "no disk space is needed on the way. The branch goes on working. What earlier backups hold "
              "already is "
              "not stored again.\n\n"
              "The backup is checked while it is written, and says what it holds. When a store fails or is "
              "much slower than the others, the backup goes on without it, and that copy is completed from "
              "the others at the end. When it still cannot be, or when files are missing at the source, the "
              "exit code is 3: the backup exists, but is not whole in that way.",
          .examples = {"Database and filestore into two copies:",
                       "  skyhold repo backup --store file:///backup/a --store file:///backup/b \\",
                       "      --key-file /etc/skyhold/master.key --project acme --branch production \\",
                       "      --database postgresql://odoo@localhost/acme \\",
                       "      --filestore /var/lib/odoo/filestore/acme",
                       "Every night from cron, with the stores, the key and the URL out of sight:",
                       "  SKYHOLD_STORES=\"file:///backup/a file:///backup/b\" \\",
                       "  SKYHOLD_KEY_FILE=/etc/skyhold/master.key \\",
                       "  skyhold repo backup --project acme --branch production --kind automatic \\",
                       "      --database-file /etc/skyhold/acme.url --json >> /var/log/skyhold.json"},
          .define = define,
          .check = check,
          .run = run};
}

}  // namespace skyhold
