// What one copy of a repository takes in its store.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "stores/object_store.h"

namespace skyhold {

struct CopySize {
  std::uint64_t objects = 0;  // config, keys, packs, index files and snapshots; locks come and go
  std::uint64_t bytes = 0;
};

// By listing it: one request for about a thousand objects.
Result<CopySize> measure_copy(ObjectStore& store);

}  // namespace skyhold
