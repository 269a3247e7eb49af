// Signing in by OpenID Connect. A browser is sent to the provider and comes back with a code; what went
// wrong is told by the sign-in page, since nobody reads JSON there.
#include <fmt/format.h>

#include "access/oidc_flow.h"
#include "access/oidc_provider.h"
#include "api/routes.h"
#include "api/session_cookie.h"
#include "base/log.h"
#include "crypto/constant_time.h"

namespace skyhold {
namespace {

int status_of(OidcFault fault) {
  switch (fault) {
    case OidcFault::kNotConfigured: return 404;
    case OidcFault::kUnavailable:
    case OidcFault::kMisconfigured: return 503;
    case OidcFault::kCancelled:
    case OidcFault::kExpired: return 400;
    case OidcFault::kThrottled: return 429;
    case OidcFault::kInternal: return 500;
    default: return 401;
  }
}

Problem problem_of(const OidcFailure& failure) {
  const Error& error = failure.error;
  const bool is_ours = failure.fault != OidcFault::kCancelled && failure.fault != OidcFault::kExpired;
  if (is_ours) log::warning("sign-in by OpenID Connect: {} ({})", error.message, error.hint);
  return {status_of(failure.fault), std::string(to_string(failure.fault)), error.message, error.hint};
}

Problem problem_of(OidcFault fault, std::string message) {
  return {status_of(fault), std::string(to_string(fault)), std::move(message), "begin the sign-in again"};
}

Problem expired() {
  return problem_of(OidcFault::kExpired,
                    "this sign-in was begun in another browser, took too long or was finished already");
}

Outcome<OidcProvider*> provider_of(const ApiCall& call) {
  if (call.services.oidc != nullptr) return call.services.oidc;
  return fail(problem_of(OidcFault::kNotConfigured, "this platform has no OpenID Connect provider"));
}

// Where the provider sends people back to. A wrong Host leads nowhere: the provider knows the right one.
std::string callback_url(const ApiCall& call) {
  std::string site = call.services.public_url;
  if (site.empty()) {
    site = fmt::format("{}://{}", call.request.secure ? "https" : "http",
                       call.request.header("host").value_or("localhost"));
  }
  return fmt::format("{}{}/session/oidc/callback", site, kApiPrefix);
}

ApiAnswer redirect(std::string where) {
  ApiAnswer moved{.status = 302};
  moved.headers.push_back({"Location", std::move(where)});
  return moved;
}

ApiResult start(ApiCall& call) {
  OidcProvider* provider = TRY(provider_of(call));
  const OidcFlow flow = new_oidc_flow(callback_url(call), call.query.text("return_to"), call.who.session_id,
                                      call.services.clock.now());
  const OidcOutcome<std::string> url = provider->authorization_url(flow);
  if (!url) return fail(problem_of(url.error()));
  ApiAnswer sent = redirect(*url);
  sent.headers.push_back(
      set_flow_cookie(seal_oidc_flow(flow, call.services.master_key), kOidcFlowLife, call.request.secure));
  return sent;
}

// The flow that this browser began, when it is the one that came back; then it is over.
Outcome<OidcFlow> returned_flow(const ApiCall& call) {
  const ApiServices& services = call.services;
  const std::optional<std::string> cookie = read_flow_cookie(call.request);
  if (!cookie) return fail(expired());
  std::optional<OidcFlow> flow = open_oidc_flow(*cookie, services.master_key, services.clock.now());
  if (!flow || !equal_in_constant_time(call.query.text("state"), flow->state)) return fail(expired());
  const Status first = services.access.use_oidc_state(flow->state, flow->ends_at);
  if (!first && first.error().code == ErrorCode::kAlreadyExists) return fail(expired());
  if (!first) return fail(Problem(first.error()));
  return std::move(*flow);
}

// The provider's own words may be anybody's, for they come in the address: its code alone counts.
Outcome<void> check_answer(const ApiCall& call) {
  const std::string error = call.query.text("error");
  if (error.empty()) return {};
  if (error == "server_error" || error == "temporarily_unavailable") {
    return fail(problem_of(OidcFault::kUnavailable, "the sign-in provider says that it cannot do it now"));
  }
  if (error == "access_denied" || error == "login_required" || error == "interaction_required" ||
      error == "consent_required") {
    return fail(problem_of(OidcFault::kCancelled, "the sign-in was not finished at the provider"));
  }
  log::warning("sign-in by OpenID Connect: the provider refuses what it is asked for");
  return fail(problem_of(OidcFault::kMisconfigured, "the sign-in provider refuses what it is asked for"));
}

OidcOutcome<NewSession> enter(ApiCall& call, OidcProvider& provider, const OidcFlow& flow) {
  const OidcIdentity identity =
      TRY(provider.redeem(flow, {.code = call.query.text("code"), .issuer = call.query.text("iss")}));
  call.audit.subject = "account " + identity.email;
  return call.services.access.sign_in_by_provider(identity, provider.options(), call.request.peer_address,
                                                  call.request.header("user-agent").value_or(""));
}

// Who comes back with codes that are none is slowed down, and does not fill the audit log.
Problem entry_problem(const ApiCall& call, const OidcFailure& failure) {
  if (failure.fault == OidcFault::kUntrusted) {
    const Status counted = call.services.access.count_failed_sign_in(call.request.peer_address);
    if (!counted) return problem_of(OidcFault::kThrottled, counted.error().message);
  }
  return problem_of(failure);
}

ApiResult finish(ApiCall& call) {
  OidcProvider* provider = TRY(provider_of(call));
  // Whoever may be signed in here, it is somebody else who tries.
  call.who = Principal{};
  const OidcFlow flow = TRY(returned_flow(call));
  TRY(check_answer(call));
  OidcOutcome<NewSession> session = enter(call, *provider, flow);
  if (!session) return fail(entry_problem(call, session.error()));
  // What the same browser held before must not stay behind.
  if (!flow.session_id.empty()) {
    Principal before;
    before.session_id = flow.session_id;
    TRY(call.services.access.sign_out(before));
  }
  call.who = std::move(session->principal);
  call.audit.detail = "by OpenID Connect";
  ApiAnswer entered = redirect(flow.return_to);
  entered.headers.push_back(set_session_cookie(session->cookie, call.request.secure));
  entered.headers.push_back(clear_flow_cookie(call.request.secure));
  return entered;
}

ApiResult unlink(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  const Account account = TRY(call.services.access.account(call.parameter("id")));
  call.audit.subject = "account " + account.name;
  TRY(call.services.access.unlink_provider(account.id));
  return no_content();
}

}  // namespace

void add_oidc_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  routes.push_back({.method = HttpMethod::kGet,
                    .path = "/session/oidc",
                    .role = kPublic,
                    .operation = "startOidcSignIn",
                    .handler = start,
                    .in_browser = true});
  routes.push_back({.method = HttpMethod::kGet,
                    .path = "/session/oidc/callback",
                    .role = kPublic,
                    .operation = "finishOidcSignIn",
                    .handler = finish,
                    .action = "session.create",
                    .in_browser = true});
  routes.push_back(
      {HttpMethod::kDelete, "/accounts/{id}/oidc", kOperator, "unlinkAccount", unlink, "account.unlink"});
}

}  // namespace skyhold
