// A piece of work that a worker does: what, for whom, how far, how it ended.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/result.h"
#include "model/progress.h"

namespace skyhold {

enum class JobKind {
  kBackup,
  kRestore,
  kUndo,     // of a restore
  kRefresh,  // a branch from another branch's newest backup
  kForget,   // retention, and what people delete
  kPrune,
  kVerify,
  kMend,
  kImport,
  kExport,
  kDrill,
};
std::string_view to_string(JobKind kind);  // "backup"
Result<JobKind> parse_job_kind(std::string_view text);

enum class JobState { kQueued, kRunning, kSucceeded, kFailed, kCancelled };
std::string_view to_string(JobState state);
Result<JobState> parse_job_state(std::string_view text);
[[nodiscard]] inline bool is_over(JobState state) {
  return state != JobState::kQueued && state != JobState::kRunning;
}

// Lower goes first.
enum class JobPriority { kRestore = 0, kManual = 1, kScheduled = 2, kMaintenance = 3 };

struct Job {
  std::string id;  // "jb_…"
  JobKind kind = JobKind::kBackup;
  JobState state = JobState::kQueued;
  JobPriority priority = JobPriority::kManual;
  std::string project;
  std::string branch;           // empty: of the whole project
  std::string region;           // only a worker of this region takes it
  std::string database_server;  // that it works at; empty: none
  std::string backup_id;        // that it makes, restores, verifies…; may be empty
  std::string parameters;       // JSON object, by kind
  std::string created_by;       // an account's name, or "schedule"
  std::string unique_key;       // no two jobs ever have the same; empty: any number may
  Instant created_at;
  std::optional<Instant> not_before;
  std::optional<Instant> started_at;
  std::optional<Instant> finished_at;
  int attempt = 0;     // how often it was taken up
  std::string worker;  // that has or had it
  std::optional<Instant> lease_until;
  std::int64_t fence = 0;  // rises each time it is taken up: writes of an earlier holder fail
  bool cancel_requested = false;
  Progress progress;
  double rate_bytes_per_second = 0;  // lately
  std::string result;                // JSON object, by kind, when it succeeded
  std::optional<Error> error;        // when it failed
};

// A line of a job's story: a phase begins, a warning, an outcome.
struct JobEvent {
  std::int64_t sequence = 0;  // 1, 2, … within the job
  Instant at;
  std::string kind;  // "phase", "warning", "progress", "state"
  std::string text;
};

}  // namespace skyhold
