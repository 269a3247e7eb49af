#include "base/assert.h"
#include "cli/command.h"
#include "cli/options.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters);
  options::add_config(app, parameters);
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  SKYHOLD_ASSERT(context.service.recover);
  return context.service.recover(parameters, context);
}

}  // namespace

Command recover_command() {
  return {
      .group = "",
      .name = "recover",
      .summary = "rebuild the service on an empty machine, from any one store",
      .description =
          "For the day when all servers are gone. Reads the catalog that the service keeps, sealed, in every "
          "store: projects, branches, members, schedules and the list of backups; then looks at each "
          "project's repository in that store for what is newer. Where no store has a catalog, projects and "
          "backups are found from the repositories alone. The new catalog must be empty; the copies are only "
          "read.\n\n"
          "Afterwards `skyhold serve` goes on where the old one ended. People sign in as before; sessions "
          "are over.",
      .examples = {"From the far copy, onto a new machine:",
                   "  skyhold recover --store far --key-file /root/master.key \\",
                   "      --config /etc/skyhold/skyhold.toml",
                   "Without any settings but the usual variables for credentials:",
                   "  skyhold recover --store s3://acme-backups/skyhold --key-file /root/master.key"},
      .define = define,
      .run = run};
}

}  // namespace skyhold
