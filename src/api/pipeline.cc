#include "api/pipeline.h"

#include <fmt/format.h>

#include "api/audit_trail.h"
#include "api/guard.h"
#include "api/input.h"
#include "api/responses.h"
#include "base/assert.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "model/ids.h"

namespace skyhold {
namespace {

bool is_printable(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/+=") ==
         std::string_view::npos;
}

// The key under which a creation is done once; nothing when the caller sent none.
Outcome<std::optional<IdempotencyKeys::Request>> idempotency_of(const ApiCall& call,
                                                                const Operation& operation) {
  const OperationParameter* parameter = operation.parameter("header", "Idempotency-Key");
  const std::optional<std::string_view> key = call.request.header("idempotency-key");
  if (parameter == nullptr || !key) return std::nullopt;
  auto checked = contract().read_parameter(*parameter, *key);
  if (!checked) return fail(Problem::of(checked.error()));
  if (key->empty() || !is_printable(*key)) {
    return fail(Problem::of({"Idempotency-Key", "the Idempotency-Key holds characters that it may not"}));
  }
  // An account's tokens may do different things: what one was shown is not for another.
  const std::string who = call.who.token ? call.who.token->id : call.who.account.id;
  const std::string same =
      fmt::format("{}\n{}\n{}", to_string(call.route.method), call.request.target_path, to_text(call.body));
  return IdempotencyKeys::Request{
      .account = who, .key = std::string(*key), .digest = sha256(as_bytes(same)).hex()};
}

ApiAnswer answer_again(const IdempotencyKeys::KeptAnswer& kept) {
  ApiAnswer again{.status = kept.status, .text = kept.body};
  again.headers.push_back({"Idempotency-Replayed", "true"});
  return again;
}

// The handler itself, once.
ApiResult handle_once(ApiCall& call, const Operation& operation) {
  const std::optional<IdempotencyKeys::Request> request = TRY(idempotency_of(call, operation));
  if (!request) return call.route.handler(call);
  if (const auto kept = TRY(call.state.idempotency->begin(*request))) {
    call.audit.detail = "answered again";
    return answer_again(*kept);
  }
  ApiResult result = call.route.handler(call);
  Status settled;
  if (result) {
    settled = call.state.idempotency->keep(*request, {result->status, to_text(result->body)});
  } else {
    settled = call.state.idempotency->release(*request);
  }
  if (!settled)
    log::warning("{}: an idempotency key was not kept: {}", call.request_id, settled.error().message);
  return result;
}

ApiResult run_route(ApiCall& call) {
  const Operation* operation = contract().operation(call.route.operation);
  SKYHOLD_ASSERT(operation != nullptr);
  TRY(identify(call));
  TRY(check_same_site(call));
  TRY(authorize(call));
  TRY(read_input(call, *operation));
  return handle_once(call, *operation);
}

ApiResult write_down(ApiCall& call, ApiResult result) {
  const Problem* problem = result ? nullptr : &result.error();
  if (!is_audited(call, problem)) return result;
  const Status written = write_audit(call, problem);
  if (written) return result;
  log::warning("{}: {} of {} is not in the audit log: {}", call.request_id, call.route.action, call.actor(),
               written.error().message);
  if (!call.route.reveals || problem != nullptr) return result;
  return fail(Problem(503, "unavailable",
                      "this cannot be shown, because it cannot be written down who saw it",
                      "try again once the catalog answers"));
}

Problem no_route(const ServerRequest& request, const RouteMatch& match) {
  if (match.allowed.empty()) {
    return Problem(404, "not_found", fmt::format("the API has no {}", request.target_path),
                   "see /api/v1/reference for what it has");
  }
  return Problem(405, "method_not_allowed",
                 fmt::format("{} is not understood at {}", to_string(request.method), request.target_path),
                 fmt::format("it understands {}", match.allowed));
}

void log_answer(const ApiCall& call, int status, double seconds) {
  const std::string line = fmt::format("request {} {} {} by {} from {}: {} in {:.0f} ms", call.request_id,
                                       to_string(call.route.method), call.route.path,
                                       call.actor().empty() ? "nobody" : call.actor(),
                                       call.request.peer_address, status, seconds * 1000);
  if (status >= 500) {
    log::warning("{}", line);
  } else {
    log::debug("{}", line);
  }
}

}  // namespace

ServerResponse run_pipeline(const ApiServices& services, ApiState& state, const ServerRequest& request) {
  const std::string request_id = new_id("rq", services.clock.now());
  const double started = monotonic_seconds();
  RouteMatch match = match_route(request.method, request.target_path);
  ServerResponse response;
  if (match.route == nullptr) {
    response = to_response(no_route(request, match), request_id);
    if (!match.allowed.empty()) response.headers.push_back({"Allow", match.allowed});
  } else {
    ApiCall call{.services = services,
                 .state = state,
                 .request = request,
                 .route = *match.route,
                 .request_id = request_id,
                 .path_parameters = std::move(match.parameters)};
    ApiResult result = write_down(call, run_route(call));
    if (result) {
      response = to_response(std::move(*result));
    } else {
      response =
          match.route->in_browser ? to_sign_in_page(result.error()) : to_response(result.error(), request_id);
    }
    log_answer(call, response.status, monotonic_seconds() - started);
  }
  response.headers.push_back({"X-Request-Id", request_id});
  add_security_headers(response, ContentPolicy::kData, request.secure);
  return response;
}

}  // namespace skyhold
