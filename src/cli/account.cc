// Accounts of the platform, for its operators.
#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/api_work.h"
#include "cli/format.h"

namespace skyhold {
namespace {

using Outcome = Result<CommandOutcome>;

constexpr int kMostFound = 500;

void define_name(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "NAME", parameters.api.name, "The account's name.");
  options::add_service(app, parameters);
}

void define_create(CLI::App& app, Parameters& parameters) {
  options::add_text(app, "--display-name", parameters.api.display_name, "TEXT", "What people read.");
  options::add_switch(app, "--operator", parameters.api.is_operator, "Who runs the platform.");
  define_name(app, parameters);
}

void define_list(CLI::App& app, Parameters& parameters) {
  options::add_text(app, "--search", parameters.api.search, "TEXT", "With this in the name.");
  options::add_list(app, parameters);
  options::add_service(app, parameters);
}

// The API wants the account's id; people know names.
Result<std::string> account_path(ApiClient& api, const std::string& name) {
  const ApiReply list = TRY(api.list("/accounts", {{"search", name}}, kMostFound));
  for (const ApiJson& account : list.json["items"].items()) {
    if (account.text("name") == name) return api_path("/accounts/", account.text("id"));
  }
  return fail(ErrorCode::kNotFound, fmt::format("there is no account {}", name),
              "see `skyhold account list`");
}

Outcome run_create(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  ApiObject wanted;
  wanted.set("name", parameters.api.name).set_given("display_name", parameters.api.display_name);
  if (parameters.api.is_operator) wanted.set("operator", true);
  const ApiReply made = TRY(api.create("/accounts", wanted));
  return answered(parameters, made,
                  fmt::format("Account {} is there. Its password, shown once and good for one time: {}\n",
                              printable(parameters.api.name), made.json.text("one_time_password")));
}

Outcome run_list(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const ApiReply list = TRY(
      api.list("/accounts", {{"search", parameters.api.search}}, parameters.api.limit, parameters.api.after));
  Table table({{"name"}, {"display name"}, {"role"}, {"state"}, {"second factor"}, {"last sign-in"}});
  for (const ApiJson& account : list.json["items"].items()) {
    table.add({account.text("name"), or_dash(account.text("display_name")),
               account.flag("operator") ? "operator" : "-", account.flag("enabled") ? "enabled" : "disabled",
               account.flag("has_totp") ? "yes" : "no",
               api_age(account, "last_sign_in_at", context.clock.now())});
  }
  const std::string text = table.empty() ? "There is no such account.\n" : table.text();
  return answered(parameters, list, text + more_text(list.json));
}

Outcome set_enabled(const Parameters& parameters, CommandContext& context, bool enabled) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string path = TRY(account_path(api, parameters.api.name));
  const ApiReply account = TRY(api.patch(path, ApiObject().set("enabled", enabled)));
  return answered(parameters, account,
                  fmt::format("Account {} is {}.\n", printable(parameters.api.name),
                              enabled ? "enabled" : "disabled: its sessions and tokens are refused"));
}

Outcome run_disable(const Parameters& parameters, CommandContext& context) {
  return set_enabled(parameters, context, false);
}

Outcome run_enable(const Parameters& parameters, CommandContext& context) {
  return set_enabled(parameters, context, true);
}

Outcome run_reset(const Parameters& parameters, CommandContext& context) {
  ApiClient api = TRY(open_api(parameters, context.cancel));
  const std::string path = TRY(account_path(api, parameters.api.name));
  const ApiReply made = TRY(api.post(path + "/password"));
  return answered(parameters, made,
                  fmt::format("The new password of {}, shown once and good for one time: {}\n",
                              printable(parameters.api.name), made.json.text("one_time_password")));
}

}  // namespace

std::vector<Command> account_commands() {
  return {
      {.group = "account",
       .name = "create",
       .summary = "make an account with a one-time password",
       .description =
           "The password is shown once, for you to hand on; it is changed at the first sign-in. To bring "
           "somebody into one project, `skyhold member add` does it all at once. For operators.",
       .examples = {"Somebody:", "  skyhold account create ann --display-name \"Ann A.\"",
                    "Somebody who runs the platform too:", "  skyhold account create olaf --operator"},
       .define = define_create,
       .run = run_create},
      {.group = "account",
       .name = "list",
       .summary = "the accounts of the platform",
       .description = "By name, a hundred at a time. For operators.",
       .examples = {"All:", "  skyhold account list", "Some:", "  skyhold account list --search ann"},
       .define = define_list,
       .run = run_list},
      {.group = "account",
       .name = "disable",
       .summary = "refuse an account, its sessions and its tokens",
       .description = "Memberships stay, for when it is enabled again. For operators.",
       .examples = {"Somebody who left:", "  skyhold account disable bob",
                    "In a script:", "  skyhold account disable bob --json"},
       .define = define_name,
       .run = run_disable},
      {.group = "account",
       .name = "enable",
       .summary = "let a disabled account in again",
       .description = "With the memberships that it had. For operators.",
       .examples = {"Somebody who came back:", "  skyhold account enable bob",
                    "In a script:", "  skyhold account enable bob --json"},
       .define = define_name,
       .run = run_enable},
      {.group = "account",
       .name = "reset-password",
       .summary = "give a one-time password to somebody who lost theirs",
       .description =
           "Also takes the second factor out of force, and ends the account's sessions. For operators.",
       .examples = {"Somebody:", "  skyhold account reset-password ann",
                    "In a script:", "  skyhold account reset-password ann --json | jq -r .one_time_password"},
       .define = define_name,
       .run = run_reset},
  };
}

}  // namespace skyhold
