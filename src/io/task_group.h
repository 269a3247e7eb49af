// Threads that belong together: the first error stops them all.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace skyhold {

// run() and wait() belong to one thread; the tasks may call stop() and stopping().
class TaskGroup {
 public:
  TaskGroup() = default;
  ~TaskGroup() {
    stop_.cancel();
    join();
  }
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts a thread. A task that lasts looks at stopping() now and then.
  void run(std::function<Status()> task) {
    threads_.emplace_back([this, task = std::move(task)] {
      const Status status = task();
      if (!status) fail_with(status.error());
    });
  }

  // Waits for all tasks; the first error that happened, if any did.
  Status wait() {
    join();
    const std::scoped_lock lock(mutex_);
    if (first_error_) return fail(*first_error_);
    return {};
  }

  // Set once a task has failed.
  [[nodiscard]] const CancelToken& stopping() const { return stop_; }

 private:
  void fail_with(const Error& error) {
    const std::scoped_lock lock(mutex_);
    // What the others say after the first error is only its echo.
    if (!first_error_) first_error_ = error;
    stop_.cancel();
  }
  void join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  std::mutex mutex_;
  std::optional<Error> first_error_;
  CancelToken stop_;
  std::vector<std::thread> threads_;
};

}  // namespace skyhold
