// Opening what the flags name.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "cli/command.h"
#include "repository/repository.h"

namespace skyhold {

// kInvalidArgument when two of them are the same place: that would be one copy counted twice.
Result<std::vector<ObjectStorePtr>> open_stores(const Parameters& parameters);

// Opens the repository, warns of each copy that does not answer, and from then on of each
// that gives wrong bytes. Its index is not loaded. `context` must outlive it.
Result<std::unique_ptr<Repository>> open_repository(const Parameters& parameters, CommandContext& context);

// What to end with when something was changed, but not on every copy.
std::optional<Error> copies_shortfall(Repository& repository);

}  // namespace skyhold
