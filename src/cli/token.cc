// API tokens for scripts. Only the person may have them made: a token cannot make another.
#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"
#include "cli/sign_in.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

void define_list(CLI::App& app, Parameters& parameters) {
  options::add_sign_in(app, parameters);
  options::add_service(app, parameters);
}

void define_create(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "NAME", parameters.api.name, "What it is for.");
  options::add_choice(app, "--role", parameters.api.role, {"user", "admin", "operator"},
                      "The most that it may do, and never more than you may.", true);
  options::add_project_flag(app, parameters, false);
  options::add_count(app, "--expires", parameters.api.expires_days, "DAYS", 1, 3650,
                     "For how many days it serves. Default: 90.");
  define_list(app, parameters);
}

void define_delete(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "TOKEN", parameters.api.id, "Its id, as `skyhold token list` shows it.");
  define_list(app, parameters);
}

Outcome run_create(const Parameters& parameters, CommandContext& context) {
  SignedIn session = TRY(sign_in(parameters, "", context));
  ApiObject wanted;
  wanted.set("name", parameters.api.name).set("role", parameters.api.role);
  wanted.set_unless_empty("project", parameters.api.project);
  wanted.set("expires_at", format_rfc3339(std::chrono::floor<std::chrono::seconds>(context.clock.now()) +
                                          std::chrono::hours(24) * parameters.api.expires_days));
  const auto made = session.api.create("/me/tokens", wanted);
  sign_out(session);
  if (!made) return fail(made.error());
  return answered(parameters, *made,
                  fmt::format("Shown once; keep it where the script finds it, as SKYHOLD_TOKEN:\n{}\n",
                              made->json.text("secret")));
}

Outcome run_list(const Parameters& parameters, CommandContext& context) {
  SignedIn session = TRY(sign_in(parameters, "", context));
  const auto list = session.api.get("/me/tokens");
  sign_out(session);
  if (!list) return fail(list.error());
  Table table({{"token"}, {"name"}, {"role"}, {"project"}, {"expires"}, {"last used"}});
  for (const ApiJson& token : list->json["items"].items()) {
    table.add({token.text("id"), token.text("name"), token.text("role"), or_dash(token.text("project")),
               api_time(token, "expires_at"), api_age(token, "last_used_at", context.clock.now())});
  }
  return answered(parameters, *list, table.empty() ? "There is no token.\n" : table.text());
}

Outcome run_delete(const Parameters& parameters, CommandContext& context) {
  SignedIn session = TRY(sign_in(parameters, "", context));
  const auto done = session.api.remove(api_path("/me/tokens/", parameters.api.id));
  sign_out(session);
  if (!done) return fail(done.error());
  return answered(parameters, *done, fmt::format("Token {} is revoked.\n", printable(parameters.api.id)));
}

}  // namespace

std::vector<Command> token_commands() {
  return {
      {.group = "token",
       .name = "create",
       .summary = "make an API token for a script",
       .description =
           "Asks for your password, as a token cannot make another. The token is shown once. It may do no "
           "more than its role, in its project when one is named, and never more than you may. "
           "SKYHOLD_PROJECT names the project too.",
       .examples =
           {"For a script that backs up one project:",
            "  skyhold token create nightly-export --role admin --project acme --expires 365",
            "For monitoring, without a terminal:",
            "  skyhold token create monitoring --role user --user ann --password-stdin < password.txt"},
       .define = define_create,
       .check = check_sign_in,
       .run = run_create},
      {.group = "token",
       .name = "list",
       .summary = "your API tokens",
       .description = "Asks for your password. Those of `skyhold login` are named after you and the machine.",
       .examples = {"All of yours:", "  skyhold token list",
                    "Without a terminal:", "  skyhold token list --user ann --password-stdin < password.txt"},
       .define = define_list,
       .check = check_sign_in,
       .run = run_list},
      {.group = "token",
       .name = "delete",
       .summary = "revoke an API token",
       .description = "Asks for your password. From now on the token is refused.",
       .examples = {"One:", "  skyhold token delete tk_0k3v9x1m2q8rz7t5w4n6", "Without a terminal:",
                    "  skyhold token delete tk_0k3v9x1m2q8rz7t5w4n6 --user ann --password-stdin \\",
                    "      < password.txt"},
       .define = define_delete,
       .check = check_sign_in,
       .run = run_delete},
  };
}

}  // namespace skyhold
