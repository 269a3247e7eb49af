#include "jobs/job_tables.h"

namespace skyhold {

//   jobs        one row a job; fence, worker and lease_until_ms say who holds it
//   job_events  its story; event_count of its job is the last sequence that was given
//   job_keys    unique keys, which outlive their jobs: a swept run must not happen again
//   job_turn    one row: whoever updates it chooses and takes, or looks and enqueues, alone among all
//               processes
//   job_workers when each was last seen
const std::vector<Migration>& job_migrations() {
  // The indexes of a state are partial: they stay as small as what waits and runs, however many
  // jobs are over. The planner only takes them where the state stands in the statement itself.
  static const std::vector<Migration> kMigrations{
      {
          .version = 1,
          .name = "the queue",
          .statements =
              {
                  R"(CREATE TABLE jobs (
                   id TEXT NOT NULL PRIMARY KEY,
                   kind TEXT NOT NULL,
                   state TEXT NOT NULL,
                   priority BIGINT NOT NULL,
                   project TEXT NOT NULL,
                   branch TEXT NOT NULL,
                   region TEXT NOT NULL,
                   database_server TEXT NOT NULL,
                   backup_id TEXT NOT NULL,
                   created_by TEXT NOT NULL,
                   unique_key TEXT NOT NULL,
                   created_at_ms BIGINT NOT NULL,
                   not_before_ms BIGINT,
                   started_at_ms BIGINT,
                   finished_at_ms BIGINT,
                   attempt BIGINT NOT NULL,
                   lost_leases BIGINT NOT NULL,
                   worker TEXT NOT NULL,
                   lease_until_ms BIGINT,
                   fence BIGINT NOT NULL,
                   cancel_requested BIGINT NOT NULL,
                   event_count BIGINT NOT NULL,
                   phase TEXT NOT NULL,
                   done_bytes BIGINT NOT NULL,
                   total_bytes BIGINT NOT NULL,
                   done_items BIGINT NOT NULL,
                   total_items BIGINT NOT NULL,
                   rate_bytes_per_second BIGINT NOT NULL,
                   parameters TEXT NOT NULL,
                   result TEXT NOT NULL,
                   error_code TEXT,
                   error_message TEXT NOT NULL,
                   error_hint TEXT NOT NULL))",
                  "CREATE INDEX jobs_queued ON jobs (region, priority, created_at_ms, id) WHERE state = "
                  "'queued'",
                  "CREATE INDEX jobs_running ON jobs (lease_until_ms) WHERE state = 'running'",
                  "CREATE INDEX jobs_over ON jobs (finished_at_ms, id) WHERE finished_at_ms IS NOT NULL",
                  "CREATE INDEX jobs_of_project ON jobs (project, id)",
                  R"(CREATE TABLE job_events (
                   job TEXT NOT NULL,
                   sequence BIGINT NOT NULL,
                   at_ms BIGINT NOT NULL,
                   kind TEXT NOT NULL,
                   message TEXT NOT NULL,
                   PRIMARY KEY (job, sequence)))",
                  R"(CREATE TABLE job_keys (
                   unique_key TEXT NOT NULL PRIMARY KEY,
                   job TEXT NOT NULL,
                   created_at_ms BIGINT NOT NULL))",
                  "CREATE TABLE job_turn (id BIGINT NOT NULL PRIMARY KEY, turn BIGINT NOT NULL)",
                  "INSERT INTO job_turn (id, turn) VALUES (1, 0)",
                  R"(CREATE TABLE job_workers (
                   name TEXT NOT NULL PRIMARY KEY,
                   region TEXT NOT NULL,
                   version TEXT NOT NULL,
                   started_at_ms BIGINT NOT NULL,
                   seen_at_ms BIGINT NOT NULL,
                   running_jobs BIGINT NOT NULL))",
              },
      },
      {
          // Pages of what waits, runs or failed, and of one kind: not looked for among all that is over.
          .version = 2,
          .name = "pages by state and by kind",
          .statements = {"CREATE INDEX jobs_in_state ON jobs (state, id)",
                         "CREATE INDEX jobs_of_kind ON jobs (kind, id)"},
      }};
  return kMigrations;
}

}  // namespace skyhold
