#include "operations/mirror/mend.h"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "crypto/hash.h"
#include "io/in_parallel.h"
#include "io/task_group.h"
#include "operations/mirror/copy_contents.h"
#include "repository/repository.h"

namespace skyhold {
namespace {

constexpr std::size_t kThreads = 8;  // a store behind a network answers late

// An error that ends the work with a copy; others concern one object.
bool ends_the_copy(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kPermissionDenied ||
         code == ErrorCode::kNoSpace;
}

// A copy shows what its snapshots and index files name.
bool leads_to_packs(const std::string& name) {
  return name.starts_with(directory_of(FileKind::kIndex)) ||
         name.starts_with(directory_of(FileKind::kSnapshot));
}

// One object that some copy lacks, or that is to be read.
struct Task {
  std::string name;
  Id id;
  std::uint64_t size_bytes = 0;
  bool check = false;  // read it on every copy
};

class MendRun {
 public:
  MendRun(const std::vector<ObjectStorePtr>& stores, const MendOptions& options, ProgressSink& progress,
          const CancelToken& cancel)
      : stores_(stores), options_(options), progress_(progress), cancel_(cancel) {
    for (const ObjectStorePtr& store : stores) copies_.push_back(std::make_unique<CopyContents>(store));
  }

  Result<MendResult> run() {
    TRY(lock());
    TRY(look());
    TRY(choose_config());
    TRY(mend_kinds({FileKind::kKey, FileKind::kPack}, "Key files and packs"));
    TRY(confirm_lock());
    TRY(mend_kinds({FileKind::kIndex}, "Index files"));
    TRY(mend_kinds({FileKind::kSnapshot}, "Snapshots"));
    TRY(mend_config());
    MendResult result;
    for (const auto& copy : copies_) result.copies.push_back(copy->take_report());
    return result;
  }

 private:
  // With the key a shared lock keeps prune and forget away. Opening also says which copies
  // are of another repository, and which have a config that can be trusted.
  Status lock() {
    if (options_.master_key == nullptr) return {};
    progress_.report({.phase = "Locking"});
    repository_ = TRY(Repository::open(stores_, *options_.master_key));
    lock_ = TRY(RepositoryLock::acquire(repository_->copies(), repository_->key(), LockMode::kShared,
                                        options_.lock_timing));
    return {};
  }

  Status confirm_lock() { return lock_ ? lock_->confirm() : refuse_while_locked(); }

  // Whose lock it is, and whether it still counts, only the key could tell.
  Status refuse_while_locked() {
    for (const auto& copy : copies_) {
      if (!copy->reached()) continue;
      std::string found;
      const Status listed =
          copy->store().list(directory_of(FileKind::kLock), [&](const ObjectInfo& object) -> Status {
            if (id_of_object(FileKind::kLock, object.name)) found = object.name;
            return {};
          });
      if (!listed || found.empty()) continue;  // a copy that cannot be listed is dealt with by list()
      return fail(ErrorCode::kBusy, fmt::format("{} holds a lock ({})", copy->store().location(), found),
                  "try again when the backup or prune is done; with --key-file mend can tell a lock that "
                  "was left behind, and work beside a backup");
    }
    return {};
  }

  // All at once, for a far store takes its time with each answer. That the look for locks need not come
  // first is due to the order of list(): what a backup or prune does meanwhile is seen whole or not at all.
  Status look() {
    progress_.report({.phase = "Listing", .total_items = copies_.size()});
    configs_.resize(copies_.size());
    TaskGroup group;
    for (std::size_t copy = 0; copy < copies_.size(); ++copy) {
      group.run([this, copy] { return copies_[copy]->list(cancel_); });
      group.run([this, copy] { return read_config(copy); });
    }
    if (options_.master_key == nullptr) group.run([this] { return refuse_while_locked(); });
    TRY(group.wait());
    const auto reached =
        std::count_if(copies_.begin(), copies_.end(), [](const auto& copy) { return copy->reached(); });
    if (reached >= 2) return {};
    return fail(
        ErrorCode::kUnavailable,
        fmt::format("only {} of {} copies can be reached: {}", reached, copies_.size(), first_unreached()),
        "mending needs two copies; give all stores of the project");
  }

