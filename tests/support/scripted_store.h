// An ObjectStore in memory whose calls a test can watch and make fail.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "stores/object_store.h"

namespace skyhold {

enum class StoreCall { kPut, kGet, kStat, kList, kRemove };

// Thread-safe.
class ScriptedStore final : public ObjectStore {
 public:
  explicit ScriptedStore(std::string location = "memory:") : location_(std::move(location)) {}

  // Asked before each call; an error is what the caller gets, and nothing happens.
  using Script = std::function<Status(StoreCall call, std::string_view name)>;
  void script(Script script) {
    const std::scoped_lock lock(mutex_);
    script_ = std::move(script);
  }

  Status put(std::string_view name, ByteView bytes) override {
    TRY(ask(StoreCall::kPut, name));
    const std::scoped_lock lock(mutex_);
    if (!objects_.emplace(std::string(name), to_bytes(bytes)).second) {
      return fail(ErrorCode::kAlreadyExists, std::string(name) + " exists");
    }
    return {};
  }

  Result<Bytes> get(std::string_view name) override {
    TRY(ask(StoreCall::kGet, name));
    const std::scoped_lock lock(mutex_);
    const auto found = objects_.find(std::string(name));
    if (found == objects_.end()) return not_found(name);
    return found->second;
  }

  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override {
    const Bytes whole = TRY(get(name));
    if (offset > whole.size() || length > whole.size() - offset) {
      return fail(ErrorCode::kCorrupt, std::string(name) + " is too short");
    }
    return to_bytes(ByteView(whole).subspan(offset, length));
  }

  Result<ObjectInfo> stat(std::string_view name) override {
    TRY(ask(StoreCall::kStat, name));
    const std::scoped_lock lock(mutex_);
    const auto found = objects_.find(std::string(name));
    if (found == objects_.end()) return not_found(name);
    return ObjectInfo{found->first, found->second.size()};
  }

  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override {
    TRY(ask(StoreCall::kList, prefix));
    for (const auto& [name, bytes] : objects()) {
      if (name.starts_with(prefix)) TRY(visit({name, bytes.size()}));
    }
    return {};
  }

  Status remove(std::string_view name) override {
    TRY(ask(StoreCall::kRemove, name));
    const std::scoped_lock lock(mutex_);
    if (objects_.erase(std::string(name)) == 0) return not_found(name);
    return {};
  }

  [[nodiscard]] std::string location() const override { return location_; }

  // A copy of all that is held, to look at or to start another store with.
  [[nodiscard]] std::map<std::string, Bytes> objects() const {
    const std::scoped_lock lock(mutex_);
    return objects_;
  }
  void set_objects(std::map<std::string, Bytes> objects) {
    const std::scoped_lock lock(mutex_);
    objects_ = std::move(objects);
  }
  void overwrite(const std::string& name, ByteView bytes) {
    const std::scoped_lock lock(mutex_);
    objects_[name] = to_bytes(bytes);
  }
  void remove_all(std::string_view prefix) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(objects_, [&](const auto& object) { return object.first.starts_with(prefix); });
  }
  [[nodiscard]] std::size_t count(std::string_view prefix) const {
    std::size_t count = 0;
    for (const auto& [name, bytes] : objects()) count += name.starts_with(prefix) ? 1 : 0;
    return count;
  }

 private:
  Status ask(StoreCall call, std::string_view name) {
    Script script;
    {
      const std::scoped_lock lock(mutex_);
      script = script_;
    }
    return script ? script(call, name) : Status{};
  }
  static tl::unexpected<Error> not_found(std::string_view name) {
    return fail(ErrorCode::kNotFound, "there is no " + std::string(name));
  }

  const std::string location_;
  mutable std::mutex mutex_;
  std::map<std::string, Bytes> objects_;
  Script script_;
};

using ScriptedStorePtr = std::shared_ptr<ScriptedStore>;

}  // namespace skyhold
