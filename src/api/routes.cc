#include "api/routes.h"

#include "base/assert.h"

namespace skyhold {
namespace {

// Takes the first segment off `path`, which begins with '/'.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool matches(std::string_view pattern, std::string_view path,
             std::vector<std::pair<std::string, std::string>>& parameters) {
  parameters.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (wanted.starts_with('{')) {
      if (given.empty()) return false;
      parameters.emplace_back(wanted.substr(1, wanted.size() - 2), given);
    } else if (wanted != given) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::string_view to_string(NeededRole role) {
  switch (role) {
    case NeededRole::kPublic: return "public";
    case NeededRole::kSignedIn: return "signed_in";
    case NeededRole::kUser: return "user";
    case NeededRole::kAdmin: return "admin";
    case NeededRole::kOperator: return "operator";
  }
  SKYHOLD_UNREACHABLE();
}

const std::vector<Route>& api_routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> routes;
    add_session_routes(routes);
    add_oidc_routes(routes);
    add_me_routes(routes);
    add_project_routes(routes);
    add_branch_routes(routes);
    add_member_routes(routes);
    add_schedule_routes(routes);
    add_notification_routes(routes);
    add_backup_routes(routes);
    add_contents_routes(routes);
    add_restore_routes(routes);
    add_download_routes(routes);
    add_import_routes(routes);
    add_retention_routes(routes);
    add_job_routes(routes);
    add_platform_routes(routes);
    add_account_routes(routes);
    return routes;
  }();
  return all;
}

RouteMatch match_route(HttpMethod method, std::string_view path) {
  RouteMatch match;
  if (!path.starts_with(kApiPrefix)) return match;
  path.remove_prefix(kApiPrefix.size());
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const Route& route : api_routes()) {
    if (!matches(route.path, path, parameters)) continue;
    if (!match.allowed.empty()) match.allowed += ", ";
    match.allowed += to_string(route.method);
    if (route.method != method) continue;
    match.route = &route;
    match.parameters = parameters;
  }
  return match;
}

}  // namespace skyhold
