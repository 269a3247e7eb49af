#include "operations/verify/verify.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "io/in_parallel.h"
#include "operations/verify/copy_check.h"

namespace skyhold {
namespace {

constexpr std::size_t kThreads = 2;

// Counts bytes for the progress of several threads.
class ByteProgress {
 public:
  ByteProgress(ProgressSink& sink, std::string phase, std::uint64_t total_bytes, std::uint64_t total_items)
      : sink_(sink) {
    state_.phase = std::move(phase);
    state_.total_bytes = total_bytes;
    state_.total_items = total_items;
  }
  void done(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    state_.done_bytes += bytes;
    ++state_.done_items;
    sink_.report(state_);
  }

 private:
  ProgressSink& sink_;
  std::mutex mutex_;
  Progress state_;
};

class VerifyRun {
 public:
  VerifyRun(const std::vector<ObjectStorePtr>& stores, const VerifyOptions& options, ProgressSink& progress,
            const CancelToken& cancel)
      : options_(options), progress_(progress), cancel_(cancel) {
    for (const ObjectStorePtr& store : stores) {
      copies_.push_back(std::make_unique<CopyCheck>(store, options_, cache_, cancel_));
    }
  }

  Result<VerifyResult> run() {
    TRY(each_copy("Opening", &CopyCheck::open));
    TRY(some_copy_opened());
    TRY(lock());
    TRY(each_copy("Listing", &CopyCheck::list));
    TRY(each_copy("Checking small files", &CopyCheck::check_small_files));
    TRY(each_copy("Checking snapshots", &CopyCheck::check_snapshots));
    TRY(read_packs());
    compare();
    VerifyResult result;
    for (const auto& copy : copies_) result.copies.push_back(copy->take_report());
    return result;
  }

 private:
  Status each_copy(const std::string& phase, Status (CopyCheck::*step)()) {
    TRY(cancel_.check());
    progress_.report({.phase = phase, .total_items = copies_.size()});
    return in_parallel(copies_.size(), kThreads,
                       [&](std::size_t copy) { return (copies_[copy].get()->*step)(); });
  }

  // A key that opens no copy is the caller's mistake, not a damage of all of them.
  Status some_copy_opened() const {
    const bool all_refused = std::all_of(copies_.begin(), copies_.end(), [](const auto& copy) {
      return copy->open_error() && copy->open_error()->code == ErrorCode::kWrongKey;
    });
    if (all_refused) return fail(*copies_.front()->open_error());
    return all_of_one_repository();
  }

  Status all_of_one_repository() const {
    const Repository* first = nullptr;
    for (const auto& copy : copies_) {
      const Repository* repository = copy->repository();
      if (repository == nullptr) continue;
      if (first == nullptr) first = repository;
      if (repository->config().id == first->config().id) continue;
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("{} holds another repository than the stores before it", copy->store()->location()),
          "give only the stores of one project");
    }
    return {};
  }

  // A copy that cannot be written is verified without a lock.
  Status lock() {
    std::vector<ObjectStorePtr> stores;
    const Repository* repository = nullptr;
    for (const auto& copy : copies_) {
      if (copy->repository() == nullptr) continue;
      stores.push_back(copy->store());
      repository = copy->repository();
    }
    if (repository == nullptr) return {};
    locked_ = std::make_unique<Copies>(std::move(stores));
    auto lock = RepositoryLock::acquire(*locked_, repository->key(), LockMode::kShared, options_.lock_timing);
    if (lock) {
      lock_ = std::move(*lock);
    } else if (lock.error().code == ErrorCode::kBusy) {
      return fail(lock.error());
    }
    return {};
  }

