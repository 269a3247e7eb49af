// Projects: what belongs together, and whether it is safe.
#include <fmt/format.h>

#include "base/human.h"
#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define_name(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "PROJECT", parameters.api.name, "The project's name.");
  options::add_service(app, parameters);
}

void define_create(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "PROJECT", parameters.api.name,
                        "Its name: a-z, 0-9 and -, at most 63; for good.");
  options::add_text(app, "--title", parameters.api.title, "TEXT", "What people read. Default: the name.");
  options::add_text(app, "--region", parameters.api.region, "NAME",
                    "The region whose stores hold its copies. Default: the only one.");
  options::add_service(app, parameters);
}

void define_list(CLI::App& app, Parameters& parameters) {
  options::add_text(app, "--search", parameters.api.search, "TEXT", "With this in the name or title.");
  options::add_choice(app, "--health", parameters.api.health,
                      {"safe", "at_risk", "unprotected", "paused", "new"}, "In this state.");
  options::add_choice(app, "--sort", parameters.api.sort, {"name", "health", "last_good", "stored_bytes"},
                      "By name; or first the worst, those whose last good backup is oldest, or the largest. "
                      "Default: name.");
  options::add_list(app, parameters);
  options::add_service(app, parameters);
}

void define_delete(CLI::App& app, Parameters& parameters) {
  define_name(app, parameters);
  options::add_confirm(app, parameters, "the project's name");
}

void define_pause(CLI::App& app, Parameters& parameters) {
  define_name(app, parameters);
  options::add_text(app, "--reason", parameters.api.reason, "TEXT", "Why; shown wherever the project is.");
}

std::string project_text(const ApiJson& project, Instant now) {
  Table facts({{""}, {""}});
  const ApiJson health = project["health"];
  add_fact(facts, "project", project.text("name"));
  add_fact(facts, "title", project.text("title"));
  add_fact(facts, "health", fmt::format("{}: {}", api_words(health.text("state")), health.text("sentence")));
  for (const ApiJson& reason : health["reasons"].items()) add_fact(facts, "", reason.text("text"));
  add_fact(facts, "region", project.text("region"));
  add_fact(facts, "production", project.text("production_branch"));
  add_fact(facts, "last good", api_age(health, "last_good_at", now));
  add_fact(facts, "last checked", api_age(health, "last_verified_at", now));
  add_fact(facts, "next backup", api_time(health, "next_run_at"));
  add_fact(facts, "objective",
           fmt::format("a good backup every {}", counted(project.count("objective_hours"), "hour", "hours")));
  add_fact(facts, "backups",
           fmt::format("{}, {} in one copy", human_count(project.count("backup_count")),
                       human_bytes(project.count("stored_bytes"))));
  if (!project["copies"].items().empty()) add_fact(facts, "copies", copies_text(project["copies"]));
  if (project.flag("paused"))
    add_fact(facts, "paused", project.text("paused_reason").empty() ? "yes" : project.text("paused_reason"));
  for (const ApiJson& job : project["active_jobs"].items()) {
    add_fact(facts, job.text("kind"), fmt::format("{}, {}", job.text("id"), job.text("state")));
  }
  return facts.text();
}

Outcome run_create(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  ApiObject wanted;
  wanted.set("name", parameters.api.name);
  wanted.set_given("title", parameters.api.title).set_given("region", parameters.api.region);
  const ApiReply made = TRY(api.create("/projects", wanted));
  const std::string name = made.json.text("name");
  return answered(parameters, made,
                  fmt::format("Project {} is there, with a repository in every store of region {}.\n"
                              "Next: `skyhold branch add production --project {} --type production …`\n",
                              name, made.json.text("region"), name));
}

Outcome run_list(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(api.list(
      "/projects",
      {{"search", parameters.api.search}, {"health", parameters.api.health}, {"sort", parameters.api.sort}},
      parameters.api.limit, parameters.api.after));
  Table table(
      {{"project"}, {"health"}, {"last good"}, {"backups", Align::kRight}, {"stored", Align::kRight}});
  for (const ApiJson& project : list.json["items"].items()) {
    table.add({project.text("name"), api_words(project["health"].text("state")),
               api_age(project["health"], "last_good_at", context.clock.now()),
               human_count(project.count("backup_count")), human_bytes(project.count("stored_bytes"))});
  }
  const std::string text = table.empty() ? "There is no such project.\n" : table.text();
  return answered(parameters, list, text + more_text(list.json));
}

