// How many bytes may be in memory at once between threads: whoever brings more waits.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace skyhold {

// Thread-safe. What is larger than the whole budget takes all of it.
class ByteBudget {
 public:
  explicit ByteBudget(std::uint64_t limit) : limit_(limit) {}

  // Waits until they fit. False when it was closed.
  bool take(std::uint64_t bytes) {
    const std::uint64_t wanted = std::min(bytes, limit_);
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return closed_ || taken_ + wanted <= limit_; });
    if (closed_) return false;
    taken_ += wanted;
    return true;
  }
  void give_back(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    taken_ -= std::min(bytes, limit_);
    returned_.notify_all();
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    returned_.notify_all();
  }

 private:
  const std::uint64_t limit_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::uint64_t taken_ = 0;
  bool closed_ = false;
};

}  // namespace skyhold
