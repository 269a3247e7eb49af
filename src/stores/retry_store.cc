#include "stores/retry_store.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/human.h"
#include "base/random.h"
#include "crypto/hash.h"

namespace skyhold {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostNamesRemembered = 10'000'000;

double in_seconds(nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// The names of one listing that were visited, by 16 bytes of their SHA-256: for two of ten
// million names to share them is less likely than one in 10^24.
class VisitedNames {
 public:
  // To be called before each attempt: only an attempt that follows another needs to look back.
  void begin_attempt() {
    known_.insert(known_.end(), fresh_.begin(), fresh_.end());
    fresh_.clear();
    std::sort(known_.begin(), known_.end());
  }

  // Whether the name is new; it is not from then on.
  Result<bool> add(std::string_view name) {
    const Id whole = sha256(as_bytes(name));
    Key key;
    std::copy_n(whole.bytes.begin(), key.size(), key.begin());
    if (std::binary_search(known_.begin(), known_.end(), key)) return false;
    if (known_.size() + fresh_.size() >= kMostNamesRemembered) {
      return fail(ErrorCode::kNoSpace,
                  fmt::format("a listing has more than {} objects", human_count(kMostNamesRemembered)),
                  "keep fewer projects' backups in one prefix");
    }
    fresh_.push_back(key);
    return true;
  }

  [[nodiscard]] std::size_t size() const { return known_.size() + fresh_.size(); }

 private:
  using Key = std::array<std::uint8_t, 16>;
  std::vector<Key> known_;  // of earlier attempts, sorted
  std::vector<Key> fresh_;  // of this one
};

}  // namespace

// The attempts of one call, and what they may still cost.
class RetryStore::Attempts {
 public:
  explicit Attempts(RetryStore& store)
      : store_(store), began_(store.waiting_->now()), interruptions_before_(store.interruptions_) {}

  // Whether an attempt failed in a way that leaves open what it has done.
  [[nodiscard]] bool unclear() const { return failures_ > 0; }
  // The attempt that failed had come further than any before.
  void forgive() { forgiven_ = failures_ + 1; }

  // Waits before the next attempt. Otherwise the error to end with: `error`, or kCancelled.
  Status wait_after(const Error& error) {
    ++failures_;
    const RetryOptions& options = store_.options_;
    const int counted = failures_ - forgiven_;
    if (counted >= options.most_attempts) return fail(told(error));
    const nanoseconds delay = delay_after(error, counted);
    if (store_.waiting_->now() + delay - began_ > options.longest_call) return fail(told(error));
    if (!store_.take_token()) return fail(told(error));
    const bool waited = store_.waiting_->wait(delay, options.cancel);
    if (!waited || store_.interruptions_ != interruptions_before_) {
      return fail(ErrorCode::kCancelled,
                  fmt::format("cancelled while waiting to try {} again", store_.location()));
    }
    return {};
  }

 private:
  nanoseconds delay_after(const Error& error, int counted) const {
    const RetryOptions& options = store_.options_;
    constexpr int kMostDoublings = 20;
    const int doublings = std::clamp(counted - 1, 0, kMostDoublings);
    const nanoseconds bound =
        std::min<nanoseconds>(options.base_delay * (1 << doublings), options.longest_delay);
    const nanoseconds delay = store_.jitter(bound);
    if (error.retry_after.count() <= 0) return delay;
    // A little later than asked for, each at its own time.
    const nanoseconds asked = std::min(error.retry_after, options.longest_retry_after);
    return asked + store_.jitter(options.base_delay);
  }

  [[nodiscard]] Error told(Error error) const {
    if (failures_ > 1) {
      error.message += fmt::format(" (tried {} times in {})", failures_,
                                   human_seconds(in_seconds(store_.waiting_->now() - began_)));
    }
    return error;
  }

