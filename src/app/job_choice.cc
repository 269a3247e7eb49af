#include "app/job_choice.h"

#include <algorithm>

namespace skyhold {

JobChoice::JobChoice(const ServiceSettings& settings, const Clock& clock)
    : settings_(settings), clock_(clock) {}

JobPlaces JobChoice::places(const Job& job) const {
  const RegionSettings* region = settings_.platform.find_region(job.region);
  return places_of(job, region == nullptr ? std::vector<std::string>() : region->stores);
}

std::vector<std::string> JobChoice::operator()(const std::vector<Job>& queued,
                                               const std::vector<Job>& running) {
  const std::lock_guard lock(mutex_);
  std::vector<JobPlaces> taken;
  for (const Job& job : running) {
    taken.push_back(places(job));
    Instant& served = last_served_[job.project];
    served = std::max(served, job.started_at.value_or(job.created_at));
  }
  std::vector<QueuedJob> waiting;
  for (const Job& job : queued) {
    waiting.push_back({job.id, job.priority, places(job), job.not_before.value_or(job.created_at)});
  }
  FairOrderOptions options;
  options.caps.in_all = settings_.worker.most_jobs;
  options.caps.per_database_server = settings_.worker.most_jobs_per_database_server;
  options.caps.per_store = settings_.worker.most_jobs_per_store;
  options.caps.per_region = settings_.worker.most_jobs;
  std::vector<std::string> ids;
  for (const std::size_t position : plan_starts(waiting, taken, last_served_, clock_.now(), options).start) {
    ids.push_back(waiting[position].id);
  }
  return ids;
}

}  // namespace skyhold
