// Coming and going: login leaves a token for the commands that follow, logout takes it away.
#include <unistd.h>

#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "base/log.h"
#include "cli/api_options.h"
#include "cli/api_text.h"
#include "cli/command.h"
#include "cli/format.h"
#include "cli/json_reports.h"
#include "cli/sign_in.h"

namespace skyhold {
namespace {

void define_login(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "URL", parameters.api.server,
                        "The service's address. Default: --url, SKYHOLD_URL, where one signed in last, else "
                        "http://127.0.0.1:8470.",
                        false);
  options::add_sign_in(app, parameters);
  options::add_count(app, "--expires", parameters.api.expires_days, "DAYS", 1, 3650,
                     "For how many days the token serves. Default: 90.");
  options::add_service(app, parameters);
}

void define_logout(CLI::App& app, Parameters& parameters) {
  options::add_service(app, parameters);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "this machine";
  return name.data();
}

// Also for commands that run elsewhere.
std::string absolute(const std::string& path) {
  std::error_code problem;
  const auto whole = path.empty() ? std::filesystem::path() : std::filesystem::absolute(path, problem);
  return problem ? path : whole.string();
}

Result<SavedSignIn> new_token(SignedIn& session, const Parameters& parameters, Instant now) {
  const std::string user = session.account.text("name");
  const Instant end =
      std::chrono::floor<std::chrono::seconds>(now) + std::chrono::hours(24) * parameters.api.expires_days;
  ApiObject wanted;
  wanted.set("name", fmt::format("{} on {}", user, host_name()));
  wanted.set("role", session.account.flag("operator") ? "operator" : "admin");
  wanted.set("expires_at", format_rfc3339(end));
  const ApiReply made = TRY(session.api.create("/me/tokens", wanted));
  return SavedSignIn{.url = session.url,
                     .user = user,
                     .token = made.json.text("secret"),
                     .token_id = made.json["token"].text("id"),
                     .expires_at = format_rfc3339(end),
                     .ca_file = absolute(session.ca_file)};
}

// The token that the new one takes the place of. It may be gone already.
void revoke_last(SignedIn& session, const std::optional<SavedSignIn>& last) {
  if (!last || last->url != session.url || last->user != session.account.text("name")) return;
  const auto revoked = session.api.remove(api_path("/me/tokens/", last->token_id));
  if (!revoked) log::debug("the last token stays: {}", revoked.error().message);
}

Result<CommandOutcome> run_login(const Parameters& parameters, CommandContext& context) {
  const auto file = TRY(saved_sign_in_path(parameters.environment));
  const std::optional<SavedSignIn> last = TRY(load_sign_in(file));
  SignedIn session = TRY(sign_in(parameters, parameters.api.server, context));
  const SavedSignIn saved = TRY(new_token(session, parameters, context.clock.now()));
  TRY(save_sign_in(file, saved));
  revoke_last(session, last);
  sign_out(session);
  if (parameters.json) {
    return CommandOutcome{strings_json({{"url", saved.url},
                                        {"user", saved.user},
                                        {"token_id", saved.token_id},
                                        {"expires_at", saved.expires_at},
                                        {"credentials_file", file.string()}}),
                          {}};
  }
  return CommandOutcome{fmt::format("Signed in at {} as {}, for {} days on this machine.\n", saved.url,
                                    printable(saved.user), parameters.api.expires_days),
                        {}};
}

Result<CommandOutcome> run_logout(const Parameters& parameters, CommandContext& context) {
  const auto file = TRY(saved_sign_in_path(parameters.environment));
  const std::optional<SavedSignIn> saved = TRY(load_sign_in(file));
  if (!saved) {
    return fail(ErrorCode::kNotFound, "nobody is signed in on this machine", "there is nothing to end");
  }
  const std::string ca_file = parameters.api.ca_file.empty() ? saved->ca_file : parameters.api.ca_file;
  ApiClient api({saved->url, saved->token, ca_file}, context.cancel);
  const auto revoked = api.remove(api_path("/me/tokens/", saved->token_id));
  TRY(remove_sign_in(file));
  CommandOutcome outcome;
  outcome.output = parameters.json ? strings_json({{"url", saved->url}, {"user", saved->user}})
                                   : fmt::format("Signed out of {}.\n", saved->url);
  // A token that is unknown by now, or has expired, is as good as revoked.
  const Result<Instant> expires_at = parse_rfc3339(saved->expires_at);
  const bool is_over = revoked || revoked.error().code == ErrorCode::kNotFound ||
                       (expires_at && *expires_at <= context.clock.now());
  if (!is_over) {
    outcome.shortfall =
        Error{ErrorCode::kDegraded,
              fmt::format("the token {} is forgotten here, but the service still honours it until {}: {}",
                          saved->token_id, saved->expires_at, revoked.error().message),
              fmt::format("revoke it with `skyhold token delete {}`, or on the dashboard", saved->token_id)};
  }
  return outcome;
}

}  // namespace

std::vector<Command> login_commands() {
  return {
      {.group = "",
       .name = "login",
       .summary = "sign in to a service, for the commands that follow",
       .description =
           "Asks for name and password on the terminal, and for the code of the second factor where the "
           "account has one. A one-time password is changed on the way. The password is not kept: an API "
           "token is made in its place and stored in $XDG_CONFIG_HOME/skyhold/credentials (by default "
           "~/.config/skyhold/credentials), for its owner alone.\n\n"
           "Scripts need no login: they set SKYHOLD_URL and SKYHOLD_TOKEN (`skyhold token create`).",
       .examples = {"To the service on this machine:", "  skyhold login", "To another, for a week:",
                    "  skyhold login https://backups.example.com --expires 7", "Without a terminal:",
                    "  skyhold login https://backups.example.com --user ann --password-stdin < password.txt"},
       .define = define_login,
       .check = check_sign_in,
       .run = run_login},
      {.group = "",
       .name = "logout",
       .summary = "forget the token of `skyhold login`",
       .description =
           "Revokes the token that `skyhold login` has made, and removes it from this machine. When the "
           "service cannot be told, the token is removed here all the same, and the report says so.",
       .examples = {"Leave:", "  skyhold logout", "With the outcome as JSON:", "  skyhold logout --json"},
       .define = define_logout,
       .run = run_logout},
  };
}

}  // namespace skyhold
