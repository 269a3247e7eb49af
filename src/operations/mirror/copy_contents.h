// What one copy holds, as mend sees it.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "operations/mirror/mend.h"
#include "repository/names.h"

namespace skyhold {

// Reading and the report are thread-safe; list() comes first, by itself.
class CopyContents {
 public:
  explicit CopyContents(ObjectStorePtr store) : store_(std::move(store)) {
    report_.location = store_->location();
  }

  // Snapshots before index files, packs last: what a running backup has made visible by then is whole.
  // A store that cannot be listed is out of reach from then on.
  Status list(const CancelToken& cancel);

  [[nodiscard]] bool reached() const { return unreached().empty(); }
  [[nodiscard]] std::string unreached() const;  // why it is out of reach
  void give_up(const Error& error);
  [[nodiscard]] const std::map<std::string, std::uint64_t>& objects() const { return objects_; }
  [[nodiscard]] bool has(const std::string& name) const { return objects_.contains(name); }
  [[nodiscard]] bool is_damaged(const std::string& name) const;
  [[nodiscard]] ObjectStore& store() const { return *store_; }

  // The object's bytes when they match its name. Bytes that do not are noted as damage;
  // kNotFound notes nothing, for somebody may have removed it meanwhile.
  Result<Bytes> read_checked(const std::string& name, const Id& id);
  // Puts bytes that match the name in the place of nothing, or of damaged bytes.
  Status write(const std::string& name, ByteView bytes);

  void count_missing();
  void count_damaged(const std::string& name);
  void count_mended(std::uint64_t bytes);
  void add_unmended(const std::string& name, const std::string& problem);
  [[nodiscard]] bool has_holes() const;  // something could not be mended
  MendedCopy take_report();

 private:
  void list_kind(FileKind kind);

  const ObjectStorePtr store_;
  std::map<std::string, std::uint64_t> objects_;  // name, size
  mutable std::mutex mutex_;                      // of what follows
  std::set<std::string> damaged_;
  MendedCopy report_;
};

}  // namespace skyhold