  RetryStore& store_;
  const nanoseconds began_;
  const std::uint64_t interruptions_before_;
  int failures_ = 0;
  int forgiven_ = 0;
};

RetryStore::RetryStore(ObjectStorePtr inner, RetryOptions options)
    : StoreDecorator(std::move(inner)),
      options_(std::move(options)),
      waiting_(options_.waiting ? options_.waiting : std::make_shared<SystemWaiting>()),
      random_(options_.seed != 0 ? options_.seed : random_u64()),
      tokens_(options_.retry_tokens) {}

void RetryStore::interrupt() {
  ++interruptions_;
  StoreDecorator::interrupt();
}

std::uint64_t RetryStore::retries() const {
  const std::scoped_lock lock(mutex_);
  return retries_;
}

void RetryStore::give_token() {
  const std::scoped_lock lock(mutex_);
  tokens_ = std::min(tokens_ + 1, options_.retry_tokens);
}

bool RetryStore::take_token() {
  const std::scoped_lock lock(mutex_);
  if (tokens_ == 0) return false;
  --tokens_;
  ++retries_;
  return true;
}

nanoseconds RetryStore::jitter(nanoseconds bound) {
  const std::scoped_lock lock(mutex_);
  return nanoseconds(std::uniform_int_distribution<nanoseconds::rep>(0, bound.count())(random_));
}

// Calls until there is an answer other than kUnavailable, or a budget is spent.
template <typename Answer, typename Call>
Answer RetryStore::retry(Attempts& attempts, const Call& call) {
  while (true) {
    Answer answer = call();
    if (answer || answer.error().code != ErrorCode::kUnavailable) {
      give_token();
      return answer;
    }
    TRY(attempts.wait_after(answer.error()));
  }
}

Status RetryStore::put(std::string_view name, ByteView bytes) {
  Attempts attempts(*this);
  Status written = retry<Status>(attempts, [&] { return inner_->put(name, bytes); });
  if (written || written.error().code != ErrorCode::kAlreadyExists || !attempts.unclear()) return written;
  const Bytes found = TRY(retry<Result<Bytes>>(attempts, [&] { return inner_->get(name); }));
  if (std::equal(found.begin(), found.end(), bytes.begin(), bytes.end())) return {};
  return written;
}

Result<Bytes> RetryStore::get(std::string_view name) {
  Attempts attempts(*this);
  return retry<Result<Bytes>>(attempts, [&] { return inner_->get(name); });
}

Result<Bytes> RetryStore::get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) {
  Attempts attempts(*this);
  return retry<Result<Bytes>>(attempts, [&] { return inner_->get_range(name, offset, length); });
}

Result<ObjectInfo> RetryStore::stat(std::string_view name) {
  Attempts attempts(*this);
  return retry<Result<ObjectInfo>>(attempts, [&] { return inner_->stat(name); });
}

Status RetryStore::list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) {
  Attempts attempts(*this);
  VisitedNames visited;
  std::optional<Error> of_visitor;  // is no failure of the store, whatever its code
  const Status listed = retry<Status>(attempts, [&]() -> Status {
    visited.begin_attempt();
    const std::size_t before = visited.size();
    Status status = inner_->list(prefix, [&](const ObjectInfo& info) -> Status {
      if (!TRY(visited.add(info.name))) return {};
      const Status taken = visit(info);
      if (!taken) of_visitor = taken.error();
      return taken;
    });
    if (of_visitor) return {};
    if (visited.size() > before) attempts.forgive();
    return status;
  });
  if (of_visitor) return fail(*of_visitor);
  return listed;
}

Status RetryStore::remove(std::string_view name) {
  Attempts attempts(*this);
  Status removed = retry<Status>(attempts, [&] { return inner_->remove(name); });
  if (!removed && removed.error().code == ErrorCode::kNotFound && attempts.unclear()) return {};
  return removed;
}

Status RetryStore::protect(std::string_view name) {
  Attempts attempts(*this);
  return retry<Status>(attempts, [&] { return inner_->protect(name); });
}

}  // namespace skyhold
