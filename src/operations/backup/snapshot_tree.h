// The directory tree of a snapshot, put together from paths and stored bottom-up.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "repository/blob_writer.h"
#include "repository/file_list.h"

namespace skyhold {

struct StoredDirectory {
  Id id;
  Instant modified;  // of its newest file, so that an unchanged directory keeps its bytes
};

// Stores the directories that the paths of `files` make, children first. The list is sorted.
Result<StoredDirectory> store_directories(const FileList& files, BlobWriter::Lane& lane);

class SnapshotTree {
 public:
  // `path` is '/'-separated and new; `node` is a file, its name is set from the path.
  void add_file(std::string_view path, Node node);
  // A directory that is there even when nothing lies in it.
  void add_directory(std::string_view path) { directory(path); }
  // One of the root that is stored already; its name is new.
  void add_stored(std::string name, const StoredDirectory& stored) {
    stored_.emplace(std::move(name), stored);
  }
  // Stores every directory, children first, and forgets it; the id of the root.
  Result<Id> store(BlobWriter::Lane& lane);

 private:
  struct Directory {
    std::map<std::string, Node, std::less<>> files;
    std::map<std::string, std::unique_ptr<Directory>, std::less<>> directories;
  };
  using StoredDirectories = std::map<std::string, StoredDirectory, std::less<>>;
  Directory& directory(std::string_view path);
  static Result<StoredDirectory> store(Directory&& directory, StoredDirectories below,
                                       BlobWriter::Lane& lane);

  Directory root_;
  StoredDirectories stored_;
};

// The node of a file that was just stored.
Node file_node(StoredFile stored, Instant modified, std::uint32_t permissions);

}  // namespace skyhold