  std::string first_unreached() const {
    for (const auto& copy : copies_) {
      if (!copy->reached()) return fmt::format("{}: {}", copy->store().location(), copy->unreached());
    }
    return "one store was given";
  }

  Status read_config(std::size_t copy) {
    Result<Bytes> config = copies_[copy]->store().get(kConfigName);
    if (config) {
      configs_[copy] = std::move(*config);
    } else if (config.error().code != ErrorCode::kNotFound) {
      copies_[copy]->give_up(config.error());
    }
    return {};
  }

  // The config is the one object without a hash for a name.
  Status choose_config() {
    for (std::size_t copy = 0; copy < copies_.size(); ++copy) {
      if (!copies_[copy]->reached()) configs_[copy].reset();
    }
    config_ = repository_ ? config_by_key(configs_) : TRY(config_by_majority(configs_));
    if (!config_) {
      return fail(ErrorCode::kNotFound, "none of the stores holds a repository's config",
                  "check the URLs; `skyhold repo init` makes a new repository");
    }
    for (std::size_t copy = 0; copy < copies_.size(); ++copy) {
      if (configs_[copy] && *configs_[copy] != *config_) TRY(refuse_stranger(*copies_[copy]));
      needs_config_.push_back(copies_[copy]->reached() && configs_[copy] != config_);
      if (!needs_config_.back()) continue;
      if (configs_[copy]) {
        copies_[copy]->count_damaged(std::string(kConfigName));
      } else {
        copies_[copy]->count_missing();
      }
    }
    return {};
  }

  std::optional<Bytes> config_by_key(const std::vector<std::optional<Bytes>>& configs) const {
    for (std::size_t copy = 0; copy < copies_.size(); ++copy) {
      if (configs[copy] && repository_->copies().healthy(copy)) return configs[copy];
    }
    return std::nullopt;
  }

  static Result<std::optional<Bytes>> config_by_majority(const std::vector<std::optional<Bytes>>& configs) {
    std::optional<Bytes> best;
    std::ptrdiff_t most = 0;
    bool tied = false;
    for (const auto& config : configs) {
      if (!config || config == best) continue;
      const std::ptrdiff_t votes = std::count(configs.begin(), configs.end(), config);
      tied = votes == most;
      if (votes <= most) continue;
      best = config;
      most = votes;
    }
    if (!tied) return best;
    return fail(ErrorCode::kCorrupt, "the copies' configs differ, and without a key none can be preferred",
                "give --key-file: the config that it opens is the right one");
  }

  // Bytes of one project must never flow into another's store. Copies of one repository
  // share their key files.
  Status refuse_stranger(const CopyContents& copy) const {
    const std::string keys(directory_of(FileKind::kKey));
    for (auto at = copy.objects().lower_bound(keys);
         at != copy.objects().end() && at->first.starts_with(keys); ++at) {
      for (const auto& other : copies_) {
        if (other.get() != &copy && other->has(at->first)) return {};
      }
    }
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} holds another repository than the other stores", copy.store().location()),
                "give only the stores of one project");
  }

  Status mend_kinds(std::initializer_list<FileKind> kinds, const std::string& phase) {
    std::vector<Task> tasks;
    for (const FileKind kind : kinds) add_tasks(kind, tasks);
    Progress state{.phase = phase, .total_items = tasks.size()};
    for (const Task& task : tasks) state.total_bytes += task.size_bytes;
    progress_.report(state);
    std::mutex state_mutex;
    return in_parallel(tasks.size(), kThreads, [&](std::size_t task) -> Status {
      TRY(cancel_.check());
      mend_object(tasks[task]);
      const std::scoped_lock lock(state_mutex);
      ++state.done_items;
      state.done_bytes += tasks[task].size_bytes;
      progress_.report(state);
      return {};
    });
  }

