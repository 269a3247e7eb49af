#include "repository/copies.h"

#include <algorithm>
#include <future>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "crypto/hash.h"
#include "io/in_parallel.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kSmallFileBytes = 64U << 10;  // an index file, a snapshot, about

// A copy is left out for good when the store as a whole fails; a single object that is
// missing or damaged says nothing about the next one.
bool ends_the_copy(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kPermissionDenied;
}

}  // namespace

Copies::Copies(std::vector<ObjectStorePtr> stores) : stores_(std::move(stores)), failures_(stores_.size()) {
  SKYHOLD_ASSERT(!stores_.empty());
}

bool Copies::healthy(std::size_t copy) const {
  const std::scoped_lock lock(mutex_);
  return !failures_[copy].has_value();
}

std::size_t Copies::healthy_count() const {
  const std::scoped_lock lock(mutex_);
  std::size_t count = 0;
  for (const auto& failure : failures_) count += failure.has_value() ? 0 : 1;
  return count;
}

std::optional<Error> Copies::failure(std::size_t copy) const {
  const std::scoped_lock lock(mutex_);
  return failures_[copy];
}

void Copies::mark_failed(std::size_t copy, const Error& error) {
  {
    const std::scoped_lock lock(mutex_);
    if (failures_[copy]) return;
    failures_[copy] = error;
  }
  complain(copy, error);
}

void Copies::on_complaint(Complaint complaint) {
  const std::scoped_lock lock(mutex_);
  complaint_ = std::move(complaint);
}

void Copies::complain(std::size_t copy, const Error& error) {
  Complaint complaint;
  {
    const std::scoped_lock lock(mutex_);
    complaint = complaint_;
  }
  if (complaint) complaint(stores_[copy]->location(), error);
}

// Nearest first; among copies that are about equally near, in the order of their naming.
std::vector<std::size_t> Copies::reading_order(std::uint64_t bytes) const {
  constexpr double kAboutEqual = 1.25;
  constexpr double kTooShortToCount = 0.002;  // seconds
  std::vector<std::pair<double, std::size_t>> expected;
  for (std::size_t copy = 0; copy < stores_.size(); ++copy) {
    expected.emplace_back(stores_[copy]->expected_read_seconds(bytes), copy);
  }
  const double least = std::min_element(expected.begin(), expected.end())->first;
  for (auto& [seconds, copy] : expected) {
    if (seconds <= least * kAboutEqual + kTooShortToCount) seconds = 0;
  }
  std::sort(expected.begin(), expected.end());
  std::vector<std::size_t> order;
  for (const auto& [seconds, copy] : expected) order.push_back(copy);
  return order;
}

Result<Bytes> Copies::get_from_any(const std::string& name, std::uint64_t likely_bytes,
                                   const std::function<Result<Bytes>(ObjectStore&)>& read) {
  std::optional<Error> first_error;
  for (const std::size_t copy : reading_order(likely_bytes)) {
    if (!healthy(copy)) continue;
    Result<Bytes> bytes = read(*stores_[copy]);
    if (bytes) return bytes;
    const Error error = bytes.error().in(fmt::format("{} in {}", name, stores_[copy]->location()));
    if (ends_the_copy(error.code)) {
      mark_failed(copy, error);
    } else {
      complain(copy, error);
    }
    if (!first_error) first_error = error;
  }
  if (first_error) return fail(*first_error);
  return fail(no_copy_left());
}

Error Copies::no_copy_left() const {
  const std::scoped_lock lock(mutex_);
  for (std::size_t copy = 0; copy < stores_.size(); ++copy) {
    if (failures_[copy]) {
      return failures_[copy]->in(fmt::format("no copy is left; {}", stores_[copy]->location()));
    }
  }
  SKYHOLD_UNREACHABLE();
}

Result<Bytes> Copies::get(FileKind kind, const Id& id) {
  const std::string name = object_name(kind, id);
  return get_from_any(name, kSmallFileBytes, [&](ObjectStore& store) -> Result<Bytes> {
    Bytes bytes = TRY(store.get(name));
    if (sha256(bytes) != id) {
      return fail(ErrorCode::kCorrupt, "the content does not match the name",
                  "this object is damaged; `skyhold repo verify --read-data` shows what else is");
    }
    return bytes;
  });
}

Result<Bytes> Copies::get_range(const std::string& name, std::uint64_t offset, std::uint64_t length,
                                const std::function<Result<Bytes>(ByteView)>& accept) {
  return get_from_any(name, length, [&](ObjectStore& store) -> Result<Bytes> {
    const Bytes stored = TRY(store.get_range(name, offset, length));
    return accept(stored);
  });
}

Status Copies::put_on(std::size_t copy, const std::string& name, ByteView bytes) {
  Status status = stores_[copy]->put(name, bytes);
  // Names are hashes of the content: what is there already is what we would have written.
  if (status || status.error().code == ErrorCode::kAlreadyExists) return {};
  mark_failed(copy, status.error());
  return status;
}

Status Copies::put_everywhere(const std::string& name, ByteView bytes) {
  std::vector<std::future<Status>> writes;
  for (std::size_t copy = 0; copy < stores_.size(); ++copy) {
    if (!healthy(copy)) continue;
    writes.push_back(
        std::async(std::launch::async, [this, copy, &name, bytes] { return put_on(copy, name, bytes); }));
  }
  std::size_t written = 0;
  for (auto& write : writes) written += write.get() ? 1 : 0;
  if (written == 0) return fail(no_copy_left());
  return {};
}

Status Copies::remove_everywhere(const std::string& name) {
  Status first;
  for (std::size_t copy = 0; copy < stores_.size(); ++copy) {
    if (!healthy(copy)) continue;
    Status status = stores_[copy]->remove(name);
    if (status || status.error().code == ErrorCode::kNotFound || !first) continue;
    first = fail(status.error().in(fmt::format("cannot remove {} from {}", name, stores_[copy]->location())));
  }
  return first;
}

std::map<Id, std::uint64_t> Copies::list_everywhere(FileKind kind) {
  SKYHOLD_ASSERT(stores_.size() <= 64);
  std::mutex found_mutex;
  std::map<Id, std::uint64_t> found;
  const Status listed_all = in_parallel(stores_.size(), stores_.size(), [&](std::size_t copy) -> Status {
    if (!healthy(copy)) return {};
    const Status listed = list_copy(copy, kind, [&](const Id& id, std::uint64_t) -> Status {
      const std::scoped_lock lock(found_mutex);
      found[id] |= 1ULL << copy;
      return {};
    });
    if (!listed) mark_failed(copy, listed.error());
    return {};
  });
  SKYHOLD_ASSERT(listed_all.has_value());
  return found;
}

Result<std::set<Id>> Copies::list_union(FileKind kind) {
  std::set<Id> ids;
  for (const auto& [id, in_copies] : list_everywhere(kind)) ids.insert(id);
  if (healthy_count() == 0) return fail(no_copy_left());
  return ids;
}

Status Copies::list_copy(std::size_t copy, FileKind kind,
                         const std::function<Status(const Id&, std::uint64_t size_bytes)>& visit) {
  return stores_[copy]->list(directory_of(kind), [&](const ObjectInfo& object) -> Status {
    const Result<Id> id = id_of_object(kind, object.name);
    if (!id) return {};  // a temporary file of another program
    return visit(*id, object.size_bytes);
  });
}

}  // namespace skyhold
