// Backup: one branch at one instant, into every copy of its project's repository.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "capture/pg_target.h"
#include "capture/streamed_files.h"
#include "model/manifest.h"
#include "model/progress.h"
#include "repository/pack.h"
#include "repository/repository.h"

namespace skyhold {

struct BackupOptions {
  std::string branch;
  PgTarget database;
  std::optional<std::filesystem::path> filestore;
  BackupKind kind = BackupKind::kManual;
  std::string note;
  bool reread_files = false;  // read files again that the last snapshot holds
  int readers = 0;            // table readers at once; 0: one a core, at least 2

  // ---- what an import sets
  // Most of the memory are packs that are being filled.
  std::size_t pack_target_bytes = kPackTargetBytes;
  // In the place of `filestore`: the files come out of an archive, once.
  StreamedFiles* streamed_files = nullptr;
  // The last word, when all has been read and nothing can be seen yet: it may correct what the
  // manifest says of the source, and an error ends the backup without a trace.
  std::function<Status(Manifest&)> review{};
};

// Seconds of one stage, summed over its threads.
struct StageTime {
  std::string stage;
  double seconds = 0;
};

struct BackupResult {
  Snapshot snapshot;
  Manifest manifest;
  std::uint64_t source_bytes = 0;   // tables, dumps and files
  std::uint64_t reused_bytes = 0;   // of those, held already
  std::uint64_t added_bytes = 0;    // stored bytes of new objects, in one copy
  std::uint64_t added_objects = 0;  // packs, index files and the snapshot, in one copy
  std::uint64_t files_read = 0;
  std::uint64_t files_reused = 0;     // known from the last snapshot, not read
  std::uint64_t files_recovered = 0;  // gone at the source, found in earlier snapshots
  double seconds = 0;
  std::vector<StageTime> stages;
  std::vector<std::string> complete_copies;                  // locations
  std::vector<std::pair<std::string, Error>> failed_copies;  // location, why
  // Of the complete copies those that the caller had mended afterwards; run_backup() fills none.
  std::vector<std::string> mended_copies;
};

// The snapshot is written only when everything that it names is stored. Copies that fail
// on the way are left out (failed_copies); an error when none is left.
Result<BackupResult> run_backup(Repository& repository, const BackupOptions& options, ProgressSink& progress,
                                const CancelToken& cancel);

}  // namespace skyhold
