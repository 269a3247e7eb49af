// What a page of a list may be.
#pragma once

#include <fmt/format.h>

#include "base/result.h"

namespace skyhold {

inline constexpr int kMostAccessPageItems = 500;

inline Status check_page_limit(int limit) {
  if (limit >= 1 && limit <= kMostAccessPageItems) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("a page cannot have {} items", limit),
              fmt::format("ask for 1 to {}", kMostAccessPageItems));
}

}  // namespace skyhold
