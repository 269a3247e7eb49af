#include "cli/sign_in.h"

#include <fmt/format.h>

#include "base/log.h"

namespace skyhold {
namespace {

// Where answers come from: a person, or lines of standard input.
class Answers {
 public:
  Answers(Terminal& terminal, bool from_input) : terminal_(terminal), from_input_(from_input) {}

  Result<std::string> secret(const std::string& question) {
    return from_input_ ? terminal_.next_input_line() : terminal_.ask_secret(question);
  }
  Result<std::string> plain(const std::string& question) {
    return from_input_ ? terminal_.next_input_line() : terminal_.ask(question);
  }
  // Twice where a person types it unseen.
  Result<std::string> new_password() {
    if (from_input_) return terminal_.next_input_line();
    terminal_.say("The password was for one time. Choose your own.\n");
    std::string password = TRY(terminal_.ask_secret("New password: "));
    if (TRY(terminal_.ask_secret("Again: ")) == password) return password;
    return fail(ErrorCode::kInvalidArgument, "the two new passwords differ: the old one stays",
                "run `skyhold login` again");
  }

 private:
  Terminal& terminal_;
  const bool from_input_;
};

bool is_this_machine(const std::string& url) {
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
    const std::string start = fmt::format("http://{}", host);
    if (url == start || url.starts_with(start + ":") || url.starts_with(start + "/")) return true;
  }
  return false;
}

Result<std::string> user_name(const Parameters& parameters, const std::string& url, Answers& answers) {
  if (!parameters.api.user.empty()) return parameters.api.user;
  const auto file = TRY(saved_sign_in_path(parameters.environment));
  const auto saved = TRY(load_sign_in(file));
  const std::string last = saved && saved->url == url ? saved->user : std::string();
  const std::string typed =
      TRY(answers.plain(last.empty() ? fmt::format("Name at {}: ", url) : fmt::format("Name [{}]: ", last)));
  return typed.empty() ? last : typed;
}

Status change_one_time_password(ApiClient& api, const std::string& password, Answers& answers) {
  ApiObject change;
  change.set("current", password).set("fresh", TRY(answers.new_password()));
  TRY(api.put("/me/password", change));
  return {};
}

}  // namespace

Result<SignedIn> sign_in(const Parameters& parameters, const std::string& server, CommandContext& context) {
  const ApiPlace place = TRY(sign_in_place(parameters, server));
  if (place.url.starts_with("http://") && !is_this_machine(place.url)) {
    context.progress.warn("the password travels unencrypted: use an https:// address");
  }
  Answers answers(context.terminal, parameters.api.password_stdin);
  const std::string name = TRY(user_name(parameters, place.url, answers));
  const std::string password = TRY(answers.secret(fmt::format("Password of {}: ", name)));
  ApiClient api(place, context.cancel);
  ApiReply session = TRY(api.post("/session", ApiObject().set("name", name).set("password", password)));
  api.use_csrf_token(session.json.text("csrf_token"));
  if (session.json.flag("needs_totp")) {
    const std::string code = TRY(answers.plain("Code of the second factor: "));
    session = TRY(api.post("/session/totp", ApiObject().set("code", code)));
    api.use_csrf_token(session.json.text("csrf_token"));
  }
  const ApiJson account = session.json["account"];
  if (account.flag("must_change_password")) TRY(change_one_time_password(api, password, answers));
  return SignedIn{std::move(api), account, place.url, place.ca_file};
}

void sign_out(SignedIn& session) {
  const auto ended = session.api.remove("/session");
  if (!ended) log::debug("the session stays until it ends by itself: {}", ended.error().message);
}

Status check_sign_in(const Parameters& parameters) {
  if (!parameters.api.password_stdin || !parameters.api.user.empty()) return {};
  return fail(ErrorCode::kInvalidArgument, "--password-stdin needs --user", "add --user NAME");
}

}  // namespace skyhold
