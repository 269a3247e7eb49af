// A copy that lets go late: what is removed from it stays for some days, out of sight, so
// that a mistake made with all copies at hand can be taken back from this one.
//
//   data/ab/abcd…                                      still there
//   removed/2026-11-23T01-00-00Z/data/ab/abcd…         empty: "removed at that time"
//
// Everything above sees the object as gone: it is neither listed nor read. Putting it again
// brings it back. remove_due() deletes for good what was removed long enough ago, snapshots
// before index files before packs. Locks come and go at once.
//
// Programs that do not know of this, restic among them, ignore removed/ and see a valid
// repository in which nothing was deleted yet.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "stores/store_decorator.h"

namespace skyhold {

struct RemovedObject {
  std::string name;
  Instant removed_at;
};

// Thread-safe, like every store. What other processes remove is seen at each list().
class DelayedRemovalStore final : public StoreDecorator {
 public:
  DelayedRemovalStore(ObjectStorePtr inner, std::chrono::seconds delay, std::shared_ptr<const Clock> clock);

  Status put(std::string_view name, ByteView bytes) override;
  Result<Bytes> get(std::string_view name) override;
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
  Result<ObjectInfo> stat(std::string_view name) override;
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override;
  Status remove(std::string_view name) override;
  Status protect(std::string_view name) override;

  // What is out of sight, oldest first.
  Result<std::vector<RemovedObject>> removed();
  // Brings everything back that was removed at `since` or later; how many objects.
  Result<std::uint64_t> bring_back(Instant since, const CancelToken& cancel);
  // Deletes for good; how many objects. To be called while nobody else writes.
  Result<std::uint64_t> remove_due(const CancelToken& cancel);
  [[nodiscard]] std::chrono::seconds delay() const { return delay_; }

 private:
  Status load();
  Status load_once();
  Result<bool> hidden(std::string_view name);
  Status put_again(std::string_view name, ByteView bytes);
  Status forget_removal(std::string_view name);

  const std::chrono::seconds delay_;
  const std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;
  bool loaded_ = false;
  std::map<std::string, std::vector<Instant>, std::less<>> removed_;  // name, times of its markers
};

}  // namespace skyhold
