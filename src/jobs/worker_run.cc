// One job from its beginning to the last word about it.
#include <exception>

#include <fmt/format.h>

#include "base/log.h"
#include "jobs/worker_loops.h"

namespace skyhold {
namespace {

// Whether the same write may do better in a while.
bool may_pass(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kNoSpace;
}

}  // namespace

void Worker::Loops::run(Slot& slot) {
  RunningJob& job = *slot.job;
  log::info("job {} ({}, project \"{}\", branch \"{}\") begins, attempt {}", job.job().id,
            to_string(job.job().kind), job.job().project, job.job().branch, job.job().attempt);
  finish(job, execute(job));
  const std::scoped_lock lock(mutex_);
  slot.done = true;
  ++ended_jobs_;
  changed_.notify_all();
}

Result<std::string> Worker::Loops::execute(RunningJob& job) const {
  constexpr std::string_view kHint = "this is a bug in Skyhold: report it with the log of the worker";
  try {
    return execute_(job.job(), job);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, fmt::format("the job ended unexpectedly: {}", error.what()),
                std::string(kHint));
  } catch (...) {
    return fail(ErrorCode::kInternal, "the job ended unexpectedly: an exception without words",
                std::string(kHint));
  }
}

// While the database is away the outcome is held on to: hours of work may be in it. A worker that
// stops waits for it no longer than its lease, for then it is another's to say.
void Worker::Loops::finish(RunningJob& job, const Result<std::string>& outcome) {
  noted_of_job(job.flush());
  while (job.stop_reason() != StopReason::kLeaseLost) {
    const Status written = job.end([&] { return write_outcome(job, outcome); });
    if (written) {
      log::info("job {} ended: {}", job.job().id, outcome ? "succeeded" : outcome.error().message);
      return;
    }
    if (!may_pass(written.error().code)) {
      log::warning("the outcome of job {} could not be written: {}", job.job().id,
                   to_string(written.error()));
      return;
    }
    noted(written);
    std::unique_lock lock(mutex_);
    if (stopping_ && job.overdue(monotonic_seconds())) {
      log::warning("worker {} stops before it could write the outcome of job {}", options_.name,
                   job.job().id);
      return;
    }
    changed_.wait_for(lock, options_.poll_interval);
  }
  log::warning("job {} is another's now; what came of it here does not count", job.job().id);
}

Status Worker::Loops::write_outcome(RunningJob& job, const Result<std::string>& outcome) {
  if (!outcome) return write_interrupted(job, outcome.error());
  Status written = queue_.succeed(job.lease(), *outcome);
  if (!written && written.error().code == ErrorCode::kInvalidArgument) {
    return queue_.end_with_error(job.lease(), Error{ErrorCode::kInternal, written.error().message,
                                                    "what it did is done; only its report was lost"});
  }
  return written;
}

// An execution that ended because we made it end is no failure of its own.
Status Worker::Loops::write_interrupted(RunningJob& job, const Error& error) {
  const bool out_of_touch = job.stop_reason() == StopReason::kOutOfTouch;
  const bool shut_down = job.stop_reason() == StopReason::kShutdown && error.code == ErrorCode::kCancelled;
  if (!out_of_touch && !shut_down) return queue_.end_with_error(job.lease(), error);
  if (is_restartable(job.job())) return queue_.release(job.lease());
  if (shut_down) {
    return queue_.end_with_error(
        job.lease(), Error{ErrorCode::kCancelled,
                           fmt::format("worker {} was shut down before the job was done", options_.name),
                           "start it again"});
  }
  return queue_.end_with_error(
      job.lease(),
      Error{ErrorCode::kUnavailable,
            fmt::format("worker {} could not renew the lease of the job in time and cancelled it",
                        options_.name),
            "see whether the catalog's database can be reached from there, then start the job again"});
}

}  // namespace skyhold
