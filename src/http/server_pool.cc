#include "http/server_pool.h"

#include <utility>

#include "base/assert.h"

namespace skyhold {

WorkerPool::WorkerPool(std::size_t threads, std::size_t most_waiting)
    : most_waiting_(most_waiting), free_threads_(threads) {
  SKYHOLD_ASSERT(threads > 0);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  job_there_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::try_run(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    // A job that a free thread is about to take does not wait.
    if (jobs_.size() >= most_waiting_ + free_threads_) return false;
    jobs_.push_back(std::move(job));
  }
  job_there_.notify_one();
  return true;
}

void WorkerPool::run(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  job_there_.notify_one();
}

std::size_t WorkerPool::waiting() const {
  const std::scoped_lock lock(mutex_);
  return jobs_.size();
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    job_there_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    --free_threads_;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    ++free_threads_;
  }
}

}  // namespace skyhold
