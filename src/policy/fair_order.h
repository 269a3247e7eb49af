// Which queued jobs may start now, and in which order. Pure: plain facts in, positions out.
//
// Order: the class of the job; within a class round robin between projects, the least recently
// served first; within a project the oldest first. A job that no cap lets start is passed over
// and holds up nobody else. A job that has waited long rises, class by class, to that of a manual
// backup: so neither a project, nor a server, nor a class with thousands of jobs starves others.
// n queued jobs take O(n log n).
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"

namespace skyhold {

enum class JobClass {  // most urgent first
  kRestore,            // restores and their undo
  kManualBackup,
  kRequested,  // what else a person waits for: safety backup, import, export, drill on request
  kScheduledBackup,
  kMaintenance,  // prune, verify, mend, drills by themselves
};

// What a job holds while it runs. An empty name holds nothing.
struct JobPlaces {
  std::string project;
  bool writes = true;  // a project has one writer at a time
  std::string database_server;
  std::string region;
  std::vector<std::string> stores;
};

struct QueuedJob {
  std::string id;
  JobClass job_class = JobClass::kScheduledBackup;
  JobPlaces places;
  Instant queued_at;
};

struct JobCaps {
  int in_all = 8;
  int per_database_server = 2;
  int per_region = 8;
  int per_store = 8;
  // For those that differ, by name.
  std::map<std::string, int> database_servers{};
  std::map<std::string, int> regions{};
  std::map<std::string, int> stores{};
};

struct FairOrderOptions {
  JobCaps caps{};
  // So long a wait raises a job by one class.
  std::chrono::minutes raise_after{std::chrono::hours{6}};
};

// When a job of a project was last started; a project that is not there was never served.
using LastServed = std::map<std::string, Instant>;

// Why a job waits: the first of these that is so.
enum class JobWait { kStarts, kProjectWriter, kDatabaseServer, kStore, kRegion, kInAll };

struct StartPlan {
  std::vector<std::size_t> start;  // positions in `queued`, in the order to start
  std::vector<JobWait> waits;      // one for each of `queued`
};

StartPlan plan_starts(std::span<const QueuedJob> queued, std::span<const JobPlaces> running,
                      const LastServed& last_served, Instant now, const FairOrderOptions& options = {});

}  // namespace skyhold
