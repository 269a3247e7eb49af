// Keeping the leases, and everything else that is due again and again.
#include <algorithm>

#include "base/log.h"
#include "jobs/worker_loops.h"

namespace skyhold {
namespace {

using std::chrono::milliseconds;

constexpr int kRenewalsPerLease = 3;
constexpr double kSeenEverySeconds = 10;
constexpr milliseconds kLongestWatchPause{500};

milliseconds part_of(std::chrono::seconds lease, int parts) {
  return milliseconds{lease} / parts;
}

// True at once, and then each `every_seconds`.
class Due {
 public:
  explicit Due(double every_seconds) : every_seconds_(every_seconds) {}
  bool now(double at_seconds) {
    if (at_seconds < next_) return false;
    next_ = at_seconds + every_seconds_;
    return true;
  }

 private:
  const double every_seconds_;
  double next_ = 0;
};

}  // namespace

bool Worker::Loops::pause_keeping(milliseconds interval) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, interval, [this] { return closing_; });
}

void Worker::Loops::keep_loop() {
  const milliseconds renewal = part_of(queue_.options().lease, kRenewalsPerLease);
  const double renewal_seconds = std::chrono::duration<double>(renewal).count();
  Due renew_due(renewal_seconds);
  Due reap_due(renewal_seconds);
  Due seen_due(kSeenEverySeconds);
  do {
    const RunningJobs jobs = running();
    if (renew_due.now(monotonic_seconds())) renew(jobs);  // first: it is what must not be late
    keep(jobs);
    if (reap_due.now(monotonic_seconds())) reap();
    if (seen_due.now(monotonic_seconds())) say_seen();
  } while (pause_keeping(std::min(options_.flush_interval, renewal)));
}

void Worker::Loops::renew(const RunningJobs& jobs) {
  for (const auto& job : jobs) noted_of_job(job->renew());
}

void Worker::Loops::keep(const RunningJobs& jobs) {
  if (jobs.empty()) return;
  pass_on_cancel_requests(jobs);
  for (const auto& job : jobs) noted_of_job(job->flush());
}

void Worker::Loops::pass_on_cancel_requests(const RunningJobs& jobs) {
  const Result<std::vector<std::string>> requests = queue_.cancel_requests(options_.name);
  if (!requests) {
    noted(fail(requests.error()));
    return;
  }
  for (const auto& job : jobs) {
    if (std::ranges::count(*requests, job->job().id) > 0) job->stop(StopReason::kCancelRequested);
  }
}

void Worker::Loops::reap() {
  const Result<std::vector<Job>> ended = queue_.reap([this](const Job& job) { return is_restartable(job); });
  if (!ended) {
    noted(fail(ended.error()));
    return;
  }
  for (const Job& job : *ended) {
    log::warning("job {} of worker {} ended in its place: {}", job.id, job.worker,
                 job.error ? job.error->message : "cancelled");
    if (options_.reaped) options_.reaped(job);
  }
}

void Worker::Loops::say_seen() {
  noted(queue_.seen(
      {options_.name, options_.region, options_.version, started_at_, clock_.now(), running_jobs()}));
}

// Speaks to nobody: see worker.h.
void Worker::Loops::watch_loop() {
  const milliseconds interval = std::min(kLongestWatchPause, part_of(queue_.options().lease, 10));
  while (pause_keeping(interval)) {
    for (const auto& job : running()) {
      if (!job->overdue(monotonic_seconds()) || job->cancel().cancelled()) continue;
      log::warning(
          "the lease of job {} could not be renewed in time: cancelled here, for another may hold it",
          job->job().id);
      job->stop(StopReason::kOutOfTouch);
    }
  }
}

}  // namespace skyhold
