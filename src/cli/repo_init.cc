#include <filesystem>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "cli/text_reports.h"
#include "io/durable_file.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters);
  options::add_project(app, parameters);
  options::add_recovery_kit(app, parameters);
}

Status check(const Parameters& parameters) {
  return check_name("--project", parameters.project);
}

// Before anything is made: a kit that cannot be written afterwards would be a password lost.
Status check_kit_place(const std::string& file) {
  if (file.empty()) return {};
  const std::filesystem::path path(file);
  std::error_code problem;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, problem))) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("the recovery kit's file {} exists already", file),
                "name a new file, or move that one away");
  }
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  if (!std::filesystem::is_directory(directory, problem)) {
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no directory {} for the recovery kit", directory.string()),
                "make it first, or name another file");
  }
  return {};
}

CommandOutcome outcome_of(const InitReport& report, bool json, std::optional<Error> shortfall) {
  return {json ? init_json(report) : init_text(report), std::move(shortfall)};
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  TRY(check_kit_place(parameters.recovery_kit));
  const std::vector<ObjectStorePtr> stores = TRY(open_stores(parameters, context));
  const MasterKey master_key = TRY(MasterKey::load(parameters.key_file));
  const NewRepository made = TRY(Repository::init(stores, master_key, parameters.project));

  InitReport report;
  report.kit = {parameters.project, made.config.id.hex(), made.recovery_password, {}, context.clock.now()};
  for (const ObjectStorePtr& store : stores) report.kit.locations.push_back(store->location());
  if (parameters.recovery_kit.empty()) return outcome_of(report, parameters.json, std::nullopt);

  const std::string kit = recovery_kit_text(report.kit);
  const Status written = write_file_durably(parameters.recovery_kit, as_bytes(kit));
  if (!written) {
    // The repository is made and its recovery password known to nobody else: show it rather than lose it.
    Error shortfall = written.error().in("the repository is made, but its recovery kit is not in its file");
    shortfall.code = ErrorCode::kDegraded;
    shortfall.hint = "keep the recovery kit that is on standard output";
    return outcome_of(report, parameters.json, shortfall);
  }
  report.kit_file = parameters.recovery_kit;
  return outcome_of(report, parameters.json, std::nullopt);
}

}  // namespace

Command repo_init_command() {
  return {
      .group = "repo",
      .name = "init",
      .summary = "make a project's repository, in every store",
      .description =
          "Makes one encrypted repository for a project, as equal copies in all of the stores. Each copy is "
          "complete: any one of them, with the master key or the recovery kit, gives everything back. "
          "Nothing is "
          "written when one of the stores holds a repository already.\n\n"
          "It prints a recovery kit: the password that opens the copies with stock restic, and how. It is "
          "shown this once. Keep it off this machine.",
      .examples = {"One project, three copies, the kit in a file to print:",
                   "  skyhold repo init --store file:///backup/a --store file:///backup/b \\",
                   "      --store file:///backup/c --key-file /etc/skyhold/master.key \\",
                   "      --project acme --recovery-kit /root/acme-kit.txt", "The kit straight to a printer:",
                   "  skyhold repo init --store file:///backup/a --key-file /etc/skyhold/master.key \\",
                   "      --project acme | lpr"},
      .define = define,
      .check = check,
      .run = run};
}

}  // namespace skyhold