  // What some copy lacks; small files all, for reading them costs little; packs whose sizes
  // differ between the copies, or all of them when that was asked for.
  void add_tasks(FileKind kind, std::vector<Task>& tasks) const {
    std::map<std::string, std::vector<std::uint64_t>> sizes;
    const std::string directory(directory_of(kind));
    std::size_t reached = 0;
    for (const auto& copy : copies_) {
      if (!copy->reached()) continue;
      ++reached;
      for (auto at = copy->objects().lower_bound(directory);
           at != copy->objects().end() && at->first.starts_with(directory); ++at) {
        sizes[at->first].push_back(at->second);
      }
    }
    for (const auto& [name, found] : sizes) {
      const auto [least, most] = std::minmax_element(found.begin(), found.end());
      const bool sizes_differ = *least != *most;
      const bool check = kind != FileKind::kPack || options_.read_data || sizes_differ;
      if (!check && found.size() == reached) continue;
      tasks.push_back({name, *id_of_object(kind, name), *most, check});
    }
  }

  void mend_object(const Task& task) {
    const std::optional<Bytes> good = find_good(task);
    for (const auto& copy : copies_) {
      if (!copy->reached()) continue;
      const bool missing = !copy->has(task.name);
      if (!missing && !copy->is_damaged(task.name)) continue;
      // What has gone everywhere since it was listed was removed on purpose.
      if (missing && !good && !damaged_anywhere(task.name)) continue;
      if (missing) copy->count_missing();
      if (missing && leads_to_packs(task.name) && copy->has_holes()) {
        copy->add_unmended(task.name, "not written while this copy lacks packs");
      } else if (good) {
        write(*copy, task.name, *good);
      } else {
        copy->add_unmended(task.name, missing ? "missing, and damaged in every copy that has it"
                                              : "damaged, and no copy has it whole");
      }
    }
  }

  // Notes on the way which copies have it damaged.
  std::optional<Bytes> find_good(const Task& task) {
    std::optional<Bytes> good;
    for (const auto& copy : copies_) {
      if (!copy->reached() || !copy->has(task.name)) continue;
      if (good && !task.check) break;
      Result<Bytes> bytes = copy->read_checked(task.name, task.id);
      if (bytes) {
        if (!good) good = std::move(*bytes);
      } else if (ends_the_copy(bytes.error().code)) {
        copy->give_up(bytes.error());
      }
    }
    return good;
  }

  bool damaged_anywhere(const std::string& name) const {
    return std::any_of(copies_.begin(), copies_.end(),
                       [&](const auto& copy) { return copy->is_damaged(name); });
  }

  void write(CopyContents& copy, const std::string& name, ByteView bytes) {
    if (!options_.dry_run) {
      const Status written = copy.write(name, bytes);
      if (!written) {
        copy.give_up(written.error().in(fmt::format("cannot write {}", name)));
        return;
      }
    }
    copy.count_mended(bytes.size());
  }

  // Last: a store with a config counts as a repository.
  Status mend_config() {
    for (std::size_t copy = 0; copy < copies_.size(); ++copy) {
      if (needs_config_[copy] && copies_[copy]->reached())
        write(*copies_[copy], std::string(kConfigName), *config_);
    }
    return {};
  }

  const std::vector<ObjectStorePtr>& stores_;
  const MendOptions& options_;
  ProgressSink& progress_;
  const CancelToken& cancel_;

  std::vector<std::unique_ptr<CopyContents>> copies_;
  std::unique_ptr<Repository> repository_;  // with a key
  std::unique_ptr<RepositoryLock> lock_;
  std::vector<std::optional<Bytes>> configs_;  // of each copy
  std::optional<Bytes> config_;                // the right one
  std::vector<bool> needs_config_;
};

}  // namespace

bool MendResult::whole() const {
  return std::all_of(copies.begin(), copies.end(), [](const MendedCopy& copy) { return copy.whole(); });
}

Result<MendResult> run_mend(const std::vector<ObjectStorePtr>& stores, const MendOptions& options,
                            ProgressSink& progress, const CancelToken& cancel) {
  return MendRun(stores, options, progress, cancel).run();
}

}  // namespace skyhold
