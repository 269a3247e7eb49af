// The table of routes: one row an operation of openapi.yaml.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.h"

namespace skyhold {

// What a caller must be: x-role of the contract. User and admin are of the project in the path;
// an operator is one everywhere.
enum class NeededRole { kPublic, kSignedIn, kUser, kAdmin, kOperator };
std::string_view to_string(NeededRole role);  // "public", "signed_in", …

using RouteHandler = ApiResult (*)(ApiCall&);

inline constexpr std::uint64_t kMaxBodyBytes = std::uint64_t{32} << 10;

struct Route {
  HttpMethod method = HttpMethod::kGet;
  std::string_view path;  // below /api/v1
  NeededRole role = NeededRole::kOperator;
  std::string_view operation;  // operationId
  RouteHandler handler = nullptr;
  std::string_view action{};  // in the audit log; empty: it neither changes nor reveals anything
  // It shows what only few may see: it is written down before, or not shown.
  bool reveals = false;
  // Open to somebody who has signed in with a one-time password and not changed it yet.
  bool before_password_change = false;
  std::uint64_t max_body_bytes = kMaxBodyBytes;
  bool streams_body = false;  // the handler reads it while it comes in
  // A browser goes there by itself, sent by somebody whose parameters are not in the contract: what goes
  // wrong is told by the sign-in page.
  bool in_browser = false;
};

inline constexpr std::string_view kApiPrefix = "/api/v1";

const std::vector<Route>& api_routes();

struct RouteMatch {
  const Route* route = nullptr;  // nullptr: none has this path and method
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string allowed;  // the methods of this path, when there are some: "GET, POST"
};
// `path` is that of a request, decoded, with the prefix.
RouteMatch match_route(HttpMethod method, std::string_view path);

// Of each resource, in its own file.
void add_session_routes(std::vector<Route>& routes);
void add_oidc_routes(std::vector<Route>& routes);
void add_me_routes(std::vector<Route>& routes);
void add_project_routes(std::vector<Route>& routes);
void add_branch_routes(std::vector<Route>& routes);
void add_member_routes(std::vector<Route>& routes);
void add_schedule_routes(std::vector<Route>& routes);
void add_notification_routes(std::vector<Route>& routes);
void add_backup_routes(std::vector<Route>& routes);
void add_contents_routes(std::vector<Route>& routes);
void add_restore_routes(std::vector<Route>& routes);
void add_download_routes(std::vector<Route>& routes);
void add_import_routes(std::vector<Route>& routes);
void add_retention_routes(std::vector<Route>& routes);
void add_job_routes(std::vector<Route>& routes);
void add_platform_routes(std::vector<Route>& routes);
void add_account_routes(std::vector<Route>& routes);

}  // namespace skyhold
