// The copies of one repository: the same objects in several stores.
//
// Reads go to the nearest healthy copy, as measured, and on to the next when it fails or
// gives bytes that do not match their name; writes go to all. A copy that fails is left out from
// then on and its error kept, so that the operation can say which and why.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "repository/names.h"
#include "stores/object_store.h"

namespace skyhold {

// Thread-safe.
class Copies {
 public:
  explicit Copies(std::vector<ObjectStorePtr> stores);

  [[nodiscard]] std::size_t size() const { return stores_.size(); }
  [[nodiscard]] ObjectStore& store(std::size_t copy) const { return *stores_[copy]; }
  [[nodiscard]] const std::vector<ObjectStorePtr>& stores() const { return stores_; }
  [[nodiscard]] bool healthy(std::size_t copy) const;
  [[nodiscard]] std::size_t healthy_count() const;
  [[nodiscard]] std::optional<Error> failure(std::size_t copy) const;
  void mark_failed(std::size_t copy, const Error& error);

  // An object whose name is the SHA-256 of its bytes, checked, from the nearest copy that
  // has it right. `complaint` hears of every copy that had it wrong or not at all.
  using Complaint = std::function<void(const std::string& location, const Error& error)>;
  Result<Bytes> get(FileKind kind, const Id& id);
  // Reads a range through `accept`, which checks it (a blob's MAC) and returns what to
  // give back; a copy whose range it refuses is passed over.
  Result<Bytes> get_range(const std::string& name, std::uint64_t offset, std::uint64_t length,
                          const std::function<Result<Bytes>(ByteView)>& accept);
  void on_complaint(Complaint complaint);

  // Writes to every healthy copy at once; a copy that fails is marked. An error only when
  // none took it. An object that is there already counts as written.
  Status put_everywhere(const std::string& name, ByteView bytes);
  // Writes to one copy; a failure marks it.
  Status put_on(std::size_t copy, const std::string& name, ByteView bytes);
  // Removes from every healthy copy; not there is fine. The first error is returned.
  Status remove_everywhere(const std::string& name);
  // The ids of a kind, each with a bit for every healthy copy that has it. A copy that cannot
  // list is marked.
  std::map<Id, std::uint64_t> list_everywhere(FileKind kind);
  // The ids of a kind that any healthy copy has. A copy that cannot list is marked.
  Result<std::set<Id>> list_union(FileKind kind);
  // The ids of a kind on one copy, with sizes; names that are not ids are left out.
  Status list_copy(std::size_t copy, FileKind kind,
                   const std::function<Status(const Id&, std::uint64_t size_bytes)>& visit);

 private:
  void complain(std::size_t copy, const Error& error);
  [[nodiscard]] std::vector<std::size_t> reading_order(std::uint64_t bytes) const;
  Result<Bytes> get_from_any(const std::string& name, std::uint64_t likely_bytes,
                             const std::function<Result<Bytes>(ObjectStore&)>& read);
  [[nodiscard]] Error no_copy_left() const;

  std::vector<ObjectStorePtr> stores_;
  mutable std::mutex mutex_;
  std::vector<std::optional<Error>> failures_;
  Complaint complaint_;
};

}  // namespace skyhold
