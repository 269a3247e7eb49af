// A restore whose backup may come from anywhere; run_restore() gives it a repository's.
#pragma once

#include "base/cancel.h"
#include "model/manifest.h"
#include "operations/restore/backup_source.h"
#include "operations/restore/restore.h"

namespace skyhold {

Result<RestoreResult> restore_from(BackupSource& source, const Manifest& manifest,
                                   const RestoreOptions& options, ProgressSink& progress,
                                   const CancelToken& cancel);

}  // namespace skyhold
