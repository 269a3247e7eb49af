// The names of an enumeration, in one table that both directions read.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/result.h"

namespace skyhold {

template <typename Enum, std::size_t kCount>
using EnumNames = std::array<std::pair<Enum, std::string_view>, kCount>;

template <typename Enum, std::size_t kCount>
std::string_view enum_name(const EnumNames<Enum, kCount>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  SKYHOLD_UNREACHABLE();
}

// `what` reads like "a state of a backup". The hint lists the names that exist.
template <typename Enum, std::size_t kCount>
Result<Enum> parse_enum(const EnumNames<Enum, kCount>& names, std::string_view what, std::string_view text) {
  std::string known;
  for (const auto& [value, name] : names) {
    if (name == text) return value;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not {}", text, what),
              fmt::format("use one of {}", known));
}

}  // namespace skyhold
