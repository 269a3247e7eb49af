#include "cli/command.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "cli/text_reports.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters);
  options::add_prune(app, parameters);
}

Status check(const Parameters& parameters) {
  TRY(parse_duration(parameters.grace));
  return {};
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  PruneOptions options{.grace = TRY(parse_duration(parameters.grace)),
                       .max_unused_share = parameters.max_unused_percent / 100};
  const std::vector<OpenedStore> stores = TRY(open_named_stores(parameters, context));
  for (const OpenedStore& opened : stores) {
    if (opened.late) options.late_copies.push_back(opened.late);
  }
  const auto repository = TRY(open_repository(stores, parameters, context));
  const PruneResult result =
      TRY(run_prune(*repository, options, context.clock, context.progress, context.cancel));
  return CommandOutcome{
      parameters.json ? prune_json(result, options.grace) : prune_text(result, options.grace),
      copies_shortfall(*repository)};
}

}  // namespace

Command repo_prune_command() {
  return {
      .group = "repo",
      .name = "prune",
      .summary = "give back the space of what no backup needs",
      .description =
          "Works in two steps, so that a backup that is running loses nothing. Data that no backup needs is "
          "marked; a later prune, at least the grace period after, deletes what is marked and still not "
          "needed. "
          "Packs that are mostly unneeded are rewritten. So run it regularly, after `repo forget`.\n\n"
          "It refuses to work while a copy does not answer or lacks something that a backup needs.\n\n"
          "A store whose settings give it a removal_delay keeps what is removed for that long, out of sight; "
          "prune deletes there what is due. Until then `skyhold repo unforget` brings it back.",
      .examples = {"Each week:", "  skyhold repo prune --store file:///backup/a --store file:///backup/b \\",
                   "      --key-file /etc/skyhold/master.key",
                   "Give back what was marked more than an hour ago:",
                   "  skyhold repo prune --store file:///backup/a --store file:///backup/b \\",
                   "      --key-file /etc/skyhold/master.key --grace 1h"},
      .define = define,
      .check = check,
      .run = run};
}

}  // namespace skyhold
