// What people of a project are told: looks at what ended and at how projects are, and turns that into
// notices.
//
//   jobs that ended ──► backup failed, is good again; a copy is damaged, mended; restore and import are over
//   health          ──► the recovery objective is missed, is met again
//
// From the catalog alone: whatever crashed in between, the next look finds it. Any number of processes may
// look at once, for notices have keys.
#pragma once

#include <map>
#include <string>

#include "api/health_view.h"
#include "api/platform.h"
#include "catalog/catalog.h"
#include "jobs/job_queue.h"
#include "notify/notifications.h"
#include "policy/time_zone.h"

namespace skyhold {

class Notices {
 public:
  // All must outlive it.
  Notices(Catalog& catalog, JobQueue& jobs, const Platform& platform, Notifications& notifications,
          const Clock& clock);

  // Looks once. Where nobody wants to hear anything, nothing is read or written.
  Status look();

 private:
  Status look_at_jobs(const std::map<std::string, Instant>& watched, const TimeZone& zone);
  Status look_at_job(const Job& job, const TimeZone& zone);
  Status look_at_backup(const Job& job, const TimeZone& zone);
  Status look_at_copies(const Job& job, const TimeZone& zone);
  Status look_at_health(const std::map<std::string, Instant>& watched, const TimeZone& zone);

  Status look_at_project(const ProjectSummary& summary, const HealthSetting& setting, const TimeZone& zone);

  Catalog& catalog_;
  JobQueue& jobs_;
  const Platform& platform_;
  Notifications& notifications_;
  const Clock& clock_;
  std::map<std::string, Instant> seen_;  // jobs, lately, and when they ended
  Instant looked_at_health_{};
};

}  // namespace skyhold
