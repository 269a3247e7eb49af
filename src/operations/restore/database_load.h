// Fills the hidden database from the backup: before the data, data, after the data.
#pragma once

#include <string>
#include <vector>

#include "base/cancel.h"
#include "capture/client_program.h"
#include "capture/pg_target.h"
#include "model/manifest.h"
#include "operations/restore/backup_source.h"
#include "operations/restore/database_facts.h"
#include "operations/restore/restore.h"
#include "operations/restore/restore_progress.h"
#include "operations/restore/stage_clock.h"

namespace skyhold {

struct DatabaseLoad {
  BackupSource& source;
  const Manifest& manifest;
  PgTarget target;  // the hidden database
  OwnershipPlan ownership;
  ClientProgram pg_restore;
  int workers = 2;  // sessions at once
  RestoreCheck check = RestoreCheck::kCounted;
};

// Loads everything and checks it against the manifest: rows and hashes of every table,
// sequences and large objects by number, with kFull also every table read back. kCorrupt
// when something differs. Leaves what a person should know in `notices`.
Status load_database(const DatabaseLoad& load, RestoreProgress& progress, StageClock& clock,
                     const CancelToken& cancel, std::vector<std::string>& notices);

}  // namespace skyhold
