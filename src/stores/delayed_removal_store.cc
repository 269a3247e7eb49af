#include "stores/delayed_removal_store.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "stores/object_name.h"

namespace skyhold {
namespace {

constexpr std::string_view kMarkers = "removed/";
// RFC 3339 in UTC without fractions; '-' for ':', which object names may not hold.
constexpr std::size_t kTimeBytes = std::string_view("2026-11-23T01-00-00Z").size();

bool lets_go_at_once(std::string_view name) {
  return name.starts_with("locks/");
}

std::string time_text(Instant instant) {
  std::string text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(instant));
  std::replace(text.begin(), text.end(), ':', '-');
  return text;
}

std::optional<RemovedObject> parse_marker(std::string_view marker) {
  if (!marker.starts_with(kMarkers)) return std::nullopt;
  marker.remove_prefix(kMarkers.size());
  if (marker.size() < kTimeBytes + 2 || marker[kTimeBytes] != '/') return std::nullopt;
  std::string time(marker.substr(0, kTimeBytes));
  time[13] = time[16] = ':';
  const Result<Instant> removed_at = parse_rfc3339(time);
  if (!removed_at) return std::nullopt;
  return RemovedObject{std::string(marker.substr(kTimeBytes + 1)), *removed_at};
}

tl::unexpected<Error> gone(std::string_view name, const std::string& location) {
  return fail(ErrorCode::kNotFound, fmt::format("there is no {} in {}", name, location));
}

std::string marker_of(const RemovedObject& removed) {
  return fmt::format("{}{}/{}", kMarkers, time_text(removed.removed_at), removed.name);
}

// A snapshot that is seen must be whole, so it goes first; then what leads to packs.
int turn_of(const std::string& name) {
  constexpr std::array<std::string_view, 2> kFirst = {"snapshots/", "index/"};
  for (std::size_t turn = 0; turn < kFirst.size(); ++turn) {
    if (name.starts_with(kFirst[turn])) return static_cast<int>(turn);
  }
  return static_cast<int>(kFirst.size());
}

}  // namespace

DelayedRemovalStore::DelayedRemovalStore(ObjectStorePtr inner, std::chrono::seconds delay,
                                         std::shared_ptr<const Clock> clock)
    : StoreDecorator(std::move(inner)), delay_(delay), clock_(std::move(clock)) {}

Status DelayedRemovalStore::load() {
  std::map<std::string, std::vector<Instant>, std::less<>> found;
  TRY(inner_->list(kMarkers, [&](const ObjectInfo& object) -> Status {
    if (const auto removed = parse_marker(object.name)) found[removed->name].push_back(removed->removed_at);
    return {};
  }));
  const std::scoped_lock lock(mutex_);
  removed_ = std::move(found);
  loaded_ = true;
  return {};
}

Status DelayedRemovalStore::load_once() {
  {
    const std::scoped_lock lock(mutex_);
    if (loaded_) return {};
  }
  const Status loaded = load();
  // A store that is not there yet holds no markers either.
  if (!loaded && loaded.error().code == ErrorCode::kNotFound) return {};
  return loaded;
}

Result<bool> DelayedRemovalStore::hidden(std::string_view name) {
  if (name.starts_with(kMarkers)) return true;
  TRY(load_once());
  const std::scoped_lock lock(mutex_);
  return removed_.contains(name);
}

// The entry goes last: whoever fails in between finds the object removed still.
Status DelayedRemovalStore::forget_removal(std::string_view name) {
  std::vector<Instant> times;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = removed_.find(name);
    if (found != removed_.end()) times = found->second;
  }
  for (const Instant time : times) {
    Status removed = inner_->remove(marker_of({std::string(name), time}));
    if (!removed && removed.error().code != ErrorCode::kNotFound) return removed;
  }
  const std::scoped_lock lock(mutex_);
  removed_.erase(std::string(name));
  return {};
}

Status DelayedRemovalStore::put(std::string_view name, ByteView bytes) {
  if (name.starts_with(kMarkers)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not an object's name", name));
  }
  if (TRY(hidden(name))) return put_again(name, bytes);
  Status written = inner_->put(name, bytes);
  if (written || written.error().code != ErrorCode::kAlreadyExists) return written;
  // What lies there may have been removed by another process since we looked.
  TRY(load());
  return TRY(hidden(name)) ? put_again(name, bytes) : written;
}

