// Puts an incoming database and filestore in the place of a branch's own.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "operations/restore/branch_lock.h"

namespace skyhold {

struct SwapPlan {
  PgTarget target;  // the branch's database
  std::string incoming_database;
  std::string suffix;                                       // of what is replaced
  std::string token;                                        // of the swap's record
  std::optional<std::filesystem::path> filestore;           // the branch's
  std::optional<std::filesystem::path> incoming_directory;  // set when `filestore` is; beside it
};

struct SwapOutcome {
  std::string replaced_database;  // empty: there was none
  std::string replaced_filestore;
};

// Both databases are renamed in one transaction, in which the connections to the branch's
// are ended; then the directories are exchanged (directory_swap.h). kBusy, with who is
// connected, when they do not end; nothing has changed then.
Result<SwapOutcome> swap_in(BranchLock& lock, const SwapPlan& plan, const CancelToken& cancel);

// What killed or failed swaps and restores onto this target have left: finishes swaps
// whose databases were renamed, takes back the others, and drops what was being loaded.
// kBusy when another restore writes beside the same filestore.
Status clear_leftovers(BranchLock& lock, const PgTarget& target,
                       const std::optional<std::filesystem::path>& filestore);

// Drops what was replaced before, but for `kept_suffix`; empty: all of it.
Status drop_replaced(BranchLock& lock, const PgTarget& target,
                     const std::optional<std::filesystem::path>& filestore, const std::string& kept_suffix);

// Where the filestore really lies: absolute, links resolved, without a slash at the end.
// kInvalidArgument when it cannot be renamed: a mount point, or the root of a file system.
Result<std::filesystem::path> resolve_filestore(const std::filesystem::path& given);

}  // namespace skyhold
