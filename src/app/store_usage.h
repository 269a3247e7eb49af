// What a project's copies take, between the verifications that count what is there.
#pragma once

#include <set>

#include "app/job_runner.h"
#include "operations/backup/backup.h"

namespace skyhold {

// Adds what a backup wrote to the copies that took it. A copy that was never measured is listed once.
Status note_written(JobRun& run, const std::vector<OpenedStore>& stores, const BackupRecord& record,
                    const BackupResult& result);

// Lists these copies and notes what they take now.
Status note_measured(JobRun& run, const std::vector<OpenedStore>& stores, const std::set<std::string>& names);

// Notes what was found, beside what the backups would take without deduplication and compression.
Status note_usage(JobRun& run, const std::vector<StoreUsage>& usage);

}  // namespace skyhold
