// Which job a worker takes next, by the caps of the settings and a fair order.
#pragma once

#include <mutex>

#include "app/service_settings.h"
#include "jobs/job_queue.h"
#include "policy/fair_order.h"

namespace skyhold {

// Thread-safe.
class JobChoice {
 public:
  // Both must outlive it.
  JobChoice(const ServiceSettings& settings, const Clock& clock);

  // As JobQueue::Choose wants it.
  std::vector<std::string> operator()(const std::vector<Job>& queued, const std::vector<Job>& running);

 private:
  [[nodiscard]] JobPlaces places(const Job& job) const;

  const ServiceSettings& settings_;
  const Clock& clock_;
  std::mutex mutex_;
  LastServed last_served_;  // of what this process has seen run
};

}  // namespace skyhold
