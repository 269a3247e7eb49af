// Starting, taking, and ending: the life of the worker itself.
#include "jobs/worker_loops.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "base/log.h"

namespace skyhold {

Worker::Loops::Loops(JobQueue& queue, const Clock& clock, WorkerOptions options, Execute execute)
    : queue_(queue),
      clock_(clock),
      options_(std::move(options)),
      execute_(std::move(execute)),
      started_at_(clock.now()) {
  SKYHOLD_ASSERT(!options_.name.empty() && options_.choose && execute_ && options_.slots > 0);
}

void Worker::Loops::start() {
  SKYHOLD_ASSERT(!taker_.joinable() && !draining_);
  watch_ = std::thread([this] { watch_loop(); });
  keeper_ = std::thread([this] { keep_loop(); });
  taker_ = std::thread([this] { take_loop(); });
}

void Worker::Loops::drain() {
  {
    std::unique_lock lock(mutex_);
    draining_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, options_.drain_deadline,
                      [this] { return stopping_ || running_jobs_locked() == 0; });
  }
  stop();
}

void Worker::Loops::stop() {
  {
    const std::scoped_lock lock(mutex_);
    draining_ = true;
    stopping_ = true;
    for (const Slot& slot : slots_) slot.job->stop(StopReason::kShutdown);
    changed_.notify_all();
  }
  const std::scoped_lock one_at_a_time(stop_mutex_);
  if (!taker_.joinable()) return;  // never started, or stopped before
  taker_.join();
  // The keeper renews the leases until the last execution has returned.
  for (Slot& slot : slots_) {
    if (slot.thread.joinable()) slot.thread.join();
  }
  {
    const std::scoped_lock lock(mutex_);
    slots_.clear();
    closing_ = true;
    changed_.notify_all();
  }
  keeper_.join();
  watch_.join();
  noted(queue_.left(options_.name));
}

void Worker::Loops::take_loop() {
  std::unique_lock lock(mutex_);
  while (!draining_) {
    join_done();
    const std::size_t ended_before = ended_jobs_;
    bool took = false;
    if (running_jobs_locked() < options_.slots) {
      lock.unlock();
      took = take_one();
      lock.lock();
    }
    if (took) continue;
    changed_.wait_for(lock, options_.poll_interval, [&] { return draining_ || ended_jobs_ != ended_before; });
  }
}

bool Worker::Loops::take_one() {
  const double before = monotonic_seconds();
  Result<std::optional<TakenJob>> taken =
      queue_.take(options_.name, options_.region,
                  [this](const auto& queued, const auto& running) { return choose(queued, running); });
  if (!taken) {
    noted(fail(taken.error()));
    return false;
  }
  noted({});
  if (!*taken) return false;
  launch(std::move(**taken), before);
  return true;
}

// A job that this worker lost may be queued again while its execution here still winds down: it
// is left to others until that is over.
std::vector<std::string> Worker::Loops::choose(const std::vector<Job>& queued,
                                               const std::vector<Job>& running_now) {
  std::vector<std::string> order = options_.choose(queued, running_now);
  std::set<std::string> here;
  for (const auto& job : running()) here.insert(job->job().id);
  std::erase_if(order, [&](const std::string& id) { return here.contains(id); });
  return order;
}

void Worker::Loops::launch(TakenJob taken, double taken_at_seconds) {
  const auto job = std::make_shared<RunningJob>(queue_, clock_, std::move(taken), taken_at_seconds);
  std::unique_lock lock(mutex_);
  if (!draining_) {
    Slot& slot = slots_.emplace_back(Slot{job});
    try {
      slot.thread = std::thread([this, &slot] { run(slot); });
      return;
    } catch (const std::system_error& error) {
      log::warning("no thread for job {}: {}", job->job().id, error.what());
      slots_.pop_back();
    }
  }
  lock.unlock();
  give_back(*job);
}

// When this fails too, the lease runs out and the job is reaped.
void Worker::Loops::give_back(RunningJob& job) {
  noted_of_job(job.end([&] { return queue_.release(job.lease()); }));
}

void Worker::Loops::join_done() {
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    if (slot->done) {
      slot->thread.join();  // its last act was to set `done`: this does not wait
      slot = slots_.erase(slot);
    } else {
      ++slot;
    }
  }
}

Worker::Loops::RunningJobs Worker::Loops::running() {
  const std::scoped_lock lock(mutex_);
  RunningJobs jobs;
  for (const Slot& slot : slots_) {
    if (!slot.done) jobs.push_back(slot.job);
  }
  return jobs;
}

int Worker::Loops::running_jobs_locked() const {
  return static_cast<int>(std::ranges::count_if(slots_, [](const Slot& slot) { return !slot.done; }));
}

int Worker::Loops::running_jobs() {
  const std::scoped_lock lock(mutex_);
  return running_jobs_locked();
}

bool Worker::Loops::draining() {
  const std::scoped_lock lock(mutex_);
  return draining_;
}

void Worker::Loops::noted(const Status& status) {
  const std::scoped_lock lock(mutex_);
  if (!status && reachable_) log::warning("the queue of jobs: {}", to_string(status.error()));
  if (status && !reachable_) log::info("the queue of jobs answers again");
  reachable_ = status.has_value();
}

void Worker::Loops::noted_of_job(const Status& status) {
  if (!status && status.error().code != ErrorCode::kBusy) noted(status);
}

}  // namespace skyhold
