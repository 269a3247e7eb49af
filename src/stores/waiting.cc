#include "stores/waiting.h"

#include <algorithm>
#include <thread>

namespace skyhold {
namespace {

// A CancelToken cannot wake anybody, because a signal handler sets it; so it is looked at.
constexpr std::chrono::milliseconds kLookAtCancelEvery{50};

bool is_cancelled(const CancelToken* cancel) {
  return cancel != nullptr && cancel->cancelled();
}

}  // namespace

std::chrono::nanoseconds SystemWaiting::now() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

bool SystemWaiting::wait(std::chrono::nanoseconds how_long, const CancelToken* cancel) {
  const std::chrono::nanoseconds end = now() + how_long;
  while (!is_cancelled(cancel)) {
    const std::chrono::nanoseconds left = end - now();
    if (left <= std::chrono::nanoseconds::zero()) return true;
    std::this_thread::sleep_for(
        cancel == nullptr ? left : std::min<std::chrono::nanoseconds>(left, kLookAtCancelEvery));
  }
  return false;
}

std::chrono::nanoseconds ManualWaiting::now() const {
  const std::scoped_lock lock(mutex_);
  return now_;
}

bool ManualWaiting::wait(std::chrono::nanoseconds how_long, const CancelToken* cancel) {
  if (is_cancelled(cancel)) return false;
  const std::scoped_lock lock(mutex_);
  now_ += how_long;
  waits_.push_back(how_long);
  return true;
}

void ManualWaiting::advance(std::chrono::nanoseconds by) {
  const std::scoped_lock lock(mutex_);
  now_ += by;
}

std::vector<std::chrono::nanoseconds> ManualWaiting::waits() const {
  const std::scoped_lock lock(mutex_);
  return waits_;
}

}  // namespace skyhold
