#include "stores/object_name.h"

#include <algorithm>

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::string_view kReservedSegment = "tmp";

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-' || c == '/';
}

Status refuse(std::string_view name, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("\"{}\" cannot name an object: {}", name.substr(0, kMostObjectNameBytes), why));
}

Status check_characters(std::string_view name) {
  if (name.size() > kMostObjectNameBytes) return refuse(name, "it is longer than 200 bytes");
  if (!std::all_of(name.begin(), name.end(), is_name_char)) {
    return refuse(name, "only letters, digits, '.', '_', '-' and '/' are allowed");
  }
  return {};
}

}  // namespace

Status check_object_name(std::string_view name) {
  TRY(check_characters(name));
  std::string_view rest = name;
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment.empty()) return refuse(name, "a part of it is empty");
    if (segment.front() == '.') return refuse(name, "a part of it begins with a dot");
    if (segment == kReservedSegment && segment.data() == name.data()) {
      return refuse(name, "\"tmp\" is kept for unfinished files");
    }
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

Status check_object_prefix(std::string_view prefix) {
  TRY(check_characters(prefix));
  const std::size_t slash = prefix.rfind('/');
  if (slash == std::string_view::npos) return {};
  return check_object_name(prefix.substr(0, slash));
}

Status check_object_size(std::string_view name, std::uint64_t size_bytes) {
  if (size_bytes <= kMostObjectBytes) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("object {} has {} bytes; at most {} are allowed", name,
                                                       size_bytes, kMostObjectBytes));
}

}  // namespace skyhold
