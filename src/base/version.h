// The version of this program, as `skyhold --version` and manifests name it.
#pragma once

#include <string_view>

namespace skyhold {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace skyhold
