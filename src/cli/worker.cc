#include "base/assert.h"
#include "cli/command.h"
#include "cli/options.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_config(app, parameters);
  options::add_region(app, parameters);
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  SKYHOLD_ASSERT(context.service.worker);
  return context.service.worker(parameters, context);
}

}  // namespace

Command worker_command() {
  return {
      .group = "",
      .name = "worker",
      .summary = "work for a service that runs elsewhere",
      .description =
          "Takes jobs from the catalog that a `skyhold serve` shares with it, which must be in PostgreSQL: "
          "settings and master key are the same on every machine. Give it a region, and it takes only the "
          "jobs of projects that lie there. A job whose worker dies is taken up by another within a "
          "minute, or fails in words.\n\n"
          "SIGTERM ends it in order: it takes no new work, and waits for what runs.",
      .examples = {"Work for every region:", "  skyhold worker --config /etc/skyhold/skyhold.toml",
                   "Near the databases of one:",
                   "  skyhold worker --config /etc/skyhold/skyhold.toml --region europe-west1"},
      .define = define,
      .run = run};
}

}  // namespace skyhold
