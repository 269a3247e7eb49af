// One's own account.
#include <fmt/format.h>

#include "api/account_json.h"
#include "api/routes.h"
#include "api/session_cookie.h"

namespace skyhold {
namespace {

ApiResult get_me(ApiCall& call) {
  return answer(to_json(call.who));
}

// What only the person may do, and no script that holds a token of theirs.
Outcome<void> require_session(const ApiCall& call) {
  if (!call.who.token) return {};
  return fail(Problem(403, "session_required", "an API token may not change the account that it belongs to",
                      "sign in and do it there"));
}

ApiResult update_me(ApiCall& call) {
  TRY(require_session(call));
  Account account = call.who.account;
  account.display_name = call.body.optional_text("display_name").value_or(account.display_name);
  account.locale = call.body.optional_text("locale").value_or(account.locale);
  TRY(call.services.access.update_account(account));
  call.who.account = TRY(call.services.access.account(account.id));
  return answer(to_json(call.who));
}

ApiResult change_password(ApiCall& call) {
  TRY(require_session(call));
  NewSession session = TRY(call.services.access.change_password_and_renew(call.who, call.body.text("current"),
                                                                          call.body.text("fresh")));
  ApiAnswer changed = no_content();
  changed.headers.push_back(set_session_cookie(session.cookie, call.request.secure));
  // The session goes on under a new cookie, and so under a new token.
  changed.headers.push_back({"X-CSRF-Token", session.principal.csrf_token});
  return changed;
}

ApiResult list_sessions(ApiCall& call) {
  TRY(require_session(call));
  return answer(item_list(TRY(call.services.access.sessions(call.who))));
}

ApiResult end_session(ApiCall& call) {
  TRY(require_session(call));
  call.audit.subject = call.parameter("id");
  TRY(call.services.access.end_session(call.who, call.parameter("id")));
  return no_content();
}

ApiResult begin_totp(ApiCall& call) {
  TRY(require_session(call));
  const Access::TotpSetup setup = TRY(call.services.access.begin_totp(call.who));
  JsonValue json = JsonValue::object();
  json.set("secret", setup.secret_base32).set("uri", setup.uri);
  return answer(std::move(json));
}

ApiResult enable_totp(ApiCall& call) {
  TRY(require_session(call));
  const std::vector<std::string> codes =
      TRY(call.services.access.enable_totp(call.who, call.body.text("code")));
  JsonValue json = JsonValue::object();
  json.set("recovery_codes", json_strings(codes));
  return answer(std::move(json));
}

ApiResult disable_totp(ApiCall& call) {
  TRY(require_session(call));
  TRY(call.services.access.disable_totp(call.who, call.body.text("password")));
  return no_content();
}

ApiResult list_tokens(ApiCall& call) {
  TRY(require_session(call));
  return answer(item_list(TRY(call.services.access.tokens(call.who))));
}

Role token_role(std::string_view text) {
  if (text == "operator") return Role::kOperator;
  return text == "admin" ? Role::kAdmin : Role::kUser;
}

ApiResult create_token(ApiCall& call) {
  TRY(require_session(call));
  ApiToken wanted;
  wanted.name = call.body.text("name");
  wanted.most = token_role(call.body.text("role"));
  wanted.project = call.body.text("project");
  call.audit.subject = fmt::format("token {}", wanted.name);
  if (const auto expires_at = call.body.optional_text("expires_at")) {
    wanted.expires_at = TRY(parse_rfc3339(*expires_at));
  }
  const Access::CreatedToken created = TRY(call.services.access.create_token(call.who, wanted));
  call.audit.subject = created.token.id;
  call.audit.project = created.token.project;
  JsonValue json = JsonValue::object();
  json.set("token", to_json(created.token)).set("secret", created.secret);
  return answer(std::move(json), 201);
}

// A token may end itself: so whoever leaves takes it along (`skyhold logout`).
ApiResult delete_token(ApiCall& call) {
  const bool itself = call.who.token && call.who.token->id == call.parameter("id");
  if (!itself) TRY(require_session(call));
  call.audit.subject = call.parameter("id");
  TRY(call.services.access.delete_token(call.who, call.parameter("id")));
  return no_content();
}

}  // namespace

void add_me_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  routes.push_back({.path = "/me",
                    .role = kSignedIn,
                    .operation = "getMe",
                    .handler = get_me,
                    .before_password_change = true});
  routes.push_back({.method = HttpMethod::kPatch,
                    .path = "/me",
                    .role = kSignedIn,
                    .operation = "updateMe",
                    .handler = update_me,
                    .action = "account.update",
                    .before_password_change = true});
  routes.push_back({.method = HttpMethod::kPut,
                    .path = "/me/password",
                    .role = kSignedIn,
                    .operation = "changePassword",
                    .handler = change_password,
                    .action = "account.password",
                    .before_password_change = true});
  routes.push_back({HttpMethod::kGet, "/me/sessions", kSignedIn, "listSessions", list_sessions});
  routes.push_back(
      {HttpMethod::kDelete, "/me/sessions/{id}", kSignedIn, "endSession", end_session, "session.end"});
  routes.push_back({HttpMethod::kPost, "/me/totp", kSignedIn, "beginTotp", begin_totp, "account.totp_begin"});
  routes.push_back(
      {HttpMethod::kPut, "/me/totp", kSignedIn, "enableTotp", enable_totp, "account.totp_enable"});
  routes.push_back(
      {HttpMethod::kDelete, "/me/totp", kSignedIn, "disableTotp", disable_totp, "account.totp_disable"});
  routes.push_back({HttpMethod::kGet, "/me/tokens", kSignedIn, "listTokens", list_tokens});
  routes.push_back({HttpMethod::kPost, "/me/tokens", kSignedIn, "createToken", create_token, "token.create"});
  routes.push_back(
      {HttpMethod::kDelete, "/me/tokens/{id}", kSignedIn, "deleteToken", delete_token, "token.delete"});
}

}  // namespace skyhold
