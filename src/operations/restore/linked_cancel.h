// A cancel flag of one's own that also follows another: parts of one operation stop each
// other through it, without cancelling what the operation belongs to.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/cancel.h"

namespace skyhold {

class LinkedCancel {
 public:
  explicit LinkedCancel(const CancelToken& outer) : thread_([this, &outer] { follow(outer); }) {}
  ~LinkedCancel() {
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  LinkedCancel(const LinkedCancel&) = delete;
  LinkedCancel& operator=(const LinkedCancel&) = delete;

  void cancel() { token_.cancel(); }
  [[nodiscard]] const CancelToken& token() const { return token_; }

 private:
  // The outer one is set from a signal handler, which can wake nobody.
  void follow(const CancelToken& outer) {
    constexpr std::chrono::milliseconds kInterval{50};
    std::unique_lock lock(mutex_);
    while (!ended_) {
      if (outer.cancelled()) token_.cancel();
      changed_.wait_for(lock, kInterval);
    }
  }

  CancelToken token_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace skyhold
