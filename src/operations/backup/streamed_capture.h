// The files of an import: they come out of an archive one after another, each once and in any order.
#pragma once

#include <optional>
#include <vector>

#include "capture/streamed_files.h"
#include "operations/backup/file_capture.h"

namespace skyhold {

struct StreamedCaptureOptions {
  const std::vector<RequiredFile>* required = nullptr;  // by name; nullptr: whatever comes
  std::vector<Snapshot> earlier;  // newest first: where those that do not come are looked up
  int workers = 1;
  Instant modified;  // archives are not asked for times
};

// Every required file is captured or listed as missing, as capture_files() has it. Small files are handed
// to the workers, who hash and store them while the next ones are read; at most 12 MiB of them wait.
Result<CapturedFiles> capture_streamed_files(const CaptureContext& context, StreamedFiles& files,
                                             const StreamedCaptureOptions& options);

}  // namespace skyhold
