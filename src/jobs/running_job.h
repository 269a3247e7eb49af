// A job in the hands of this worker: its lease, why it must stop if it must, and what it reported.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string_view>

#include "base/cancel.h"
#include "base/clock.h"
#include "jobs/job_context.h"
#include "jobs/job_queue.h"
#include "jobs/job_reporter.h"

namespace skyhold {

enum class StopReason {
  kNone,
  kCancelRequested,
  kShutdown,    // of this worker
  kOutOfTouch,  // the lease was not renewed in time: another worker may have the job
  kLeaseLost,   // the database says so
};

// Thread-safe. What speaks to the database does so one at a time; stop() and overdue() never wait.
class RunningJob final : public JobContext {
 public:
  // `taken_at_seconds`: monotonic, before the lease was asked for.
  RunningJob(JobQueue& queue, const Clock& clock, TakenJob taken, double taken_at_seconds);

  ProgressSink& progress() override { return reporter_; }
  void event(std::string_view kind, std::string_view text) override { reporter_.event(kind, text); }
  [[nodiscard]] const CancelToken& cancel() const override { return cancel_; }
  Status checkpoint() override;

  [[nodiscard]] const Job& job() const { return taken_.job; }
  [[nodiscard]] const JobLease& lease() const { return taken_.lease; }

  void stop(StopReason reason);
  [[nodiscard]] StopReason stop_reason() const { return reason_.load(); }
  [[nodiscard]] bool overdue(double now_seconds) const { return now_seconds > lease_until_seconds_.load(); }

  // These do nothing once end() succeeded or the lease is lost.
  Status flush();
  Status renew();
  // The last write; `write` may be tried again when it failed.
  Status end(const std::function<Status()>& write);

 private:
  Status renew_locked();
  Status noted(Status status);
  [[nodiscard]] bool is_ours() const { return !ended_ && stop_reason() != StopReason::kLeaseLost; }
  [[nodiscard]] Status standing() const;

  JobQueue& queue_;
  const TakenJob taken_;
  const double lease_seconds_;
  JobReporter reporter_;
  CancelToken cancel_;
  std::atomic<StopReason> reason_{StopReason::kNone};
  std::atomic<double> lease_until_seconds_;
  std::mutex database_mutex_;
  bool ended_ = false;  // by database_mutex_
};

}  // namespace skyhold
