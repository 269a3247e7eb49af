// What happens by itself: automatic backups, refreshes, retention, pruning, verification, mending.
// Any number of processes may run one over the same catalog: each run has a key that only one of them
// can write.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/service_settings.h"
#include "catalog/catalog.h"
#include "jobs/job_queue.h"
#include "policy/due_runs.h"

namespace skyhold {

class Scheduler {
 public:
  // All must outlive it.
  Scheduler(Catalog& catalog, JobQueue& jobs, const ServiceSettings& settings, const Clock& clock);

  // Looks once at what is due, and enqueues it. To be called every few seconds; an error of one project
  // does not hold up the others, and is given when all were looked at.
  Status tick();

 private:
  // One stream of occurrences: the backups of a branch, or its refreshes from another.
  struct Stream {
    std::string project;
    std::string branch;
    std::string refresh_source;  // empty: backups
    std::vector<Schedule> schedules;
    std::optional<ScheduledRun> last_run{};  // the one with the greatest occurrence
  };
  Result<std::vector<Stream>> streams();
  Result<ScheduledBranch> facts_of(const Stream& stream);
  Result<LastRun> last_run_of(const ScheduledRun& run);
  Result<std::optional<Instant>> last_automatic(const Stream& stream);
  Status start_due_runs();
  Status start_run(const Stream& stream, const DueRun& due);
  Status start_backup(const Stream& stream, const DueRun& due, Job job);

  Status start_maintenance();
  Status maintain(const Project& project, const Occurrence& occurrence);
  Status enqueue_once(Job job);
  Status mend_what_is_degraded();
  Status close_abandoned_backups();

  Catalog& catalog_;
  JobQueue& jobs_;
  const ServiceSettings& settings_;
  const Clock& clock_;
  std::map<std::string, LastRun> succeeded_;  // by job: what will not change any more
  std::string maintained_;                    // the occurrence that every project was given its work of
  Instant looked_for_degraded_{};
};

}  // namespace skyhold
