#include "api/responses.h"

#include <fmt/format.h>

namespace skyhold {
namespace {

// Two years, as browsers' preload lists ask for.
constexpr std::string_view kHsts = "max-age=63072000; includeSubDomains";

constexpr std::string_view kDataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
constexpr std::string_view kPagePolicy =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";

bool has_header(const ServerResponse& response, std::string_view name) {
  for (const HttpHeader& header : response.headers) {
    if (header.name == name) return true;
  }
  return false;
}

void add_header(ServerResponse& response, std::string_view name, std::string_view value) {
  if (!has_header(response, name)) response.headers.push_back({std::string(name), std::string(value)});
}

}  // namespace

ServerResponse to_response(ApiAnswer answer) {
  ServerResponse response;
  response.status = answer.status;
  response.headers = std::move(answer.headers);
  response.events = std::move(answer.events);
  if (response.events) {
    response.event_interval = std::chrono::milliseconds{1000};
    return response;
  }
  if (answer.stream) {
    response.stream = std::move(answer.stream);
    response.stream_bytes = answer.stream_bytes;
    add_header(response, "Content-Type", answer.content_type);
    return response;
  }
  response.body = answer.body.is(JsonValue::Type::kNull) ? std::move(answer.text) : to_text(answer.body);
  if (!response.body.empty()) add_header(response, "Content-Type", answer.content_type);
  return response;
}

ServerResponse to_response(const Problem& problem, std::string_view request_id) {
  JsonValue body = JsonValue::object();
  body.set("type", fmt::format("urn:skyhold:problem:{}", problem.code));
  body.set("title", problem.message).set("status", problem.status).set("code", problem.code);
  if (!problem.hint.empty()) body.set("hint", problem.hint);
  if (!problem.field.empty()) body.set("field", problem.field);
  body.set("request_id", request_id);
  ServerResponse response;
  response.status = problem.status;
  response.body = to_text(body);
  add_header(response, "Content-Type", "application/problem+json");
  if (problem.status == 401) add_header(response, "WWW-Authenticate", "Bearer realm=\"skyhold\"");
  if (problem.retry_after.count() > 0) {
    add_header(response, "Retry-After", fmt::format("{}", problem.retry_after.count()));
  }
  return response;
}

ServerResponse to_sign_in_page(const Problem& problem) {
  ServerResponse response;
  response.status = 302;
  add_header(response, "Location", fmt::format("/sign-in?problem={}", problem.code));
  return response;
}

void add_security_headers(ServerResponse& response, ContentPolicy policy, bool secure) {
  const bool data = policy == ContentPolicy::kData;
  add_header(response, "Content-Security-Policy", data ? kDataPolicy : kPagePolicy);
  add_header(response, "X-Content-Type-Options", "nosniff");
  add_header(response, "X-Frame-Options", "DENY");
  add_header(response, "Referrer-Policy", "no-referrer");
  add_header(response, "Cross-Origin-Opener-Policy", "same-origin");
  add_header(response, "Cross-Origin-Resource-Policy", "same-origin");
  add_header(response, "Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  if (data) add_header(response, "Cache-Control", "no-store");
  if (secure) add_header(response, "Strict-Transport-Security", kHsts);
}

}  // namespace skyhold
