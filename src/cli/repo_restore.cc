#include "cli/command.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "cli/text_reports.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_snapshot(app, parameters);
  options::add_stores(app, parameters);
  options::add_from(app, parameters);
  options::add_key_file(app, parameters);
  options::add_database(app, parameters);
  options::add_filestore(app, parameters);
  options::add_restore(app, parameters);
  options::add_neutralize(app, parameters);
  options::add_hooks(app, parameters);
  options::add_jobs(app, parameters);
}

Status check(const Parameters& parameters) {
  TRY(check_snapshot_text(parameters.snapshot));
  return check_database_is_named(parameters);
}

Result<RestoreOptions> restore_options(const Parameters& parameters) {
  RestoreOptions options;
  options.database = TRY(database_target(parameters));
  if (!parameters.filestore.empty()) options.filestore = parameters.filestore;
  options.replace = parameters.replace;
  options.check = parameters.check == "full" ? RestoreCheck::kFull : RestoreCheck::kCounted;
  options.owner = parameters.owner;
  options.workers = parameters.jobs;
  if (parameters.neutralize) {
    options.neutralize.emplace();
    options.neutralize->addons_paths.assign(parameters.addons_paths.begin(), parameters.addons_paths.end());
  }
  const bool is_copy = parameters.identity.empty() ? parameters.neutralize : parameters.identity == "new";
  options.identity = is_copy ? Identity::kNew : Identity::kKeep;
  options.hooks = restore_hooks(parameters);
  return options;
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const RestoreOptions options = TRY(restore_options(parameters));
  warn_of_password_in_flag(parameters, options.database, context.progress);
  const auto repository = TRY(open_repository(with_from_alone(parameters), context));
  const Snapshot snapshot = TRY(repository->find_snapshot(parameters.snapshot));
  TRY(repository->load_index());
  const RestoreResult result =
      TRY(run_restore(*repository, snapshot, options, context.progress, context.cancel));
  const std::string report = parameters.json ? restore_json(result, snapshot)
                                             : restore_text(result, snapshot, options.database.describe());
  return CommandOutcome{report, hook_shortfall(result.hooks)};
}

}  // namespace

Command repo_restore_command() {
  return {
      .group = "repo",
      .name = "restore",
      .summary = "restore a backup to a branch, new or existing",
      .description =
          "Loads a backup into a hidden database and a filestore directory beside the branch's own, checks "
          "them against the backup's manifest, and only then puts both in place by renaming. Until that "
          "moment the branch serves its old data; a failure leaves it as it was. Files that the branch has "
          "already are linked, not fetched.\n\n"
          "A database or filestore that is there is replaced only with --replace. What was replaced is kept: "
          "`skyhold repo undo-restore` puts it back, `skyhold repo accept-restore` drops it.\n\n"
          "A restore is exact unless --neutralize is given: production over itself wants that. Every other "
          "branch wants --neutralize, or the copy sends production's mail and runs its scheduled actions. "
          "The "
          "report says what was switched off, and which modules brought no rule: look at those yourself.",
      .examples = {"The newest backup to a new staging branch, harmless:",
                   "  skyhold repo restore latest --store file:///backup/a \\",
                   "      --key-file /etc/skyhold/master.key --database postgresql:///acme_staging \\",
                   "      --filestore /var/lib/odoo/filestore/acme_staging --neutralize \\",
                   "      --addons-path /opt/odoo/odoo/addons --addons-path /opt/odoo/addons",
                   "An older one over production, everything read back and compared first:",
                   "  skyhold repo restore 1a2b3c4d --store file:///backup/a --store file:///backup/b \\",
                   "      --key-file /etc/skyhold/master.key --database-file /etc/skyhold/acme.url \\",
                   "      --filestore /var/lib/odoo/filestore/acme --replace --check full \\",
                   "      --before-swap /etc/skyhold/stop-acme --after-swap /etc/skyhold/start-acme"},
      .define = define,
      .check = check,
      .run = run};
}

}  // namespace skyhold
