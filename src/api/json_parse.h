// JSON from outside, read strictly: one value, UTF-8, no key twice, no NUL, bounded.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "api/json_value.h"

namespace skyhold {

struct JsonLimits {
  std::size_t depth = 16;
  std::size_t values = 2000;
};

// What is wrong with a text or a value, and where: "branches[2].name"; empty: with the whole.
struct JsonFault {
  std::string field;
  std::string message;
};

tl::expected<JsonValue, JsonFault> parse_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace skyhold
