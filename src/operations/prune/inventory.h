// What the copies of a repository hold: packs as the index files and the directories
// tell of them, all copies taken together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "operations/prune/prune_plan.h"
#include "repository/repository.h"

namespace skyhold {

struct Inventory {
  std::vector<Id> index_files;                     // of any copy
  bool index_files_differ = false;                 // some copy lacks one that another has
  std::vector<PlanPack> packs;                     // each once, by id
  std::map<Id, std::vector<std::size_t>> lacking;  // pack -> copies without it, or with another size

  // Where the blobs of whole packs lie, those of packs in use first.
  [[nodiscard]] BlobIndex blob_index() const;
};

// Reads every index file and lists data/ on every copy. kCorrupt when an index file cannot
// be read from any copy, or two of them tell different things of one pack.
Result<Inventory> take_inventory(Repository& repository, const CancelToken& cancel);

}  // namespace skyhold
