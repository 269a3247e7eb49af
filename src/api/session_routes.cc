// Signing in and out.
#include "access/oidc_provider.h"
#include "api/account_json.h"
#include "api/routes.h"
#include "api/session_cookie.h"
#include "base/version.h"

namespace skyhold {
namespace {

ApiResult get_meta(ApiCall& call) {
  JsonValue json = JsonValue::object();
  json.set("name", "Skyhold")
      .set("version", kVersion)
      .set("platform_time_zone", call.services.platform.time_zone())
      .set("now", call.services.clock.now())
      .set("oidc", call.services.oidc != nullptr);
  if (call.services.oidc != nullptr) json.set("oidc_label", call.services.oidc->options().label);
  return answer(std::move(json));
}

// A new session always has a new id and a new cookie: one that somebody planted is worth nothing.
ApiResult begin_session(ApiCall& call, NewSession session) {
  call.who = std::move(session.principal);
  ApiAnswer signed_in = answer(to_json(call.who));
  signed_in.headers.push_back(set_session_cookie(session.cookie, call.request.secure));
  return signed_in;
}

Problem sign_in_problem(Error error) {
  if (error.code == ErrorCode::kPermissionDenied) {
    return {401, "wrong_credentials", std::move(error.message), std::move(error.hint)};
  }
  Problem problem(std::move(error));
  if (problem.retry_after.count() > 0) {
    problem.status = 429;
    problem.code = "throttled";
  }
  return problem;
}

ApiResult sign_in(ApiCall& call) {
  const std::string name = call.body.text("name");
  call.audit.subject = "account " + name;
  Result<NewSession> session =
      call.services.access.sign_in(name, call.body.text("password"), call.request.peer_address,
                                   call.request.header("user-agent").value_or(""));
  if (!session) {
    // Whoever may be signed in here, it is somebody else who tries.
    call.who = Principal{};
    return fail(sign_in_problem(std::move(session).error()));
  }
  // What the same browser held before must not stay behind.
  if (!call.who.session_id.empty()) TRY(call.services.access.sign_out(call.who));
  return begin_session(call, std::move(*session));
}

ApiResult confirm_totp(ApiCall& call) {
  if (call.cookie.empty()) {
    return fail(Problem(401, "signed_out", "there is no sign-in that waits for a code", "sign in first"));
  }
  Result<NewSession> session =
      call.services.access.confirm_totp(call.cookie, call.body.text("code"), call.request.peer_address);
  if (!session) return fail(sign_in_problem(std::move(session).error()));
  return begin_session(call, std::move(*session));
}

ApiResult sign_out(ApiCall& call) {
  if (!call.who.session_id.empty()) TRY(call.services.access.sign_out(call.who));
  ApiAnswer ended = no_content();
  ended.headers.push_back(clear_session_cookie(call.request.secure));
  return ended;
}

}  // namespace

void add_session_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  routes.push_back({HttpMethod::kGet, "/meta", kPublic, "getMeta", get_meta});
  routes.push_back({HttpMethod::kPost, "/session", kPublic, "signIn", sign_in, "session.create"});
  routes.push_back({HttpMethod::kDelete, "/session", kPublic, "signOut", sign_out, "session.delete"});
  routes.push_back(
      {HttpMethod::kPost, "/session/totp", kPublic, "confirmTotp", confirm_totp, "session.totp"});
}

}  // namespace skyhold
