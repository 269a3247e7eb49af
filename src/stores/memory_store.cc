#include "stores/memory_store.h"

#include <vector>

#include <fmt/format.h>

#include "stores/object_name.h"

namespace skyhold {

Status MemoryStore::put(std::string_view name, ByteView bytes) {
  TRY(check_object_name(name));
  TRY(check_object_size(name, bytes.size()));
  auto content = std::make_shared<const Bytes>(to_bytes(bytes));
  const std::scoped_lock lock(mutex_);
  if (!objects_.emplace(name, std::move(content)).second) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("object {} is there already", name));
  }
  return {};
}

Result<MemoryStore::Content> MemoryStore::find(std::string_view name) {
  TRY(check_object_name(name));
  const std::scoped_lock lock(mutex_);
  const auto found = objects_.find(name);
  if (found == objects_.end()) return fail(ErrorCode::kNotFound, fmt::format("there is no object {}", name));
  return found->second;
}

Result<Bytes> MemoryStore::get(std::string_view name) {
  return *TRY(find(name));
}

Result<Bytes> MemoryStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  const Content content = TRY(find(name));
  if (offset > content->size() || length > content->size() - offset) {
    return fail(ErrorCode::kCorrupt, fmt::format("object {} ends at byte {}, before the {} bytes from {}",
                                                 name, content->size(), length, offset));
  }
  return to_bytes(ByteView(*content).subspan(offset, length));
}

Result<ObjectInfo> MemoryStore::stat(std::string_view name) {
  const Content content = TRY(find(name));
  return ObjectInfo{std::string(name), content->size()};
}

Status MemoryStore::list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) {
  TRY(check_object_prefix(prefix));
  std::vector<ObjectInfo> found;  // copied, so that `visit` may use the store
  {
    const std::scoped_lock lock(mutex_);
    for (auto i = objects_.lower_bound(prefix); i != objects_.end() && i->first.starts_with(prefix); ++i) {
      found.push_back({i->first, i->second->size()});
    }
  }
  for (const ObjectInfo& info : found) TRY(visit(info));
  return {};
}

Status MemoryStore::remove(std::string_view name) {
  TRY(check_object_name(name));
  const std::scoped_lock lock(mutex_);
  const auto found = objects_.find(name);
  if (found == objects_.end()) return fail(ErrorCode::kNotFound, fmt::format("there is no object {}", name));
  objects_.erase(found);
  return {};
}

Status MemoryStore::overwrite(std::string_view name, ByteView bytes) {
  const std::scoped_lock lock(mutex_);
  const auto found = objects_.find(name);
  if (found == objects_.end()) return fail(ErrorCode::kNotFound, fmt::format("there is no object {}", name));
  found->second = std::make_shared<const Bytes>(to_bytes(bytes));
  return {};
}

}  // namespace skyhold
