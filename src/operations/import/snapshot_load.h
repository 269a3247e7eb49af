// A whole snapshot of Skyhold's own, packed as a tar (README.md of operations/export): the manifest
// first, then the dumps and the rows of each table, then the filestore.
#pragma once

#include "operations/import/archive_load.h"

namespace skyhold {

// The archive stands after its manifest. Each part is checked against it. What lies before the schema
// that it needs is read in another pass.
Result<LoadedArchive> load_snapshot(const LoadContext& context, const Manifest& manifest,
                                    std::unique_ptr<OpenedArchive> archive, const ReopenArchive& reopen);

// kCorrupt, with a finding, unless both say the same of every table.
Status compare_tables(const Manifest& source, const Manifest& captured, ImportReport& report);

}  // namespace skyhold
