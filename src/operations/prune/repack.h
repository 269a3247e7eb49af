// Moves blobs from packs that are to go into new ones, as they are stored.
#pragma once

#include <vector>

#include "base/cancel.h"
#include "operations/prune/prune_plan.h"
#include "repository/index_file.h"
#include "repository/repository.h"

namespace skyhold {

// Writes the new packs to every copy and returns their index entries. Each blob is checked
// (MAC, compression, id) on the way. Memory: one pack read, one open pack for each type.
Result<std::vector<IndexedPack>> repack(Repository& repository, const std::vector<RepackSource>& sources,
                                        ProgressSink& progress, const CancelToken& cancel);

}  // namespace skyhold
