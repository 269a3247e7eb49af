// The threads of a Worker: see the drawing in worker.h.
#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "jobs/running_job.h"
#include "jobs/worker.h"

namespace skyhold {

class Worker::Loops {
 public:
  Loops(JobQueue& queue, const Clock& clock, WorkerOptions options, Execute execute);

  void start();
  void drain();
  void stop();
  int running_jobs();
  bool draining();

 private:
  struct Slot {
    std::shared_ptr<RunningJob> job;
    std::thread thread{};
    bool done = false;
  };
  using RunningJobs = std::vector<std::shared_ptr<RunningJob>>;

  void take_loop();
  bool take_one();
  void launch(TakenJob taken, double taken_at_seconds);
  void give_back(RunningJob& job);
  void join_done();
  std::vector<std::string> choose(const std::vector<Job>& queued, const std::vector<Job>& running);

  void run(Slot& slot);
  Result<std::string> execute(RunningJob& job) const;
  void finish(RunningJob& job, const Result<std::string>& outcome);
  Status write_outcome(RunningJob& job, const Result<std::string>& outcome);
  Status write_interrupted(RunningJob& job, const Error& error);

  void keep_loop();
  void keep(const RunningJobs& jobs);
  void renew(const RunningJobs& jobs);
  void pass_on_cancel_requests(const RunningJobs& jobs);
  void reap();
  void say_seen();
  void watch_loop();

  // Waits; false when the worker ends.
  bool pause_keeping(std::chrono::milliseconds interval);
  RunningJobs running();
  [[nodiscard]] int running_jobs_locked() const;
  [[nodiscard]] bool is_restartable(const Job& job) const {
    return options_.restartable && options_.restartable(job);
  }
  // Of a call that did ask the database: logs that it cannot be reached once, and once that it can again.
  void noted(const Status& status);
  // Of a write about a job: a success may have had nothing to write, a lost lease was logged.
  void noted_of_job(const Status& status);

  JobQueue& queue_;
  const Clock& clock_;
  const WorkerOptions options_;
  const Execute execute_;
  const Instant started_at_;

  std::mutex stop_mutex_;  // one stop() at a time
  std::mutex mutex_;       // of all below
  std::condition_variable changed_;
  std::list<Slot> slots_;
  std::size_t ended_jobs_ = 0;  // ever: a slot or a cap may be free again
  bool draining_ = false;       // takes no more
  bool stopping_ = false;       // cancels what runs
  bool closing_ = false;        // nothing runs
  bool reachable_ = true;
  std::thread taker_;
  std::thread keeper_;
  std::thread watch_;
};

}  // namespace skyhold
