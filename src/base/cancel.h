// A flag that asks long work to end cleanly. Set from a signal handler or another
// thread; read at every loop that can last.
#pragma once

#include <atomic>

#include "base/result.h"

namespace skyhold {

class CancelToken {
 public:
  // Async-signal-safe.
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
  [[nodiscard]] Status check() const {
    if (cancelled()) return fail(ErrorCode::kCancelled, "cancelled; nothing that was finished is lost");
    return {};
  }

 private:
  std::atomic<bool> cancelled_{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
};

}  // namespace skyhold
