// Which queued jobs may start now, and in which order. Pure: plain facts in, positions out.
//
// Order: the priority of the job; within a priority round robin between projects, the least recently
// served first; within a project the oldest first. A job that no cap lets start is passed over
// and holds up nobody else. A job that has waited long rises, step by step, to the priority of
// what people ask for: so neither a project, nor a server, nor a priority with thousands of jobs
// starves others. Restores stay before all.
// n queued jobs take O(n log n).
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/job.h"

namespace skyhold {

// What a job holds while it runs. An empty name holds nothing.
struct JobPlaces {
  std::string project{};
  bool writes = true;  // a project has one writer at a time
  std::string database_server{};
  std::string region{};
  std::vector<std::string> stores{};
};

// The places of a job; its stores are those of its region, which the caller knows.
JobPlaces places_of(const Job& job, std::vector<std::string> stores = {});

struct QueuedJob {
  std::string id{};
  JobPriority priority = JobPriority::kManual;
  JobPlaces places{};
  Instant queued_at{};
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
  // So long a wait raises a job by one priority.
  std::chrono::minutes raise_after{std::chrono::hours{6}};
};

// When a job of a project was last started; a project that is not there was never served.
using LastServed = std::map<std::string, Instant>;

// Why a job waits: the first of these that is so.
enum class JobWait { kStarts, kProjectWriter, kDatabaseServer, kStore, kRegion, kInAll };

struct StartPlan {
  std::vector<std::size_t> start{};  // positions in `queued`, in the order to start
  std::vector<JobWait> waits{};      // one for each of `queued`
};

StartPlan plan_starts(std::span<const QueuedJob> queued, std::span<const JobPlaces> running,
                      const LastServed& last_served, Instant now, const FairOrderOptions& options = {});

}  // namespace skyhold
