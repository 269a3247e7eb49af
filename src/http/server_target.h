// The target of a request, "/api/v1/projects?limit=5", taken apart and decoded once.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace skyhold {

struct ServerTarget {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};

// Strict, so that no later reader can see another path than the one that was routed: only the
// origin form, no empty, "." or ".." segment, no encoded '/' or '\', valid UTF-8 without control
// characters. Errors are kInvalidArgument and do not repeat the target.
Result<ServerTarget> parse_server_target(std::string_view target);

}  // namespace skyhold
