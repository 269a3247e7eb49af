// Files that earlier snapshots hold, by their name below the filestore.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "repository/blob_writer.h"

namespace skyhold {

// Remembers the last few directories that it loaded: cheap when asked in order of names.
// Not thread-safe.
class EarlierFiles {
 public:
  // Blobs that are found count as used again by `lane`, a lane of data.
  EarlierFiles(Repository& repository, BlobWriter::Lane& lane) : repository_(repository), lane_(lane) {}

  // The file's node when `snapshot` holds it and every healthy copy holds all its blobs.
  // A snapshot whose trees cannot be read holds nothing: the file is then read again.
  Result<std::optional<Node>> find(const Snapshot& snapshot, std::string_view name);

 private:
  const Tree* load(const Id& tree);

  Repository& repository_;
  BlobWriter::Lane& lane_;
  std::map<Id, std::optional<Tree>> trees_;
};

}  // namespace skyhold
