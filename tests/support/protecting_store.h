// An ObjectStore in memory that keeps its objects from deletion, as far as its callers see, and
// notes which they asked it to keep.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "stores/memory_store.h"

namespace skyhold {

// Thread-safe.
class ProtectingStore final : public ObjectStore {
 public:
  Status put(std::string_view name, ByteView bytes) override { return memory_.put(name, bytes); }
  Result<Bytes> get(std::string_view name) override { return memory_.get(name); }
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override {
    return memory_.get_range(name, offset, length);
  }
  Result<ObjectInfo> stat(std::string_view name) override { return memory_.stat(name); }
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override {
    return memory_.list(prefix, visit);
  }
  Status remove(std::string_view name) override { return memory_.remove(name); }
  [[nodiscard]] std::string location() const override { return memory_.location(); }

  [[nodiscard]] bool protects() const override { return true; }
  Status protect(std::string_view name) override {
    TRY(memory_.stat(name));
    const std::scoped_lock lock(mutex_);
    asked_.emplace(name);
    return {};
  }

  // What it was asked to keep since this was last called.
  std::set<std::string> take_asked() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(asked_, {});
  }
  std::set<std::string> names(std::string_view prefix) {
    std::set<std::string> found;
    const Status listed = memory_.list(prefix, [&](const ObjectInfo& object) -> Status {
      found.insert(object.name);
      return {};
    });
    return listed ? found : std::set<std::string>();
  }

 private:
  MemoryStore memory_;
  std::mutex mutex_;
  std::set<std::string> asked_;
};

}  // namespace skyhold
