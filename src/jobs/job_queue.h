// The queue of jobs: who has one, for how long, and how it goes.
//
// A worker takes a job with a lease and a fence. It renews the lease while it works; when it
// dies the lease runs out and the job is taken up by another (if its kind can be begun anew) or
// fails in words. Each write of a worker names its fence, and fails with kBusy once somebody else
// holds the job. Any number of processes share one queue. Thread-safe.
//
// Leases are by the clock of each machine: machines that share a queue must agree on the time to
// within a few seconds (NTP).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "db/sql_database.h"
#include "model/job.h"

namespace skyhold {

struct JobQueueOptions {
  std::chrono::seconds lease{30};
  int most_attempts = 3;  // a job whose workers died so often fails
};

// What a worker holds.
struct JobLease {
  std::string job;
  std::string worker;
  std::int64_t fence = 0;
};

struct TakenJob {
  Job job;
  JobLease lease;
};

struct JobFilter {
  std::string project{};
  std::string branch{};
  std::vector<JobKind> kinds{};  // any of these; empty: every kind
  std::optional<JobState> state{};
  bool active = false;  // queued or running only
};

// Of a worker process, for the operator's page.
struct WorkerRecord {
  std::string name;  // "host:pid:…"
  std::string region;
  std::string version;
  Instant started_at;
  Instant seen_at;
  int running_jobs = 0;
};

class JobQueue {
 public:
  static Result<std::unique_ptr<JobQueue>> open(SqlDatabase& database, const Clock& clock,
                                                const JobQueueOptions& options = {});

  // kAlreadyExists when a job with its unique_key was ever made. Gives its id: a new one when the
  // job has none. Its state, times and counts are the queue's to set.
  Result<std::string> enqueue(Job job);
  // The same, unless a job of one of these kinds is queued or running for the branch of this one (for
  // its project, when it has no branch): then nothing is made. Of any number that ask at once, in
  // whatever processes, one gets its job.
  struct Enqueued {
    std::string id{};                 // empty: nothing was made
    std::optional<Job> in_the_way{};  // the job that was there first
  };
  Result<Enqueued> enqueue_alone(Job job, const std::vector<JobKind>& among);
  // The job that took this unique_key first, though it may have been swept since. kNotFound.
  Result<std::string> job_of_key(std::string_view unique_key);
  Result<Job> job(std::string_view id);  // kNotFound
  struct JobPage {
    std::vector<Job> items;  // newest first
    std::string next;
  };
  Result<JobPage> jobs(const JobFilter& filter, int limit, std::string_view after = {});
  // Those that ended then or later, the first to end first.
  Result<std::vector<Job>> ended_since(Instant since, int limit);
  struct JobCounts {
    std::int64_t queued = 0;
    std::int64_t running = 0;
    std::int64_t failed = 0;  // that ended since then
  };
  Result<JobCounts> counts(Instant failed_since);
  // Queued and ready (not_before), and running: what policy/fair_order.h chooses from.
  Result<std::vector<Job>> waiting(std::string_view region);
  Result<std::vector<Job>> running();

  // Takes the first job that `choose` names: it is given the queued jobs of the region (empty: of all) that
  // are ready and all that run, and gives ids in the order in which they may start. Nothing when there is
  // none. The choice and the taking are one transaction, so caps hold across processes. The jobs that
  // `choose` sees have no parameters, progress, result or error.
  using Choose = std::function<std::vector<std::string>(const std::vector<Job>& queued,
                                                        const std::vector<Job>& running)>;
  Result<std::optional<TakenJob>> take(std::string_view worker, std::string_view region,
                                       const Choose& choose);

  // Renews the lease. Says whether somebody asked to cancel. kBusy: it was lost, and nothing else.
  Result<bool> heartbeat(const JobLease& lease);
  Status report(const JobLease& lease, const Progress& progress, double rate_bytes_per_second);
  Status add_event(const JobLease& lease, std::string_view kind, std::string_view text);
  Status add_events(const JobLease& lease, const std::vector<JobEvent>& events);  // their sequences are ours
  Status succeed(const JobLease& lease, std::string_view result_json);
  Status end_with_error(const JobLease& lease, const Error& error);  // kCancelled: as cancelled
  // Gives it back, to be begun anew at once by anybody (a worker that drains).
  Status release(const JobLease& lease);

  // A queued job is cancelled at once; a running one is asked to. kNotFound; a job that is over stays.
  Result<Job> request_cancel(std::string_view id, std::string_view by);

  // Those of a worker that somebody asked to cancel.
  Result<std::vector<std::string>> cancel_requests(std::string_view worker);

  // Jobs whose lease has run out: queued again, or failed (kUnavailable) when `restartable` says no or
  // its workers died too often, or cancelled when somebody had asked for that. Gives those that it ended.
  Result<std::vector<Job>> reap(const std::function<bool(const Job&)>& restartable);

  Result<std::vector<JobEvent>> events(std::string_view job, std::int64_t after_sequence, int limit = 500);

  // A job and what happened to it since, of one instant: when it is over and there are fewer than
  // `limit` events, there will be no more.
  struct JobNews {
    Job job;
    std::vector<JobEvent> events;
  };
  Result<JobNews> news(std::string_view job, std::int64_t after_sequence, int limit = 500);

  // ---- workers
  Status seen(const WorkerRecord& worker);
  Result<std::vector<WorkerRecord>> workers();
  Status left(std::string_view worker);  // it ended in order: nobody need ask where it is
  // Removes ended jobs and workers of long ago. Unique keys stay taken.
  Status sweep(std::chrono::hours older_than);

  [[nodiscard]] const JobQueueOptions& options() const { return options_; }

 private:
  JobQueue(SqlDatabase& database, const Clock& clock, const JobQueueOptions& options)
      : database_(database), clock_(clock), options_(options) {}

  SqlDatabase& database_;
  const Clock& clock_;
  const JobQueueOptions options_;
};

}  // namespace skyhold
