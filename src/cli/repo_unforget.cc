#include <fmt/format.h>

#include "cli/command.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "cli/text_reports.h"
#include "repository/lock.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters);
  options::add_since(app, parameters);
}

Status check(const Parameters& parameters) {
  TRY(parse_duration(parameters.since));
  return {};
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const Instant since = context.clock.now() - TRY(parse_duration(parameters.since));
  const std::vector<OpenedStore> stores = TRY(open_named_stores(parameters, context));
  const auto repository = TRY(open_repository(stores, parameters, context));
  // Nobody may prune away again what comes back half.
  const auto lock =
      TRY(RepositoryLock::acquire(repository->copies(), repository->key(), LockMode::kExclusive));
  UnforgetReport report;
  for (const OpenedStore& opened : stores) {
    if (!opened.late) continue;
    const std::uint64_t objects = TRY(opened.late->bring_back(since, context.cancel));
    report.copies.push_back({opened.store->location(), objects});
  }
  if (report.copies.empty()) {
    return fail(ErrorCode::kInvalidArgument, "none of these stores keeps what is removed",
                "only a store whose settings give it a removal_delay does; see docs/settings.md");
  }
  return CommandOutcome{parameters.json ? unforget_json(report) : unforget_text(report), {}};
}

}  // namespace

Command repo_unforget_command() {
  return {
      .group = "repo",
      .name = "unforget",
      .summary = "bring back what forget and prune removed, from a copy that lets go late",
      .description =
          "A store whose settings give it a removal_delay keeps what is removed from it for that long, "
          "out of sight. This command brings back everything that was removed there within --since: "
          "backups, and the data and index that they need. `skyhold repo mend` then brings it to the other "
          "copies.",
      .examples = {"Take back this morning's mistake, in the copy that has it still:",
                   "  skyhold repo unforget --store far --key-file /etc/skyhold/master.key --since 12h",
                   "Then bring it to the others:",
                   "  skyhold repo mend --store near-1 --store near-2 --store far \\",
                   "      --key-file /etc/skyhold/master.key"},
      .define = define,
      .check = check,
      .run = run};
}

}  // namespace skyhold
