// The filestore's files: known ones by reference, new ones read and checked, vanished ones
// looked up in earlier snapshots.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "capture/filestore.h"
#include "operations/backup/capture_context.h"
#include "repository/file_list.h"

namespace skyhold {

struct FileCaptureOptions {
  std::filesystem::path root;
  bool reread = false;
  int readers = 1;
  std::optional<Snapshot> parent;  // whose files need not be read again
  std::vector<Snapshot> earlier;   // newest first: where vanished files are looked up
};

struct CapturedFiles {
  FileList files;                    // by their names below the filestore
  std::vector<MissingFile> missing;  // by name
  std::uint64_t bytes = 0;
  std::uint64_t read_count = 0;
  std::uint64_t reused_count = 0;
  std::uint64_t reused_bytes = 0;
  std::uint64_t recovered_count = 0;
};

// `required` is sorted by name and free of duplicates. An error only for what is wrong with
// the filestore as a whole; a file that cannot be had anywhere is listed as missing.
Result<CapturedFiles> capture_files(const CaptureContext& context, const std::vector<RequiredFile>& required,
                                    const FileCaptureOptions& options);

}  // namespace skyhold