  // The copies take turns, so that each store is read at its own rate for as long as any.
  Status read_packs() {
    struct Task {
      CopyCheck* copy;
      Id pack;
    };
    std::vector<std::pair<std::size_t, Task>> ordered;
    std::uint64_t bytes = 0;
    for (const auto& copy : copies_) {
      std::size_t turn = 0;
      for (const Id& pack : copy->packs_to_read()) {
        ordered.push_back({turn++, {copy.get(), pack}});
        bytes += copy->size_of(pack);
      }
    }
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    ByteProgress progress(progress_, "Reading packs", bytes, ordered.size());
    return in_parallel(ordered.size(), kThreads, [&](std::size_t item) -> Status {
      const Task& task = ordered[item].second;
      TRY(task.copy->read_pack(task.pack));
      progress.done(task.copy->size_of(task.pack));
      return {};
    });
  }

  void compare() {
    std::set<std::string> all;
    for (const auto& copy : copies_) {
      for (const auto& [name, size_bytes] : copy->objects()) {
        if (is_compared(name)) all.insert(name);
      }
    }
    for (const auto& copy : copies_) {
      if (!copy->usable()) continue;
      for (const std::string& name : copy->missing_packs()) report_missing(*copy, name);
      for (const std::string& name : all) {
        if (!copy->has_object(name) && name != kConfigName) report_missing(*copy, name);
      }
    }
    if (options_.master_key == nullptr) compare_configs();
  }

  // With a key it is known which packs and index files a copy needs: those of its own
  // snapshots, and it must have every snapshot.
  bool is_compared(const std::string& name) const {
    if (options_.master_key == nullptr) return true;
    return name.starts_with(directory_of(FileKind::kSnapshot)) ||
           name.starts_with(directory_of(FileKind::kKey));
  }

  void report_missing(CopyCheck& copy, const std::string& name) {
    if (copy.store()->stat(name)) return;  // a backup wrote it since we listed
    for (const auto& other : copies_) {
      if (other.get() == &copy || !other->has_object(name) || !other->store()->stat(name)) continue;
      copy.add_finding(name, fmt::format("missing; {} has it", other->store()->location()));
      return;
    }
    if (copy.missing_packs().contains(name)) copy.add_finding(name, "missing; no other copy has it");
  }

  // config is not named by its hash, but it is the same everywhere.
  void compare_configs() {
    std::optional<Bytes> first;
    std::string first_location;
    for (const auto& copy : copies_) {
      const Result<Bytes> config = copy->store()->get(kConfigName);
      if (!config) continue;  // list() has told
      if (!first) {
        first = *config;
        first_location = copy->store()->location();
      } else if (*first != *config) {
        copy->add_finding(std::string(kConfigName), fmt::format("differs from that of {}", first_location));
      }
    }
  }

  const VerifyOptions& options_;
  ProgressSink& progress_;
  const CancelToken& cancel_;
  IndexCache cache_;
  std::vector<std::unique_ptr<CopyCheck>> copies_;
  std::unique_ptr<Copies> locked_;
  std::unique_ptr<RepositoryLock> lock_;
};

}  // namespace

// Names are hashes, so that their first bytes are spread evenly.
bool PackShare::holds(const Id& pack) const {
  std::uint32_t number = 0;
  for (int byte = 0; byte < 4; ++byte) number = number << 8 | pack.view()[byte];
  return number % parts == share;
}

PackShare PackShare::of_day(std::uint32_t parts, Instant day) {
  const auto days = std::chrono::floor<std::chrono::days>(day.time_since_epoch()).count();
  return {parts, static_cast<std::uint32_t>(days % parts)};
}

bool VerifyResult::good() const {
  return std::all_of(copies.begin(), copies.end(), [](const CopyReport& copy) { return copy.good; });
}

Result<VerifyResult> run_verify(const std::vector<ObjectStorePtr>& stores, const VerifyOptions& options,
                                ProgressSink& progress, const CancelToken& cancel) {
  if (stores.empty()) return fail(ErrorCode::kInvalidArgument, "no store was given to verify");
  return VerifyRun(stores, options, progress, cancel).run();
}

}  // namespace skyhold