// What lies there out of sight is taken up again if it is what is to be written.
Status DelayedRemovalStore::put_again(std::string_view name, ByteView bytes) {
  const Result<Bytes> old = inner_->get(name);
  if (!old && old.error().code != ErrorCode::kNotFound && old.error().code != ErrorCode::kCorrupt) {
    return fail(old.error());
  }
  if (!old || !std::equal(old->begin(), old->end(), bytes.begin(), bytes.end())) {
    const Status removed = inner_->remove(name);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return removed;
    TRY(inner_->put(name, bytes));
  } else {
    TRY(inner_->protect(name));  // as what is written now would be
  }
  return forget_removal(name);
}

Result<Bytes> DelayedRemovalStore::get(std::string_view name) {
  TRY(check_object_name(name));
  if (TRY(hidden(name))) return gone(name, location());
  return inner_->get(name);
}

Result<Bytes> DelayedRemovalStore::get_range(std::string_view name, std::uint64_t offset,
                                             std::uint64_t length) {
  TRY(check_object_name(name));
  if (TRY(hidden(name))) return gone(name, location());
  return inner_->get_range(name, offset, length);
}

Result<ObjectInfo> DelayedRemovalStore::stat(std::string_view name) {
  TRY(check_object_name(name));
  if (TRY(hidden(name))) return gone(name, location());
  return inner_->stat(name);
}

Status DelayedRemovalStore::list(std::string_view prefix,
                                 const std::function<Status(const ObjectInfo&)>& visit) {
  TRY(check_object_prefix(prefix));
  TRY(load());
  return inner_->list(prefix, [&](const ObjectInfo& object) -> Status {
    if (TRY(hidden(object.name))) return {};
    return visit(object);
  });
}

Status DelayedRemovalStore::remove(std::string_view name) {
  if (lets_go_at_once(name)) return inner_->remove(name);
  TRY(check_object_name(name));
  if (TRY(hidden(name))) return gone(name, location());
  TRY(inner_->stat(name));
  const RemovedObject removed{std::string(name), std::chrono::floor<std::chrono::seconds>(clock_->now())};
  const Status marked = inner_->put(marker_of(removed), {});
  if (!marked && marked.error().code != ErrorCode::kAlreadyExists) return marked;
  const std::scoped_lock lock(mutex_);
  removed_[removed.name].push_back(removed.removed_at);
  return {};
}

Status DelayedRemovalStore::protect(std::string_view name) {
  if (!protects()) return {};
  TRY(check_object_name(name));
  if (TRY(hidden(name))) return gone(name, location());
  return inner_->protect(name);
}

Result<std::vector<RemovedObject>> DelayedRemovalStore::removed() {
  TRY(load());
  std::vector<RemovedObject> all;
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, times] : removed_)
    all.push_back({name, *std::max_element(times.begin(), times.end())});
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.removed_at < b.removed_at; });
  return all;
}

// In the order of writing: packs, index files, snapshots.
Result<std::uint64_t> DelayedRemovalStore::bring_back(Instant since, const CancelToken& cancel) {
  std::vector<RemovedObject> all = TRY(removed());
  std::erase_if(all, [&](const RemovedObject& object) { return object.removed_at < since; });
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return turn_of(a.name) > turn_of(b.name); });
  std::uint64_t count = 0;
  for (const RemovedObject& object : all) {
    TRY(cancel.check());
    TRY(forget_removal(object.name));
    ++count;
  }
  return count;
}

Result<std::uint64_t> DelayedRemovalStore::remove_due(const CancelToken& cancel) {
  const Instant due = clock_->now() - delay_;
  std::vector<RemovedObject> all = TRY(removed());
  std::erase_if(all, [&](const RemovedObject& object) { return object.removed_at > due; });
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return turn_of(a.name) < turn_of(b.name); });
  std::uint64_t count = 0;
  for (const RemovedObject& object : all) {
    TRY(cancel.check());
    // The object first: a marker without one does no harm, an object without its marker
    // would be back.
    const Status removed = inner_->remove(object.name);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return fail(removed.error());
    TRY(forget_removal(object.name));
    ++count;
  }
  return count;
}

}  // namespace skyhold
