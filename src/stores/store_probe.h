// Whether a store can be used: every method tried once on a small object of our own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stores/object_store.h"

namespace skyhold {

// Where the object lies, with digits at random behind it: beside a repository's own objects,
// where neither Skyhold nor restic looks.
inline constexpr std::string_view kProbePrefix = "skyhold-check-";

struct ProbeStep {
  std::string name;  // "write"
  double seconds = 0;
  std::optional<Error> error;  // none: it works
};

// The steps, in their order: list, write, read, range, listed, overwrite, remove, gone. What
// cannot be tried after one that failed is left out; so is everything when the store is not
// there. The object is removed if that can be.
std::vector<ProbeStep> probe_store(ObjectStore& store);

}  // namespace skyhold
