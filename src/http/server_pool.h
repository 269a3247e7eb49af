// A fixed number of threads that run jobs, first come, first served.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace skyhold {

// Thread-safe. Jobs must not throw. A job is destroyed on the thread that ran it.
class WorkerPool {
 public:
  using Job = std::function<void()>;

  WorkerPool(std::size_t threads, std::size_t most_waiting);
  ~WorkerPool();  // runs what waits, then joins
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False: so many are waiting already.
  [[nodiscard]] bool try_run(Job job);
  // For jobs that are bounded elsewhere.
  void run(Job job);
  [[nodiscard]] std::size_t waiting() const;

 private:
  void work();

  const std::size_t most_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable job_there_;
  std::deque<Job> jobs_;
  std::size_t free_threads_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace skyhold
