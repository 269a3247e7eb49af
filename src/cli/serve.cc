#include "base/assert.h"
#include "cli/command.h"
#include "cli/options.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_config(app, parameters);
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  SKYHOLD_ASSERT(context.service.serve);
  return context.service.serve(parameters, context);
}

}  // namespace

Command serve_command() {
  return {
      .group = "",
      .name = "serve",
      .summary = "run the service: API, dashboard, scheduler and worker",
      .description =
          "Serves the dashboard and the API, backs production branches up by their schedules, applies "
          "retention, verifies and completes copies, and works on what people ask for. At its first start "
          "it makes the platform's master key and an operator's account, and says how to sign in. Keep a "
          "copy of the master key off this machine: without it no backup opens.\n\n"
          "Its catalog is an SQLite file in the data directory. With a catalog in PostgreSQL any number of "
          "`skyhold serve` and `skyhold worker` may share it.\n\n"
          "SIGTERM ends it in order: it takes no new work, and waits for what runs. SIGHUP reads "
          "certificates again.",
      .examples = {"Try it, with copies in /var/lib/skyhold:", "  skyhold serve",
                   "On a host of its own:", "  skyhold serve --config /etc/skyhold/skyhold.toml"},
      .define = define,
      .run = run};
}

}  // namespace skyhold
