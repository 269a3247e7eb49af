#include "repository/names.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace skyhold {

std::string_view directory_of(FileKind kind) {
  switch (kind) {
    case FileKind::kKey: return "keys/";
    case FileKind::kSnapshot: return "snapshots/";
    case FileKind::kIndex: return "index/";
    case FileKind::kPack: return "data/";
    case FileKind::kLock: return "locks/";
  }
  SKYHOLD_UNREACHABLE();
}

std::string object_name(FileKind kind, const Id& id) {
  const std::string hex = id.hex();
  if (kind == FileKind::kPack) return fmt::format("data/{}/{}", hex.substr(0, 2), hex);
  return fmt::format("{}{}", directory_of(kind), hex);
}

Result<Id> id_of_object(FileKind kind, std::string_view name) {
  const std::size_t slash = name.rfind('/');
  Id id = TRY(Id::from_hex(slash == std::string_view::npos ? name : name.substr(slash + 1)));
  if (object_name(kind, id) != name) {
    return fail(ErrorCode::kCorrupt, fmt::format("{} is not where its name says", name));
  }
  return id;
}

}  // namespace skyhold
