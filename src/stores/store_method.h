// The methods of an ObjectStore, to count and to name them.
#pragma once

#include <cstddef>
#include <string_view>

namespace skyhold {

enum class StoreMethod { kPut, kGet, kGetRange, kStat, kList, kRemove, kProtect };
inline constexpr std::size_t kStoreMethods = 7;

constexpr std::string_view to_string(StoreMethod method) {
  switch (method) {
    case StoreMethod::kPut: return "put";
    case StoreMethod::kGet: return "get";
    case StoreMethod::kGetRange: return "get_range";
    case StoreMethod::kStat: return "stat";
    case StoreMethod::kList: return "list";
    case StoreMethod::kRemove: return "remove";
    case StoreMethod::kProtect: return "protect";
  }
  return "?";
}

}  // namespace skyhold
