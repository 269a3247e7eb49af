// A store in a directory: one file an object, in restic's layout.
//
//   <root>/config, <root>/data/ab/abcd…, …    mode 0600, directories 0700
//   <root>/tmp/                               files that are being written
//
// An object is written in tmp/, synced and renamed into its place, so that a crash
// leaves it there or not, never in part. What dead processes of this host left in tmp/
// goes at the first put().
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include <sys/types.h>

#include "io/file_descriptor.h"
#include "stores/object_store.h"

namespace skyhold {

class LocalStore final : public ObjectStore {
 public:
  // `root` is absolute. The first put() makes it when it is not there.
  explicit LocalStore(std::filesystem::path root);

  Status put(std::string_view name, ByteView bytes) override;
  Result<Bytes> get(std::string_view name) override;
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
  Result<ObjectInfo> stat(std::string_view name) override;
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override;
  Status remove(std::string_view name) override;
  [[nodiscard]] std::string location() const override;

 private:
  struct OpenObject {
    FileDescriptor file;
    std::uint64_t size_bytes = 0;
  };
  [[nodiscard]] std::filesystem::path path_of(std::string_view name) const { return root_ / name; }
  Result<OpenObject> open_object(std::string_view name);
  Result<Bytes> read_range(const OpenObject& object, std::string_view name, std::uint64_t offset,
                           std::uint64_t length) const;
  Status check_root();
  bool root_was_seen();
  [[nodiscard]] Error no_such_object(std::string_view name);
  Status prepare_root_for_writing();
  Status make_directory(const std::filesystem::path& relative);
  void forget_directories();
  Status write_object(std::string_view name, ByteView bytes);

  const std::filesystem::path root_;
  std::mutex mutex_;
  std::optional<dev_t> device_;                        // of the root, when it was first seen
  bool prepared_ = false;                              // tmp/ is there and was cleaned
  std::set<std::filesystem::path> known_directories_;  // made or seen by this process
};

}  // namespace skyhold
