#include "stores/store_probe.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/random.h"

namespace skyhold {
namespace {

constexpr std::size_t kContentBytes = 4096;
constexpr std::uint64_t kRangeOffset = 1000;
constexpr std::uint64_t kRangeLength = 96;

bool is_absent(const Error& error) {
  return error.code == ErrorCode::kNotFound || error.code == ErrorCode::kUnavailable;
}

class Probe {
 public:
  explicit Probe(ObjectStore& store)
      : store_(store), name_(fmt::format("{}{:016x}", kProbePrefix, random_u64())), content_(kContentBytes) {
    random_bytes(content_);
  }

  std::vector<ProbeStep> run() {
    const bool may_list =
        step("list", [this] { return store_.list(kProbePrefix, [](const auto&) { return Status(); }); });
    // A place that is not there must not be made by looking: it may be a disk that is not mounted.
    if (!may_list && is_absent(*steps_.back().error)) return std::move(steps_);
    if (!step("write", [this] { return store_.put(name_, content_); })) return std::move(steps_);
    if (step("read", [this] { return read(); })) step("range", [this] { return read_range(); });
    if (may_list) step("listed", [this] { return find_in_listing(); });
    step("overwrite", [this] { return refuse_to_overwrite(); });
    if (step("remove", [this] { return store_.remove(name_); })) step("gone", [this] { return be_gone(); });
    return std::move(steps_);
  }

 private:
  bool step(std::string name, const std::function<Status()>& action) {
    const double began = monotonic_seconds();
    const Status done = action();
    ProbeStep& result = steps_.emplace_back();
    result.name = std::move(name);
    result.seconds = monotonic_seconds() - began;
    if (!done) result.error = done.error();
    return done.has_value();
  }

  Status read() {
    const Bytes found = TRY(store_.get(name_));
    if (found == content_) return {};
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} gave back other bytes than were written", store_.location()),
                "do not use it");
  }

  Status read_range() {
    const Bytes found = TRY(store_.get_range(name_, kRangeOffset, kRangeLength));
    const auto expected = content_.begin() + kRangeOffset;
    if (std::equal(found.begin(), found.end(), expected, expected + kRangeLength)) return {};
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} gave another range of an object than was asked for", store_.location()),
                "is there a proxy between that does not know Range?");
  }

  Status find_in_listing() {
    bool found = false;
    TRY(store_.list(kProbePrefix, [&](const ObjectInfo& info) -> Status {
      found = found || (info.name == name_ && info.size_bytes == content_.size());
      return {};
    }));
    if (found) return {};
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} does not list an object that was just written", store_.location()),
                "its listings must be up to date; Skyhold cannot use it otherwise");
  }

  // Packs and snapshots rely on it: what is written stays as it was written.
  Status refuse_to_overwrite() {
    const Status written = store_.put(name_, as_bytes("another content"));
    if (!written && written.error().code == ErrorCode::kAlreadyExists) return {};
    if (!written) return written;
    return fail(ErrorCode::kUnsupported,
                fmt::format("{} overwrites objects when asked not to", store_.location()),
                "Skyhold needs conditional writes (If-None-Match: *); update the server");
  }

  Status be_gone() {
    const Result<Bytes> found = store_.get(name_);
    if (!found && found.error().code == ErrorCode::kNotFound) return {};
    if (!found) return fail(found.error());
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} still gives an object that was removed", store_.location()),
                "is there a cache in between?");
  }

  ObjectStore& store_;
  const std::string name_;
  Bytes content_;
  std::vector<ProbeStep> steps_;
};

}  // namespace

std::vector<ProbeStep> probe_store(ObjectStore& store) {
  return Probe(store).run();
}

}  // namespace skyhold
