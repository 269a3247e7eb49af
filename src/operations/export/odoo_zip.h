// A backup as the zip that Odoo's database manager restores.
#pragma once

#include "operations/export/export_job.h"

namespace skyhold {

// dump.sql first, then manifest.json, then filestore/ unless it was not asked for. Sets result.files.
Status write_odoo_zip(ExportJob& job, ByteSink& sink, ExportResult& result);

}  // namespace skyhold
