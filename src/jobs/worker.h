// Takes jobs from the queue and runs them, a thread each. It knows nothing of what jobs do.
//
//   take ──► slot: execute(job, context) ──► succeed, end with an error, or give back
//              ▲ cancel        │ progress, events
//   watch ─────┤               ▼
//   keeper ────┴── heartbeats, flushes, reaps the jobs of workers that died
//
// Only the keeper, the taker and a slot that ends speak to the database, and each of them may be
// stuck in it; so the watch is a thread that does not: it cancels what has lost its lease by the
// clock, for by then another worker may do the same job.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/version.h"
#include "jobs/job_context.h"
#include "jobs/job_queue.h"

namespace skyhold {

struct WorkerOptions {
  std::string name;    // of this process only, among all that ever run: see worker_name()
  std::string region;  // empty: jobs of every region
  std::string version{kVersion};
  int slots = 4;
  std::chrono::milliseconds poll_interval{1000};   // when there was nothing to take
  std::chrono::milliseconds flush_interval{1000};  // of progress, events and requests to cancel
  std::chrono::milliseconds drain_deadline{std::chrono::minutes{5}};
  JobQueue::Choose choose{};
  // Whether a job that was begun may be begun anew by another worker.
  std::function<bool(const Job&)> restartable{};
  // Told of each job of a dead worker that this worker ended (failed or cancelled) in its place.
  std::function<void(const Job&)> reaped{};
};

// "host:pid:random"
std::string worker_name();

class Worker {
 public:
  // The result: a JSON object, by kind of job. An Error ends the job with it, and so does an exception.
  using Execute = std::function<Result<std::string>(const Job&, JobContext&)>;

  // `queue` and `clock` must outlive it.
  Worker(JobQueue& queue, const Clock& clock, WorkerOptions options, Execute execute);
  ~Worker();  // stop()
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();  // once
  // Takes no more, and waits for those that run until the deadline; then as stop(). Returns when
  // all have ended: an execution that does not heed its token holds it up.
  void drain();
  // Cancels those that run. A job that did not finish is given back when it is restartable, else it
  // ends as cancelled.
  void stop();

  [[nodiscard]] int running_jobs() const;
  [[nodiscard]] bool draining() const;  // or stopped: it takes no more

 private:
  class Loops;
  std::unique_ptr<Loops> loops_;
};

}  // namespace skyhold
