// What a route is given, and what it gives back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/api.h"
#include "api/json_value.h"
#include "api/problem.h"

namespace skyhold {

class ApiState;
struct Route;

// What the audit log will say of this call beside who, when and how it ended.
struct AuditNote {
  std::string project;
  std::string subject;
  std::string detail;
};

// Of a success; what is a failure is a Problem.
struct ApiAnswer {
  int status = 200;
  JsonValue body{};    // null: none
  std::string text{};  // instead of `body`
  std::string content_type{"application/json"};
  std::vector<HttpHeader> headers{};
  std::unique_ptr<EventSource> events{};  // instead of both
  std::unique_ptr<ByteSource> stream{};   // instead of all three
  std::optional<std::uint64_t> stream_bytes{};
};

struct ApiCall {
  const ApiServices& services;
  ApiState& state;
  const ServerRequest& request;
  const Route& route;
  std::string request_id;
  std::vector<std::pair<std::string, std::string>> path_parameters;
  Principal who{};
  std::string cookie{};              // that `who` came with; empty: none or a token
  Role role = Role::kNone;           // in `project`, or of the platform
  std::optional<Project> project{};  // of the path, or of the job that the path names
  std::optional<Job> job{};
  JsonValue query{};  // an object of what the contract knows, read by type
  JsonValue body{};   // as the contract wants it
  AuditNote audit{};

  [[nodiscard]] const std::string& parameter(std::string_view name) const;
  [[nodiscard]] PageRequest page() const;
  [[nodiscard]] const std::string& actor() const { return who.account.name; }
  [[nodiscard]] bool is_operator() const { return role == Role::kOperator; }
  [[nodiscard]] bool is_admin() const { return role >= Role::kAdmin; }
  // Of a text that the contract knows to be a time.
  [[nodiscard]] std::optional<Instant> query_time(std::string_view name) const;
};

using ApiResult = Outcome<ApiAnswer>;

inline ApiAnswer answer(JsonValue body, int status = 200) {
  return ApiAnswer{.status = status, .body = std::move(body)};
}
inline ApiAnswer no_content() {
  return ApiAnswer{.status = 204};
}

}  // namespace skyhold
