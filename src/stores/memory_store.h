// A store in memory, for tests.
#pragma once

#include <map>
#include <mutex>

#include "stores/object_store.h"

namespace skyhold {

class MemoryStore final : public ObjectStore {
 public:
  Status put(std::string_view name, ByteView bytes) override;
  Result<Bytes> get(std::string_view name) override;
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
  Result<ObjectInfo> stat(std::string_view name) override;
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override;
  Status remove(std::string_view name) override;
  [[nodiscard]] std::string location() const override { return "memory:"; }

  // Damage for tests: puts `bytes` in the place of an object that is there.
  Status overwrite(std::string_view name, ByteView bytes);

 private:
  using Content = std::shared_ptr<const Bytes>;
  Result<Content> find(std::string_view name);

  std::mutex mutex_;
  std::map<std::string, Content, std::less<>> objects_;
};

}  // namespace skyhold
