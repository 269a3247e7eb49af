#include <fmt/format.h>

#include "cli/command.h"
#include "cli/format.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "cli/text_reports.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters);
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const auto repository = TRY(open_repository(parameters, context));
  const SnapshotListing listing = TRY(gather_listing(*repository, context.cancel));
  CommandOutcome outcome;
  outcome.output = parameters.json ? list_json(listing) : list_text(listing, context.clock.now());
  if (listing.damaged() > 0) {
    outcome.shortfall =
        Error{ErrorCode::kCorrupt,
              fmt::format("{} damaged in every copy that answered",
                          counted(listing.damaged(), "backup is", "backups are")),
              "run `skyhold repo verify --read-data` with every store to see what is damaged where"};
  }
  return outcome;
}

}  // namespace

Command repo_list_command() {
  return {
      .group = "repo",
      .name = "list",
      .summary = "list the backups, newest last",
      .description =
          "Lists every backup that any copy has: its id, when it was taken, its branch and kind, its size "
          "before deduplication and compression, how many files it holds, in how many of the copies it is, "
          "and its note. Backups that are damaged, or that lack files which were missing at the source, are "
          "named as such.",
      .examples = {"What is there, from one copy alone:",
                   "  skyhold repo list --store file:///backup/a --key-file /etc/skyhold/master.key",
                   "The id of the newest production backup, for a script:",
                   "  skyhold repo list --store file:///backup/a --key-file /etc/skyhold/master.key --json |",
                   "      jq -r '[.snapshots[] | select(.branch == \"production\")] | last | .id'"},
      .define = define,
      .run = run};
}

}  // namespace skyhold
