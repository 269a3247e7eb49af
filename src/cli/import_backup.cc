#include "cli/import_backup.h"

#include "base/memory.h"

namespace skyhold {

Result<BackupResult> import_backup(Repository& repository, const ImportBackupOptions& options,
                                   ImportReport& report, ProgressSink& progress, const CancelToken& cancel) {
  const auto import = TRY(Import::load(options.request, report, progress, cancel));
  give_back_freed_memory();  // of the upload and the load
  BackupOptions backup;
  backup.branch = options.branch;
  backup.database = import->database();
  backup.kind = BackupKind::kImported;
  backup.note = options.note;
  backup.readers = options.readers;
  backup.streamed_files = import->files();
  // Beside what reads the archive: all together stays below 256 MiB.
  backup.pack_target_bytes = kPackTargetBytes / 4;
  backup.review = [&](Manifest& manifest) {
    give_back_freed_memory();  // of all that was read
    return import->review(manifest, options.decide);
  };
  return run_backup(repository, backup, progress, cancel);
}

Status inspect_import(const ImportRequest& request, ImportReport& report, ProgressSink& progress,
                      const CancelToken& cancel) {
  const auto import = TRY(Import::load(request, report, progress, cancel));
  return import->inspect(cancel);
}

}  // namespace skyhold
