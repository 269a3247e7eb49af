#include "cli/command.h"
#include "cli/json_reports.h"
#include "cli/open.h"
#include "cli/options.h"
#include "cli/text_reports.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_snapshots(app, parameters);
  options::add_stores(app, parameters);
  options::add_key_file(app, parameters);
  options::add_retention(app, parameters);
}

Status check(const Parameters& parameters) {
  for (const std::string& snapshot : parameters.snapshots) TRY(check_snapshot_text(snapshot));
  const bool has_rules = parameters.keep_daily || parameters.keep_weekly || parameters.keep_monthly;
  if (has_rules && !parameters.snapshots.empty()) {
    return fail(ErrorCode::kInvalidArgument, "both rules (--keep-…) and snapshots were given",
                "forget either by rules or by name, one after the other");
  }
  return {};
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext& context) {
  const auto repository = TRY(open_repository(parameters, context));
  const ForgetOptions options{.policy = retention_policy(parameters),
                              .snapshots = parameters.snapshots,
                              .dry_run = parameters.dry_run,
                              .time_zone = parameters.time_zone};
  const std::vector<ForgetDecision> decisions = TRY(run_forget(*repository, options));
  CommandOutcome outcome;
  outcome.output = parameters.json ? forget_json(decisions, options.dry_run)
                                   : forget_text(decisions, options.dry_run, context.clock.now());
  // A copy that did not hear of it still has the backup.
  if (!options.dry_run) outcome.shortfall = copies_shortfall(*repository);
  return outcome;
}

}  // namespace

Command repo_forget_command() {
  return {
      .group = "repo",
      .name = "forget",
      .summary = "remove backups by the retention rules, or by name",
      .description =
          "Removes backups from every copy. Without SNAPSHOT the rules decide, for each branch by itself: "
          "the newest backup of each of the last 7 days, 4 weeks and 2 months that have one is kept. Days, "
          "weeks and months without a backup do not count. A branch's newest good backup is never "
          "removed.\n\n"
          "The report says of each backup what keeps it. The space of what is removed is given back by "
          "`skyhold repo prune`.",
      .examples = {"See what the rules would do:",
                   "  skyhold repo forget --store file:///backup/a --store file:///backup/b \\",
                   "      --key-file /etc/skyhold/master.key --keep-daily 14 --dry-run", "Remove one backup:",
                   "  skyhold repo forget 1a2b3c4d --store file:///backup/a --store file:///backup/b \\",
                   "      --key-file /etc/skyhold/master.key"},
      .define = define,
      .check = check,
      .run = run};
}

}  // namespace skyhold
