// Files of a tree with their paths, held compactly: 48 bytes a file, its path's and its ids' bytes, where a
// Node with its path takes some 300. A filestore may have a million of them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "repository/tree.h"

namespace skyhold {

// Not thread-safe while it is written to.
class FileList {
 public:
  // `node` is a file; its name is taken from the path, which is '/'-separated.
  void add(std::string_view path, const Node& node);
  // By the bytes of the paths; of equal paths the one that was added last stays.
  void sort();
  void clear();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  // These views hold until the list changes.
  [[nodiscard]] std::string_view path(std::size_t file) const;
  [[nodiscard]] std::span<const Id> content(std::size_t file) const;
  [[nodiscard]] std::uint64_t size_bytes(std::size_t file) const { return entries_[file].size_bytes; }
  // Its name is the last segment of the path.
  [[nodiscard]] Node node(std::size_t file) const;

 private:
  struct Entry {
    std::uint64_t path_start = 0;
    std::uint64_t content_start = 0;
    std::uint64_t size_bytes = 0;
    Instant modified;
    std::uint32_t path_bytes = 0;
    std::uint32_t content_count = 0;
    std::uint32_t permissions = 0;
  };
  [[nodiscard]] std::string_view path_of(const Entry& entry) const;

  std::vector<Entry> entries_;
  std::string paths_;
  std::vector<Id> content_;
};

}  // namespace skyhold