Outcome run_show(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply project = TRY(api.get(api_path("/projects/", parameters.api.name)));
  return answered(parameters, project, project_text(project.json, context.clock.now()));
}

Outcome run_delete(const Parameters& parameters, CommandContext& context) {
  const std::string& name = parameters.api.name;
  ApiClient api = TRY(open_api(parameters, context.cancel));
  TRY(confirm_by_name(name, fmt::format("Project {} leaves the catalog; its copies stay in the stores", name),
                      parameters, context));
  const ApiReply done = TRY(api.remove(api_path("/projects/", name), {{"confirm", name}}));
  return answered(
      parameters, done,
      fmt::format("Project {} is out of the catalog. Its copies stay in the stores.\n", printable(name)));
}

Outcome set_paused(const Parameters& parameters, CommandContext& context, bool paused) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  ApiObject change;
  change.set("paused", paused).set_given("paused_reason", parameters.api.reason);
  const ApiReply project = TRY(api.patch(api_path("/projects/", parameters.api.name), change));
  return answered(parameters, project,
                  fmt::format("Project {} is {}.\n", printable(parameters.api.name),
                              paused ? "paused: no schedule of it runs" : "going on by its schedules"));
}

Outcome run_pause(const Parameters& parameters, CommandContext& context) {
  return set_paused(parameters, context, true);
}

Outcome run_resume(const Parameters& parameters, CommandContext& context) {
  return set_paused(parameters, context, false);
}

}  // namespace

std::vector<Command> project_commands() {
  return {
      {.group = "project",
       .name = "create",
       .summary = "make a project, with a repository in every store of its region",
       .description =
           "A project is one customer's application: its branches, people, schedules and backups. For "
           "operators.",
       .examples = {"With a title:", "  skyhold project create acme --title Acme",
                    "In one of several regions:", "  skyhold project create acme --region europe-west1"},
       .define = define_create,
       .run = run_create},
      {.group = "project",
       .name = "list",
       .summary = "the projects that one may see, with their health",
       .description = "By name, a hundred at a time. `skyhold status` says in words what is wrong.",
       .examples = {"All, the worst first:", "  skyhold project list --sort health",
                    "Those at risk, for a script:", "  skyhold project list --health at_risk --json"},
       .define = define_list,
       .run = run_list},
      {.group = "project",
       .name = "show",
       .summary = "one project: its health and why, its copies, what runs",
       .description = "The health is that of the production branch against the project's objective.",
       .examples = {"A project:", "  skyhold project show acme", "When its last good backup was:",
                    "  skyhold project show acme --json | jq -r .health.last_good_at"},
       .define = define_name,
       .run = run_show},
      {.group = "project",
       .name = "delete",
       .summary = "take a project out of the catalog; its copies stay",
       .description =
           "Branches, schedules and members are forgotten; what lies in the stores is not touched, and opens "
           "with the recovery kit or the platform's master key. For operators.",
       .examples = {"Type its name when asked:", "  skyhold project delete acme",
                    "In a script:", "  skyhold project delete acme --confirm acme"},
       .define = define_delete,
       .run = run_delete},
      {.group = "project",
       .name = "pause",
       .summary = "let no schedule of a project run",
       .description =
           "Backups that people ask for are still made. The project's health says that it is paused.",
       .examples = {"During a move:", "  skyhold project pause acme --reason \"moves to new servers\"",
                    "And then again:", "  skyhold project resume acme"},
       .define = define_pause,
       .run = run_pause},
      {.group = "project",
       .name = "resume",
       .summary = "let a paused project's schedules run again",
       .description = "A run that was missed meanwhile is made up for once.",
       .examples = {"Go on:", "  skyhold project resume acme", "And back up now:",
                    "  skyhold project resume acme && skyhold backup create --project acme"},
       .define = define_name,
       .run = run_resume},
  };
}

}  // namespace skyhold
