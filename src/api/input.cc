#include "api/input.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "api/routes.h"

namespace skyhold {
namespace {

bool is_json(std::string_view content_type) {
  std::string media(content_type.substr(0, content_type.find(';')));
  while (media.ends_with(' ')) media.pop_back();
  std::transform(media.begin(), media.end(), media.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return media == "application/json";
}

Outcome<JsonValue> read_query(const ApiCall& call, const Operation& operation) {
  const ServerRequest& request = call.request;
  JsonValue query = JsonValue::object();
  for (const auto& [name, text] : request.query) {
    const OperationParameter* known = operation.parameter("query", name);
    if (known == nullptr && call.route.in_browser) continue;
    if (known == nullptr) {
      return fail(Problem::of({name, fmt::format("\"{}\" is no parameter of this request", name)}));
    }
    if (query.find(name) != nullptr)
      return fail(Problem::of({name, fmt::format("\"{}\" comes twice", name)}));
    auto value = contract().read_parameter(*known, text);
    if (!value) return fail(Problem::of(value.error()));
    query.set(name, std::move(*value));
  }
  for (const OperationParameter& parameter : operation.parameters) {
    if (parameter.in != "query" || !parameter.required || query.find(parameter.name) != nullptr) continue;
    return fail(
        Problem::of({parameter.name, fmt::format("the parameter \"{}\" is missing", parameter.name)}));
  }
  return query;
}

Outcome<JsonValue> read_body(const ServerRequest& request, const Operation& operation) {
  if (operation.body_schema == nullptr) {
    if (request.body.empty()) return JsonValue{};
    return fail(Problem(400, "invalid_argument", "this request takes no body", "send it without one"));
  }
  if (!is_json(request.header("content-type").value_or(""))) {
    return fail(Problem(415, "unsupported_media_type", "the body of this request has to be JSON",
                        "send it with Content-Type: application/json"));
  }
  auto body = parse_json(request.body);
  if (!body) return fail(Problem::of(body.error()));
  if (const auto fault = contract().check(*body, *operation.body_schema)) return fail(Problem::of(*fault));
  return std::move(*body);
}

}  // namespace

Outcome<void> read_input(ApiCall& call, const Operation& operation) {
  call.query = TRY(read_query(call, operation));
  call.body = TRY(read_body(call.request, operation));
  return {};
}

}  // namespace skyhold
