// From the catalog to the plain facts that policy decides by.
#pragma once

#include <vector>

#include "app/service_settings.h"
#include "catalog/catalog.h"
#include "jobs/job_queue.h"
#include "policy/backup_retention.h"

namespace skyhold {

// Which of a project's backups the rules keep now, and why.
Result<std::vector<BackupRetention>> decide_for_project(Catalog& catalog, JobQueue& jobs,
                                                        const Project& project,
                                                        const ServiceSettings& settings, Instant now);

}  // namespace skyhold
