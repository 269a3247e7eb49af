// Work on the hidden database as jobs that wait for each other, run by several sessions.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <vector>

#include "base/cancel.h"
#include "operations/restore/restore_session.h"

namespace skyhold {

// Built by one thread, then run once.
class JobGraph {
 public:
  using Work = std::function<Status(RestoreSession&)>;
  using Job = std::size_t;

  // Of the jobs that can run, the one with the highest priority does. At most one
  // `exclusive` job runs at a time, beside any others.
  Job add(double priority, Work work, bool exclusive = false);
  // `job` starts when `prerequisite` has ended.
  void after(Job job, Job prerequisite);

  // One thread a session. The first error ends the run: what is under way is cancelled,
  // what waits never starts. The same when `cancel` is set.
  Status run(std::vector<RestoreSession>& sessions, const CancelToken& cancel);
  // Ends the run with this error, from any thread.
  void stop(const Error& error);

 private:
  struct Node {
    double priority = 0;
    Work work;
    bool exclusive = false;
    std::size_t waits_for = 0;
    std::vector<Job> unblocks;
  };

  void work_off(RestoreSession& session);
  // Waits for a job that can run; false when there is nothing left to do.
  bool next_job(std::unique_lock<std::mutex>& lock, Job& job);
  void finish(Job job, const Status& status);
  void make_ready(Job job);

  std::vector<Node> nodes_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::pair<double, Job>> ready_;  // by minus priority
  std::set<std::pair<double, Job>> ready_exclusive_;
  bool exclusive_runs_ = false;
  bool stopped_ = false;
  std::size_t left_ = 0;
  std::size_t threads_ = 0;
  Status result_;
};

}  // namespace skyhold
