// What is kept, until when and why.
#include <fmt/format.h>

#include "base/human.h"
#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define_rules(CLI::App& app, Parameters& parameters) {
  ApiParameters& rules = parameters.api;
  options::add_count(app, "--keep-daily", rules.keep_daily, "DAYS", 1, 1000,
                     "The newest backup of so many days.");
  options::add_count(app, "--keep-weekly", rules.keep_weekly, "WEEKS", 0, 1000, "Of so many weeks.");
  options::add_count(app, "--keep-monthly", rules.keep_monthly, "MONTHS", 0, 1000, "Of so many months.");
  options::add_count(app, "--manual-days", rules.manual_days, "DAYS", 0, 36500,
                     "Manual backups for so long; 0: until they are deleted.");
  options::add_count(app, "--imported-days", rules.imported_days, "DAYS", 0, 36500,
                     "Imported ones for so long; 0: until they are deleted.");
  options::add_count(app, "--safety-days", rules.safety_days, "DAYS", 0, 36500,
                     "Those taken before a restore for so long; 0: until they are deleted.");
  options::add_project_and_service(app, parameters);
}

Status check_rules(const Parameters& parameters) {
  const ApiParameters& given = parameters.api;
  if (given.keep_daily || given.keep_weekly || given.keep_monthly || given.manual_days ||
      given.imported_days || given.safety_days) {
    return {};
  }
  return fail(ErrorCode::kInvalidArgument, "no rule was named",
              "give at least one: --keep-daily, --keep-weekly, --keep-monthly, --manual-days, …");
}

std::string retention_path(const Parameters& parameters) {
  return api_path("/projects/", parameters.api.project, "/retention");
}

// The rules in force with those that were named laid over them: what is not named stays.
Result<ApiObject> changed_rules(ApiClient& api, const Parameters& parameters) {
  const ApiReply now = TRY(api.get(retention_path(parameters)));
  const ApiParameters& given = parameters.api;
  ApiObject rules;
  const auto set = [&](const char* key, const std::optional<int>& value) {
    if (value) rules.set(key, *value);
    if (!value && !now.json["rules"][key].is_null()) rules.set(key, now.json["rules"].integer(key));
  };
  set("keep_daily", given.keep_daily);
  set("keep_weekly", given.keep_weekly);
  set("keep_monthly", given.keep_monthly);
  set("manual_days", given.manual_days);
  set("imported_days", given.imported_days);
  set("safety_days", given.safety_days);
  return rules;
}

std::string rules_text(const ApiJson& rules) {
  const auto days = [&](const char* key) {
    const std::uint64_t count = rules.count(key);
    return count == 0 ? "until deleted" : counted(count, "day", "days");
  };
  return fmt::format("Kept: {} daily, {} weekly, {} monthly; manual {}, imported {}, safety {}.\n",
                     rules.integer("keep_daily"), rules.integer("keep_weekly"), rules.integer("keep_monthly"),
                     days("manual_days"), days("imported_days"), days("safety_days"));
}

std::string kept_table(const ApiJson& backups) {
  Table table({{"backup"}, {"branch"}, {"at"}, {"kind"}, {"as"}, {"until"}});
  for (const ApiJson& kept : backups.items()) {
    const bool forever = kept.flag("keep") && kept["kept_until"].is_null();
    table.add({kept.text("backup"), kept.text("branch"), api_time(kept, "at"), kept.text("kind"),
               kept.flag("keep") ? or_dash(joined(kept.texts("tiers"), ", ")) : "not kept",
               forever ? "deleted" : api_time(kept, "kept_until")});
  }
  return table.empty() ? "" : "\n" + table.text();
}

std::string retention_text(const ApiJson& retention) {
  return rules_text(retention["rules"]) + kept_table(retention["backups"]);
}

Outcome run_show(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply retention = TRY(api.get(retention_path(parameters)));
  return answered(parameters, retention, retention_text(retention.json));
}

Outcome run_set(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiObject rules = TRY(changed_rules(api, parameters));
  const ApiReply retention = TRY(api.put(retention_path(parameters), rules));
  return answered(parameters, retention, retention_text(retention.json));
}

Outcome run_preview(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiObject rules = TRY(changed_rules(api, parameters));
  const ApiReply preview = TRY(api.post(retention_path(parameters) + "/preview", rules));
  const std::size_t deleted = preview.json["deleted"].items().size();
  return answered(parameters, preview,
                  rules_text(preview.json["rules"]) +
                      (deleted == 0 ? "Nothing that is kept now would go.\n"
                                    : fmt::format("{} that is kept now would go:\n",
                                                  counted(deleted, "backup", "backups"))) +
                      kept_table(preview.json["deleted"]));
}

}  // namespace

std::vector<Command> retention_commands() {
  return {
      {.group = "retention",
       .name = "show",
       .summary = "a project's rules, and what they say of each backup",
       .description =
           "The newest good backup of a branch is never deleted, whatever the rules say, nor a pinned one.",
       .examples = {"A project's:", "  skyhold retention show --project acme",
                    "For a script:", "  skyhold retention show --project acme --json"},
       .define = options::add_project_and_service,
       .run = run_show},
      {.group = "retention",
       .name = "set",
       .summary = "change a project's rules",
       .description =
           "Rules that are not named stay. They hold from their next run on: `skyhold retention preview` "
           "says before what would go.",
       .examples = {"Two weeks of days:", "  skyhold retention set --project acme --keep-daily 14",
                    "Manual ones for a year:", "  skyhold retention set --project acme --manual-days 365"},
       .define = define_rules,
       .check = check_rules,
       .run = run_set},
      {.group = "retention",
       .name = "preview",
       .summary = "say what other rules would delete, and change nothing",
       .description = "Takes the same flags as `skyhold retention set`.",
       .examples =
           {"With fewer days:", "  skyhold retention preview --project acme --keep-daily 3",
            "How many would go:",
            "  skyhold retention preview --project acme --keep-daily 3 --json | jq '.deleted | length'"},
       .define = define_rules,
       .check = check_rules,
       .run = run_preview},
  };
}

}  // namespace skyhold
