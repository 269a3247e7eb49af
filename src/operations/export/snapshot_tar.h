// The whole snapshot, as it lies in the repository, in one tar.
#pragma once

#include "operations/export/export_job.h"

namespace skyhold {

// manifest.json first, so that whoever reads the tar knows what comes; then the other files and
// directories by name. Sets result.files.
Status write_snapshot_tar(ExportJob& job, ByteSink& sink, ExportResult& result);

}  // namespace skyhold
