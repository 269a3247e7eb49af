// The rows of one table, from its parts.
#pragma once

#include "operations/export/export_job.h"

namespace skyhold {

// COPY text of all parts, in order. kCorrupt when bytes or hash are not the manifest's: then `sink` has
// been given what is wrong.
Status write_rows(ExportJob& job, const TableEntry& table, ByteSink& sink);

// "res_partner" is looked for in public first, then in any schema. kNotFound, kInvalidArgument when several
// schemas have it.
Result<const TableEntry*> find_table(const Manifest& manifest, std::string_view name);

}  // namespace skyhold
