// What every format needs while it is written.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "base/cancel.h"
#include "model/manifest.h"
#include "operations/export/export.h"
#include "repository/repository.h"

namespace skyhold {

// Thread-safe, but for directory() and find().
class ExportJob {
 public:
  ExportJob(Repository& repository, const Snapshot& snapshot, const Manifest& manifest,
            const ExportOptions& options, ProgressSink& progress, const CancelToken& cancel)
      : repository_(repository),
        snapshot_(snapshot),
        manifest_(manifest),
        options_(options),
        progress_(progress),
        cancel_(cancel) {}

  [[nodiscard]] Repository& repository() const { return repository_; }
  [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
  [[nodiscard]] const Manifest& manifest() const { return manifest_; }
  [[nodiscard]] const ExportOptions& options() const { return options_; }
  [[nodiscard]] const CancelToken& cancel() const { return cancel_; }

  // The listing of "database/tables"; "" is the root.
  Result<Tree> directory(std::string_view path) const;
  // A file by its path. The listing of the directory that was asked for last is kept.
  Result<Node> find(const std::string& path);

  void start_phase(const std::string& phase, std::uint64_t total_bytes);
  void add_bytes(std::uint64_t bytes);

 private:
  Repository& repository_;
  const Snapshot& snapshot_;
  const Manifest& manifest_;
  const ExportOptions& options_;
  ProgressSink& progress_;
  const CancelToken& cancel_;

  std::string listed_path_;
  Tree listed_;
  bool has_listed_ = false;

  std::string phase_;
  std::uint64_t total_bytes_ = 0;
  std::atomic<std::uint64_t> done_bytes_{0};
};

// Copies until the source's end.
Status copy_stream(ByteSource& source, ByteSink& sink, const CancelToken& cancel);

}  // namespace skyhold
