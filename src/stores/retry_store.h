// A decorator that tries again what may succeed then: kUnavailable, and nothing else.
//
// Between attempts it waits at random between nothing and a bound that doubles ("full
// jitter": callers that failed together do not come back together), and never less than
// the store asked for by Retry-After. Three budgets end it:
//   - attempts in one call;
//   - time in one call: no attempt begins when the wait before it would end later;
//   - retries of all calls together. A bucket of tokens, full at the start; each retry
//     takes one, each attempt that the store answers gives one back. While the bucket is
//     empty a call has its first attempt and no other. So a store that is down costs the
//     first callers their patience and all later ones a single attempt; the first answer
//     shows that it is back, and time alone gives nothing.
//
// An attempt that failed may have been done nevertheless, its answer being lost. So after one:
//   - put() that finds the name taken reads the object; equal bytes are its own success;
//   - remove() that finds nothing has succeeded;
//   - list() begins again and visits only what was not visited. It keeps 16 bytes of a hash
//     of each name (16 MB for a million objects; 160 MB, hence kNoSpace, at ten million),
//     because collecting all before the first visit would hold back the callers that work
//     while they list, and need ten times the memory. An attempt that came further than those
//     before does not count against the attempts.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <random>

#include "base/cancel.h"
#include "stores/store_decorator.h"
#include "stores/waiting.h"

namespace skyhold {

struct RetryOptions {
  int most_attempts = 12;  // in one call, the first included
  std::chrono::milliseconds longest_call{180'000};
  std::chrono::milliseconds base_delay{200};  // the bound of the first wait
  std::chrono::milliseconds longest_delay{20'000};
  // Retry-After is honoured up to here; more is cut to it.
  std::chrono::milliseconds longest_retry_after{60'000};
  int retry_tokens = 100;  // 8 callers at once can have all of their attempts
  // No more retries once it is cancelled, and the wait for one ends; a first attempt is
  // always made, because cleaning up needs the store as well. May be null, else outlives us.
  const CancelToken* cancel = nullptr;
  std::shared_ptr<Waiting> waiting{};  // null: the system's
  std::uint64_t seed = 0;              // of the jitter; 0: at random
};

// Thread-safe.
class RetryStore final : public StoreDecorator {
 public:
  explicit RetryStore(ObjectStorePtr inner, RetryOptions options = {});

  Status put(std::string_view name, ByteView bytes) override;
  Result<Bytes> get(std::string_view name) override;
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
  Result<ObjectInfo> stat(std::string_view name) override;
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override;
  Status remove(std::string_view name) override;
  Status protect(std::string_view name) override;
  // A call that waits to try again ends after the wait.
  void interrupt() override;

  // How many times a call was tried again, since the beginning.
  [[nodiscard]] std::uint64_t retries() const;

 private:
  class Attempts;
  template <typename Answer, typename Call>
  Answer retry(Attempts& attempts, const Call& call);
  void give_token();
  bool take_token();
  std::chrono::nanoseconds jitter(std::chrono::nanoseconds bound);

  const RetryOptions options_;
  const std::shared_ptr<Waiting> waiting_;
  std::atomic<std::uint64_t> interruptions_{0};
  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  int tokens_;
  std::uint64_t retries_ = 0;
};

}  // namespace skyhold
