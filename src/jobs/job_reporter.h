// What a job tells about itself, kept until the worker's keeper writes it: so an operation that
// reports a thousand times a second never waits for the database, and the database has one write.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/rate_meter.h"
#include "jobs/job_queue.h"
#include "model/progress.h"

namespace skyhold {

// Thread-safe.
class JobReporter final : public ProgressSink {
 public:
  // `begun_at_seconds`: monotonic, when nothing was done yet; so the first write has a rate already.
  JobReporter(const Clock& clock, double begun_at_seconds) : clock_(clock) {
    meter_.update(0, begun_at_seconds);
  }

  void report(const Progress& progress) override;
  void warn(const std::string& message) override;
  void event(std::string_view kind, std::string_view text);

  // Writes what is new, as of `at_seconds` (monotonic). What could not be written is kept for the
  // next time. One call at a time.
  Status flush(JobQueue& queue, const JobLease& lease, double at_seconds);

 private:
  void add_event_locked(std::string_view kind, std::string_view text);
  std::vector<JobEvent> take_events();
  void give_back(std::vector<JobEvent> unwritten);
  Status flush_progress(JobQueue& queue, const JobLease& lease, double at_seconds);

  const Clock& clock_;
  RateMeter meter_;  // of flush() alone
  double written_rate_ = 0;
  std::mutex mutex_;
  Progress latest_;
  bool progress_is_new_ = false;
  std::vector<JobEvent> events_;
  std::size_t dropped_events_ = 0;
};

}  // namespace skyhold
