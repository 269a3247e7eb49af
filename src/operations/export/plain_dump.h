// A backup's database as one plain SQL dump, as pg_dump writes it.
#pragma once

#include "capture/client_program.h"
#include "operations/export/export_job.h"

namespace skyhold {

// Definitions, rows, sequences and large objects, then keys and indexes; no owners, no rights. psql loads it
// into an empty database with ON_ERROR_STOP. It ends with pg_dump's end marker, and only a whole one does.
Status write_plain_dump(ExportJob& job, ByteSink& sink);

}  // namespace skyhold
