// People of a project.
#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define_add(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "NAME", parameters.api.name,
                        "The person's account; it is made when there is none.");
  options::add_choice(app, "--role", parameters.api.role, {"user", "admin"},
                      "user sees that backups exist and are healthy; admin does every operation.", true);
  options::add_text(app, "--display-name", parameters.api.display_name, "TEXT", "Of a new account.");
  options::add_project_and_service(app, parameters);
}

void define_remove(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "NAME", parameters.api.name, "The person's account.");
  options::add_project_and_service(app, parameters);
}

std::string members_path(const Parameters& parameters) {
  return api_path("/projects/", parameters.api.project, "/members");
}

Outcome run_add(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  ApiObject body;
  body.set("name", parameters.api.name).set("role", parameters.api.role);
  body.set_given("display_name", parameters.api.display_name);
  const ApiReply made = TRY(api.create(members_path(parameters), body));
  std::string text = fmt::format("{} is {} of project {}.\n", printable(made.json["member"].text("name")),
                                 made.json["member"].text("role"), printable(parameters.api.project));
  if (const std::string password = made.json.text("one_time_password"); !password.empty()) {
    text += fmt::format("The account is new. Its password, shown once and good for one time: {}\n", password);
  }
  return answered(parameters, made, text);
}

Outcome run_list(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(api.get(members_path(parameters)));
  Table table({{"name"}, {"role"}, {"display name"}, {"since"}});
  for (const ApiJson& member : list.json["items"].items()) {
    table.add({member.text("name"), member.text("role"), or_dash(member.text("display_name")),
               api_time(member, "since")});
  }
  return answered(parameters, list, table.empty() ? "The project has no members.\n" : table.text());
}

// The API wants the account's id; people know names.
Outcome run_remove(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(api.get(members_path(parameters)));
  for (const ApiJson& member : list.json["items"].items()) {
    if (member.text("name") != parameters.api.name) continue;
    const ApiReply done =
        TRY(api.remove(api_path(members_path(parameters) + "/", member.text("account_id"))));
    return answered(parameters, done,
                    fmt::format("{} is no longer in project {}.\n", printable(parameters.api.name),
                                printable(parameters.api.project)));
  }
  return fail(ErrorCode::kNotFound,
              fmt::format("project {} has no member {}", parameters.api.project, parameters.api.name),
              fmt::format("see `skyhold member list --project {}`", parameters.api.project));
}

}  // namespace

std::vector<Command> member_commands() {
  return {
      {.group = "member",
       .name = "add",
       .summary = "bring a person into a project, or change the role",
       .description =
           "When nobody has an account of that name, one is made; its one-time password is shown once, for "
           "you to hand on. For administrators of the project.",
       .examples = {"Somebody who may restore:", "  skyhold member add ann --project acme --role admin",
                    "Somebody who may look:",
                    "  skyhold member add bob --project acme --role user --display-name \"Bob B.\""},
       .define = define_add,
       .run = run_add},
      {.group = "member",
       .name = "list",
       .summary = "the people of a project",
       .description = "Operators of the platform may do everything, and are not listed.",
       .examples = {"All of a project:", "  skyhold member list --project acme",
                    "For a script:", "  skyhold member list --project acme --json"},
       .define = options::add_project_and_service,
       .run = run_list},
      {.group = "member",
       .name = "remove",
       .summary = "take a person out of a project",
       .description = "The account stays, with what it may do elsewhere.",
       .examples = {"Somebody who left:", "  skyhold member remove bob --project acme",
                    "In a script:", "  skyhold member remove bob --project acme --json"},
       .define = define_remove,
       .run = run_remove},
  };
}

}  // namespace skyhold
