// A backup's database in pg_dump's custom format, for pg_restore.
#pragma once

#include "operations/export/export_job.h"

namespace skyhold {

// One archive of what the snapshot holds in three forms: the definitions of schema.dump, the entries and
// blocks of rest.dump, and a TABLE DATA entry with its block for each table. Owners and rights are in it;
// pg_restore leaves them out on demand. Its format version is the one of schema.dump.
Status write_pg_dump(ExportJob& job, ByteSink& sink);

}  // namespace skyhold
