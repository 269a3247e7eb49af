// When branches are backed up or refreshed by themselves.
#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define_add(CLI::App& app, Parameters& parameters) {
  options::add_argument(
      app, "CRON", parameters.api.cron,
      "Minute, hour, day, month and weekday in platform time: \"0 1 * * *\" is every day at "
      "01:00.");
  options::add_text(app, "--branch", parameters.api.branch, "NAME", "The branch.", true);
  options::add_text(app, "--refresh-from", parameters.api.refresh_from, "BRANCH",
                    "Instead of a backup: bring the branch up to date from this one, neutralized.");
  options::add_project_and_service(app, parameters);
}

void define_remove(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "SCHEDULE", parameters.api.id, "Its id, as `skyhold schedule list` shows it.");
  options::add_project_and_service(app, parameters);
}

std::string schedules_path(const Parameters& parameters) {
  return api_path("/projects/", parameters.api.project, "/schedules");
}

Outcome run_add(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  ApiObject body;
  body.set("branch", parameters.api.branch).set("cron", parameters.api.cron);
  body.set_unless_empty("refresh_source", parameters.api.refresh_from);
  const ApiReply made = TRY(api.create(schedules_path(parameters), body));
  return answered(parameters, made,
                  fmt::format("Schedule {}: {} {}, next at {}.\n", printable(made.json.text("id")),
                              printable(made.json.text("branch")), printable(made.json.text("words")),
                              api_time(made.json, "next_run_at")));
}

Outcome run_list(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(api.get(schedules_path(parameters)));
  Table table({{"schedule"}, {"branch"}, {"what"}, {"when"}, {"next"}});
  for (const ApiJson& schedule : list.json["items"].items()) {
    const std::string source = schedule.text("refresh_source");
    table.add({schedule.text("id"), schedule.text("branch"),
               source.empty() ? "backup" : fmt::format("refresh from {}", source), schedule.text("words"),
               schedule.flag("enabled") ? api_time(schedule, "next_run_at") : "off"});
  }
  return answered(parameters, list, table.empty() ? "The project has no schedule.\n" : table.text());
}

Outcome run_remove(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply done = TRY(api.remove(api_path(schedules_path(parameters) + "/", parameters.api.id)));
  return answered(parameters, done, fmt::format("Schedule {} is deleted.\n", printable(parameters.api.id)));
}

}  // namespace

std::vector<Command> schedule_commands() {
  return {
      {.group = "schedule",
       .name = "add",
       .summary = "back a branch up, or refresh it, at certain times",
       .description =
           "Production is backed up every day by the platform's own schedule; this is for more. Times are in "
           "the platform's time zone; days on which the clock changes neither skip nor double a run.",
       .examples = {"Staging on Sundays:",
                    "  skyhold schedule add \"30 2 * * 0\" --branch staging --project acme",
                    "A fresh copy of production each Monday:",
                    "  skyhold schedule add \"0 5 * * 1\" --branch staging --project acme \\",
                    "      --refresh-from production"},
       .define = define_add,
       .run = run_add},
      {.group = "schedule",
       .name = "list",
       .summary = "what runs by itself in a project, and when next",
       .description = "*production stands for the project's production branch, whatever its name.",
       .examples = {"All of a project:", "  skyhold schedule list --project acme",
                    "For a script:", "  skyhold schedule list --project acme --json"},
       .define = options::add_project_and_service,
       .run = run_list},
      {.group = "schedule",
       .name = "remove",
       .summary = "delete a schedule",
       .description = "What it has begun goes on.",
       .examples = {"One:", "  skyhold schedule remove sc_0k3v9x1m2q --project acme",
                    "In a script:", "  skyhold schedule remove sc_0k3v9x1m2q --project acme --json"},
       .define = define_remove,
       .run = run_remove},
  };
}

}  // namespace skyhold
