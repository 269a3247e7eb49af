// Where a restore reads a backup from: the tree of one snapshot.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/byte_stream.h"
#include "repository/file_batch.h"
#include "repository/repository.h"

namespace skyhold {

// Thread-safe.
class BackupSource {
 public:
  virtual ~BackupSource() = default;
  // The listing of "database/tables"; "" is the root. kNotFound.
  virtual Result<Tree> directory(std::string_view path) = 0;
  // The bytes of a file. The source must outlive it.
  virtual std::unique_ptr<ByteSource> open(const Node& file) = 0;
  // These files will be opened soon.
  virtual void expect(const std::vector<Node>& /*files*/) {}
  // Which files are best read together; those of batches without a length are to be opened.
  virtual std::vector<FileBatch> plan_batches(const FileList& files);
  // The contents of a batch that has a length.
  virtual Result<std::vector<Bytes>> read_batch(const FileBatch& batch, const FileList& files);
};

// A snapshot of a repository, which must outlive it; load_index() has been called.
class SnapshotSource final : public BackupSource {
 public:
  SnapshotSource(Repository& repository, const Snapshot& snapshot)
      : repository_(repository), snapshot_(snapshot) {}
  Result<Tree> directory(std::string_view path) override;
  std::unique_ptr<ByteSource> open(const Node& file) override;
  void expect(const std::vector<Node>& files) override { repository_.expect_reads(files); }
  std::vector<FileBatch> plan_batches(const FileList& files) override;
  Result<std::vector<Bytes>> read_batch(const FileBatch& batch, const FileList& files) override;

 private:
  Repository& repository_;
  const Snapshot& snapshot_;
};

// Finds files by their path, and remembers the directories it has seen. Not thread-safe.
class FileFinder {
 public:
  explicit FileFinder(BackupSource& source) : source_(source) {}
  // kNotFound when there is none, or when it is not a file.
  Result<Node> find(const std::string& path);

 private:
  BackupSource& source_;
  std::map<std::string, Tree, std::less<>> directories_;
};

}  // namespace skyhold
