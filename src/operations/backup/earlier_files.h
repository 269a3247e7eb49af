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
  EarlierFiles(Repository& repository, const BlobWriter& writer) : repository_(repository), writer_(writer) {}

  // The file's node when `snapshot` holds it and every healthy copy holds all its blobs.
  // A snapshot whose trees cannot be read holds nothing: the file is then read again.
  Result<std::optional<Node>> find(const Snapshot& snapshot, std::string_view name);

 private:
  const Tree* load(const Id& tree);

  Repository& repository_;
  const BlobWriter& writer_;
  std::map<Id, std::optional<Tree>> trees_;
};

}  // namespace skyhold
