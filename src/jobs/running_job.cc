#include "jobs/running_job.h"

#include <utility>

#include <fmt/format.h>

#include "base/log.h"

namespace skyhold {

RunningJob::RunningJob(JobQueue& queue, const Clock& clock, TakenJob taken, double taken_at_seconds)
    : queue_(queue),
      taken_(std::move(taken)),
      lease_seconds_(static_cast<double>(queue.options().lease.count())),
      reporter_(clock, taken_at_seconds),
      lease_until_seconds_(taken_at_seconds + lease_seconds_) {}

void RunningJob::stop(StopReason reason) {
  // The later reasons of the list outweigh the earlier ones: whoever lost the lease has no say.
  StopReason known = reason_.load();
  while (known < reason && !reason_.compare_exchange_weak(known, reason)) {
  }
  cancel_.cancel();
}

Status RunningJob::noted(Status status) {
  if (!status && status.error().code == ErrorCode::kBusy) {
    log::warning("{}; its execution here is cancelled", status.error().message);
    stop(StopReason::kLeaseLost);
  }
  return status;
}

Status RunningJob::flush() {
  const std::scoped_lock lock(database_mutex_);
  if (!is_ours()) return {};
  return noted(reporter_.flush(queue_, lease(), monotonic_seconds()));
}

Status RunningJob::renew() {
  const std::scoped_lock lock(database_mutex_);
  return renew_locked();
}

Status RunningJob::renew_locked() {
  if (!is_ours()) return {};
  const double before = monotonic_seconds();
  const Result<bool> cancel_requested = queue_.heartbeat(lease());
  if (!cancel_requested) return noted(fail(cancel_requested.error()));
  lease_until_seconds_ = before + lease_seconds_;
  if (*cancel_requested) stop(StopReason::kCancelRequested);
  return {};
}

Status RunningJob::checkpoint() {
  const std::scoped_lock lock(database_mutex_);
  TRY(standing());
  TRY(noted(reporter_.flush(queue_, lease(), monotonic_seconds())));
  TRY(renew_locked());
  return standing();
}

Status RunningJob::standing() const {
  const std::string& id = taken_.lease.job;
  switch (stop_reason()) {
    case StopReason::kNone: return {};
    case StopReason::kCancelRequested:
      return fail(ErrorCode::kCancelled, fmt::format("job {} was cancelled", id));
    case StopReason::kShutdown:
      return fail(ErrorCode::kCancelled,
                  fmt::format("worker {} of job {} is shutting down", lease().worker, id));
    case StopReason::kOutOfTouch:
      return fail(
          ErrorCode::kUnavailable,
          fmt::format("the lease of job {} could not be renewed in time; another worker may hold it", id));
    case StopReason::kLeaseLost:
      return fail(ErrorCode::kBusy, fmt::format("job {} is no longer held by worker {}", id, lease().worker));
  }
  return {};
}

Status RunningJob::end(const std::function<Status()>& write) {
  const std::scoped_lock lock(database_mutex_);
  Status status = write();
  if (status) ended_ = true;
  return noted(std::move(status));
}

}  // namespace skyhold
