#include "repository/lock.h"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"
#include "crypto/hash.h"
#include "repository/lock_file.h"
#include "repository/unpacked_file.h"

namespace skyhold {
namespace {

constexpr int kAttempts = 4;
// A lock that old is renewed before anything irrevocable; others honour it for 30 minutes.
constexpr std::chrono::minutes kRenewAfter{12};
// A copy whose lock could not be refreshed for so long is given up, well before others
// may take the lock for stale.
constexpr std::chrono::minutes kGiveUpAfter{20};

void survive_the_question_of_restic() {
  struct sigaction current {};
  if (sigaction(SIGHUP, nullptr, &current) != 0 || current.sa_handler != SIG_DFL) return;
  current.sa_handler = SIG_IGN;
  sigaction(SIGHUP, &current, nullptr);
}

bool store_failed(const Error& error) {
  return error.code != ErrorCode::kBusy && error.code != ErrorCode::kNotFound &&
         error.code != ErrorCode::kCorrupt;
}

struct SealedLock {
  Id id;
  Bytes bytes;
};

SealedLock seal(const CipherKey& key, LockMode mode) {
  const LockFile lock = own_lock(mode == LockMode::kExclusive, SystemClock().now(), ProcessTable());
  Bytes bytes = encode_unpacked(key, encode_lock(lock), Compress::kYes);
  const Id id = sha256(bytes);
  return {id, std::move(bytes)};
}

Error busy_with(const LockFile& lock, const std::string& location) {
  return Error{ErrorCode::kBusy,
               fmt::format("{} is locked {} by {} since {}", location,
                           lock.exclusive ? "exclusively" : "for reading or writing", holder(lock),
                           format_rfc3339(lock.time)),
               "wait until that process ends; if it is gone, its lock is ignored 30 minutes after that time "
               "(or run `restic "
               "unlock`)"};
}

Error busy_with_unreadable(const Id& id, const std::string& location, const std::string& why) {
  return Error{
      ErrorCode::kBusy,
      fmt::format("{} holds a lock that cannot be read: {}{} ({})", location, directory_of(FileKind::kLock),
                  id.hex(), why),
      "it cannot be told who holds it; when neither Skyhold nor restic works on this repository, remove that "
      "file by hand"};
}

// The locks in one copy, but for our own: an error (kBusy) when one is in the way; stale
// ones are removed.
class OtherLocks {
 public:
  OtherLocks(Copies& copies, std::size_t copy, const CipherKey& key)
      : copies_(copies), store_(copies.store(copy)), copy_(copy), key_(key) {}

  Status check(LockMode mode, const std::optional<Id>& own) {
    std::vector<Id> ids;
    TRY(copies_.list_copy(copy_, FileKind::kLock, [&](const Id& id, std::uint64_t) -> Status {
      if (id != own) ids.push_back(id);
      return {};
    }));
    for (const Id& id : ids) TRY(check_one(mode, id));
    return {};
  }

 private:
  Status check_one(LockMode mode, const Id& id) {
    const std::string name = object_name(FileKind::kLock, id);
    const Result<Bytes> stored = store_.get(name);
    if (!stored) {
      if (stored.error().code == ErrorCode::kNotFound) return {};  // released meanwhile
      return fail(stored.error());
    }
    const Result<LockFile> lock = open(id, *stored);
    if (!lock) return fail(busy_with_unreadable(id, store_.location(), lock.error().message));
    if (is_stale(*lock, SystemClock().now(), ProcessTable())) return remove_stale(name, *lock);
    if (mode == LockMode::kExclusive || lock->exclusive) return fail(busy_with(*lock, store_.location()));
    return {};
  }

  Result<LockFile> open(const Id& id, ByteView stored) const {
    if (sha256(stored) != id) return fail(ErrorCode::kCorrupt, "its content does not match its name");
    const Bytes json = TRY(decode_unpacked(key_, stored));
    return decode_lock(json);
  }

  Status remove_stale(const std::string& name, const LockFile& lock) {
    const Status removed = store_.remove(name);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return fail(removed.error());
    log::info("removed the lock that {} left behind in {}", holder(lock), store_.location());
    return {};
  }

  Copies& copies_;
  ObjectStore& store_;
  std::size_t copy_;
  const CipherKey& key_;
};

}  // namespace

struct RepositoryLock::State {
  State(Copies& the_copies, const CipherKey& the_key, LockMode the_mode, const LockTiming& the_timing)
      : copies(the_copies), key(the_key), mode(the_mode), timing(the_timing), held(the_copies.size()) {}
  ~State() {
    stop();
    release();
  }

  struct Held {
    std::optional<Id> id;
    Instant refreshed_at;
  };

  // Every healthy copy is free for us. Copies whose store fails are marked.
  Status check_others() {
    for (std::size_t copy = 0; copy < copies.size(); ++copy) {
      if (!copies.healthy(copy)) continue;
      const Status free = check_copy(copy);
      if (free) continue;
      if (!store_failed(free.error())) return free;
      copies.mark_failed(copy, free.error());
    }
    return some_copy_left();
  }

