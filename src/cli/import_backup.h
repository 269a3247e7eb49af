// Import and backup as one: what comes from outside becomes a backup of kind imported.
//
// The two operations do not know each other; here they are put together, for the command line and for the
// service's jobs.
#pragma once

#include <optional>
#include <string>

#include "operations/backup/backup.h"
#include "operations/import/import.h"

namespace skyhold {

struct ImportBackupOptions {
  ImportRequest request;
  std::string branch;
  std::string note;
  int readers = 0;        // as BackupOptions has it
  Import::Decide decide;  // of the report, before anything can be seen
};

// The report is complete, or says until when it was made, also when there is an error.
Result<BackupResult> import_backup(Repository& repository, const ImportBackupOptions& options,
                                   ImportReport& report, ProgressSink& progress, const CancelToken& cancel);

// The report alone: all is loaded and looked at, and nothing is kept.
Status inspect_import(const ImportRequest& request, ImportReport& report, ProgressSink& progress,
                      const CancelToken& cancel);

}  // namespace skyhold
