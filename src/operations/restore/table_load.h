// The rows of tables, from the backup into the hidden database.
#pragma once

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/memory.h"
#include "model/manifest.h"
#include "operations/restore/backup_source.h"
#include "operations/restore/restore_progress.h"
#include "operations/restore/restore_session.h"

namespace skyhold {

// One part of a table and where it lies in the backup.
struct PartToLoad {
  const TableEntry* table = nullptr;
  const TablePart* part = nullptr;
  Node file;
};

// Every part of every table. kNotFound when the backup lacks one that its manifest names.
Result<std::vector<PartToLoad>> find_parts(BackupSource& source, const Manifest& manifest);

// Thread-safe; sessions are not.
class TableLoader {
 public:
  TableLoader(BackupSource& source, RestoreProgress& progress, const CancelToken& cancel)
      : source_(source), progress_(progress), cancel_(cancel) {}

  // Several parts in one transaction.
  Status load(RestoreSession& session, const std::vector<PartToLoad>& parts);
  // All parts of one table, its rows frozen: whoever reads them next need not ask which
  // transactions have ended, index-only scans work at once (checking a foreign key of
  // 200,000 rows: 43 ms instead of 170), a later VACUUM has nothing to write, and with
  // wal_level minimal the rows are not logged. Falls back to load() where the server
  // refuses.
  Status load_frozen(RestoreSession& session, const std::vector<PartToLoad>& parts);

 private:
  // COPY … FROM STDIN, and the rows, bytes and hash against the manifest. kCorrupt when
  // they differ.
  Status copy(RestoreSession& session, const PartToLoad& part, std::string_view options);

  BackupSource& source_;
  RestoreProgress& progress_;
  const CancelToken& cancel_;
  MemoryTidier tidier_{128U << 20};
};

}  // namespace skyhold
