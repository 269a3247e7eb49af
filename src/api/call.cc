#include "api/call.h"

#include "base/assert.h"

namespace skyhold {

const std::string& ApiCall::parameter(std::string_view name) const {
  for (const auto& [known, value] : path_parameters) {
    if (known == name) return value;
  }
  SKYHOLD_UNREACHABLE();
}

PageRequest ApiCall::page() const {
  return PageRequest{.limit = static_cast<int>(query.integer("limit", PageRequest{}.limit)),
                     .after = query.text("after")};
}

std::optional<Instant> ApiCall::query_time(std::string_view name) const {
  const std::optional<std::string> text = query.optional_text(name);
  if (!text) return std::nullopt;
  const Result<Instant> time = parse_rfc3339(*text);
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace skyhold
