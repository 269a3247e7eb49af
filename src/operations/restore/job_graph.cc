#include "operations/restore/job_graph.h"

#include <chrono>
#include <thread>

#include "base/assert.h"

namespace skyhold {
namespace {

constexpr std::chrono::milliseconds kCancelCheck{50};

}  // namespace

JobGraph::Job JobGraph::add(double priority, Work work, bool exclusive) {
  nodes_.push_back(Node{priority, std::move(work), exclusive, 0, {}});
  return nodes_.size() - 1;
}

void JobGraph::after(Job job, Job prerequisite) {
  SKYHOLD_ASSERT(prerequisite < job && job < nodes_.size());  // which also excludes circles
  nodes_[prerequisite].unblocks.push_back(job);
  ++nodes_[job].waits_for;
}

void JobGraph::make_ready(Job job) {
  (nodes_[job].exclusive ? ready_exclusive_ : ready_).emplace(-nodes_[job].priority, job);
}

bool JobGraph::next_job(std::unique_lock<std::mutex>& lock, Job& job) {
  while (true) {
    if (stopped_ || left_ == 0) return false;
    const bool exclusive = !ready_exclusive_.empty() && !exclusive_runs_ &&
                           (ready_.empty() || *ready_exclusive_.begin() < *ready_.begin());
    auto& from = exclusive ? ready_exclusive_ : ready_;
    if (!from.empty()) {
      job = from.begin()->second;
      from.erase(from.begin());
      exclusive_runs_ |= exclusive;
      return true;
    }
    changed_.wait(lock);
  }
}

void JobGraph::finish(Job job, const Status& status) {
  const std::scoped_lock lock(mutex_);
  --left_;
  if (nodes_[job].exclusive) exclusive_runs_ = false;
  if (!status) {
    if (result_) result_ = status;
    stopped_ = true;
  }
  for (const Job next : nodes_[job].unblocks) {
    if (--nodes_[next].waits_for == 0) make_ready(next);
  }
  changed_.notify_all();
}

void JobGraph::stop(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (result_) result_ = fail(error);
  stopped_ = true;
  changed_.notify_all();
}

void JobGraph::work_off(RestoreSession& session) {
  Job job = 0;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (!next_job(lock, job)) break;
    }
    finish(job, nodes_[job].work(session));
  }
  const std::scoped_lock lock(mutex_);
  --threads_;
  changed_.notify_all();
}

Status JobGraph::run(std::vector<RestoreSession>& sessions, const CancelToken& cancel) {
  SKYHOLD_ASSERT(!sessions.empty());
  {
    const std::scoped_lock lock(mutex_);  // stop() may have come already
    left_ = nodes_.size();
    threads_ = sessions.size();
  }
  for (Job job = 0; job < nodes_.size(); ++job) {
    if (nodes_[job].waits_for == 0) make_ready(job);
  }
  std::vector<std::thread> threads;
  for (RestoreSession& session : sessions) threads.emplace_back([this, &session] { work_off(session); });
  {
    std::unique_lock lock(mutex_);
    while (threads_ > 0) {
      changed_.wait_for(lock, kCancelCheck);
      if (result_) result_ = cancel.check();
      stopped_ = stopped_ || !result_;
      if (!stopped_ || threads_ == 0) continue;
      // Again and again: a job may just have been between two statements.
      lock.unlock();
      for (RestoreSession& session : sessions) session.pg().cancel();
      lock.lock();
    }
  }
  for (std::thread& thread : threads) thread.join();
  return result_;
}

}  // namespace skyhold
