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
  options::add_key_file(app, parameters);
  options::add_all(app, parameters);
}

Status check(const Parameters& parameters) {
  return check_snapshot_text(parameters.snapshot);
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const auto repository = TRY(open_repository(parameters, context));
  const Snapshot snapshot = TRY(repository->find_snapshot(parameters.snapshot));
  TRY(repository->load_index());
  const Manifest manifest = TRY(repository->load_manifest(snapshot));
  if (parameters.json) return CommandOutcome{show_json(snapshot, manifest), {}};
  return CommandOutcome{show_text(snapshot, manifest, parameters.all, context.clock.now()), {}};
}

}  // namespace

Command repo_show_command() {
  return {
      .group = "repo",
      .name = "show",
      .summary = "show what a backup holds: tables, files, versions",
      .description =
          "Prints a backup's manifest: where and when it was taken, the database's server, encoding, owner, "
          "extensions and settings, every table with its rows and bytes, the filestore, what was missing at "
          "the source, and Odoo's version and modules. The first 15 of each list are shown; --all shows all. "
          "With --json the whole manifest is printed, hashes included.",
      .examples =
          {"The newest backup at a glance:",
           "  skyhold repo show latest --store file:///backup/a --key-file /etc/skyhold/master.key",
           "How many rows res_partner had:",
           "  skyhold repo show 1a2b3c4d --store file:///backup/a --key-file /etc/skyhold/master.key \\",
           "      --json | jq '.manifest.tables[] | select(.name == \"res_partner\") | .rows'"},
      .define = define,
      .check = check,
      .run = run};
}

}  // namespace skyhold