  Status check_copy(std::size_t copy) { return OtherLocks(copies, copy, key).check(mode, held[copy].id); }

  Status some_copy_left() const {
    if (copies.healthy_count() > 0) return {};
    const std::optional<Error> first = copies.failure(0);
    return fail(first->in("no copy can be locked"));
  }

  Status write_everywhere() {
    const SealedLock lock = seal(key, mode);
    const Instant now = SystemClock().now();
    for (std::size_t copy = 0; copy < copies.size(); ++copy) {
      if (!copies.healthy(copy)) continue;
      if (copies.put_on(copy, object_name(FileKind::kLock, lock.id), lock.bytes)) held[copy] = {lock.id, now};
    }
    return some_copy_left();
  }

  // Two that come at the same moment see each other and both step back; a random wait lets
  // one of them in. A lock that was there before us is not waited for.
  Status acquire() {
    for (int attempt = 1;; ++attempt) {
      TRY(check_others());
      TRY(write_everywhere());
      std::this_thread::sleep_for(timing.settle);
      const Status still_free = check_others();
      if (still_free) return {};
      release();
      if (still_free.error().code != ErrorCode::kBusy || attempt == kAttempts) return still_free;
      std::this_thread::sleep_for(timing.settle * static_cast<int>(1 + random_u64() % 4));
    }
  }

  void release() {
    for (std::size_t copy = 0; copy < held.size(); ++copy) {
      if (!held[copy].id) continue;
      const Status removed = copies.store(copy).remove(object_name(FileKind::kLock, *held[copy].id));
      if (!removed && removed.error().code != ErrorCode::kNotFound) {
        log::warning("cannot remove our lock from {}: {}; it grows stale by itself",
                     copies.store(copy).location(), removed.error().message);
      }
      held[copy].id.reset();
    }
  }

  void refresh_until_stopped() {
    std::unique_lock lock(stop_mutex);
    while (!stop_requested.wait_for(lock, timing.refresh_every, [this] { return stopping; })) {
      lock.unlock();
      refresh_older_than(std::chrono::nanoseconds::zero());
      lock.lock();
    }
  }

  void refresh_older_than(std::chrono::nanoseconds age) {
    const std::scoped_lock lock(refresh_mutex);
    const Instant now = SystemClock().now();
    for (std::size_t copy = 0; copy < held.size(); ++copy) {
      if (!held[copy].id || !copies.healthy(copy) || now - held[copy].refreshed_at < age) continue;
      refresh_copy(copy);
    }
  }

  void refresh_copy(std::size_t copy) {
    ObjectStore& store = copies.store(copy);
    const SealedLock next = seal(key, mode);
    const Instant now = SystemClock().now();
    const Status written = store.put(object_name(FileKind::kLock, next.id), next.bytes);
    if (!written) {
      log::warning("cannot refresh the lock in {}: {}", store.location(), written.error().message);
      if (now - held[copy].refreshed_at > kGiveUpAfter) lose(copy, written.error());
      return;
    }
    const Status old_removed = store.remove(object_name(FileKind::kLock, *held[copy].id));
    held[copy] = {next.id, now};
    if (old_removed || old_removed.error().code != ErrorCode::kNotFound) return;
    // Somebody took ours for stale or forced it open, and may hold a lock by now.
    const Status still_ours = check_copy(copy);
    if (!still_ours) lose(copy, still_ours.error());
  }

  void lose(std::size_t copy, const Error& error) { copies.mark_failed(copy, error.in("the lock was lost")); }

  void stop() {
    {
      const std::scoped_lock lock(stop_mutex);
      stopping = true;
    }
    stop_requested.notify_all();
    if (refresher.joinable()) refresher.join();
  }

  Copies& copies;
  const CipherKey key;
  const LockMode mode;
  const LockTiming timing;
  std::vector<Held> held;  // one a copy; guarded by refresh_mutex once refresher runs
  std::mutex refresh_mutex;
  std::mutex stop_mutex;
  std::condition_variable stop_requested;
  bool stopping = false;
  std::thread refresher;
};

RepositoryLock::RepositoryLock(std::unique_ptr<State> state) : state_(std::move(state)) {}
RepositoryLock::~RepositoryLock() = default;

Result<std::unique_ptr<RepositoryLock>> RepositoryLock::acquire(Copies& copies, const CipherKey& key,
                                                                LockMode mode, const LockTiming& timing) {
  survive_the_question_of_restic();
  auto state = std::make_unique<State>(copies, key, mode, timing);
  TRY(state->acquire());
  State* running = state.get();
  state->refresher = std::thread([running] { running->refresh_until_stopped(); });
  return std::unique_ptr<RepositoryLock>(new RepositoryLock(std::move(state)));
}

Status RepositoryLock::confirm() {
  state_->refresh_older_than(kRenewAfter);
  return state_->some_copy_left();
}

}  // namespace skyhold
