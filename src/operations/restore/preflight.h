// What can be known to go wrong before anything is made.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "capture/client_program.h"
#include "operations/restore/branch_lock.h"
#include "operations/restore/database_facts.h"
#include "operations/restore/restore.h"

namespace skyhold {

struct Preflight {
  OwnershipPlan ownership;
  ClientProgram pg_restore;
};

// kAlreadyExists when something would be replaced without options.replace;
// kPermissionDenied when the role may not create or rename the databases; kUnsupported when
// the server lacks an extension or is older than 12. `filestore` is resolved already.
Result<Preflight> check_before_restore(BranchLock& lock, const Manifest& manifest,
                                       const RestoreOptions& options,
                                       const std::optional<std::filesystem::path>& filestore,
                                       std::vector<std::string>& notices);

}  // namespace skyhold
