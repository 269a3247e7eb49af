// The filestore of a backup, into a new directory beside the branch's own.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "model/manifest.h"
#include "operations/restore/backup_source.h"
#include "operations/restore/restore_progress.h"

namespace skyhold {

struct FileRestore {
  BackupSource& source;
  const Manifest& manifest;
  std::filesystem::path live;    // files that it has already are linked; need not exist
  std::filesystem::path hidden;  // empty; beside `live`
  int workers = 1;
};

struct FileRestoreResult {
  std::uint64_t fetched = 0;
  std::uint64_t linked = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> notices;  // whom the files could not be given to
};

// Owner and mode: as the filestore that is replaced, else as the directory that it lies in. As
// root files are given to that owner. Another user cannot, and shares them through the
// directory's group when it is a member of that; a notice says when it is not.
//
// Writes every file, checks it against its name (when that is its SHA-1) and the
// manifest's size, and makes all of it durable. kCorrupt when a file is not what its name
// says, or the backup does not hold exactly the manifest's files. Names go down one
// directory at a time and never follow a link.
Result<FileRestoreResult> restore_files(const FileRestore& restore, RestoreProgress& progress,
                                        const CancelToken& cancel);

// Removes a directory and all below it; not there is fine.
Status remove_directory(const std::filesystem::path& path);

}  // namespace skyhold
