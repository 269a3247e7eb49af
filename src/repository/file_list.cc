#include "repository/file_list.h"

#include <algorithm>

#include "base/assert.h"

namespace skyhold {

void FileList::add(std::string_view path, const Node& node) {
  SKYHOLD_ASSERT(node.type == NodeType::kFile);
  Entry entry;
  entry.path_start = paths_.size();
  entry.path_bytes = static_cast<std::uint32_t>(path.size());
  entry.content_start = content_.size();
  entry.content_count = static_cast<std::uint32_t>(node.content.size());
  entry.size_bytes = node.size_bytes;
  entry.modified = node.modified;
  entry.permissions = node.permissions;
  paths_ += path;
  content_.insert(content_.end(), node.content.begin(), node.content.end());
  entries_.push_back(entry);
}

void FileList::sort() {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [this](const Entry& a, const Entry& b) { return path_of(a) < path_of(b); });
  // Backwards, the last of equal ones is the first.
  const auto kept = std::unique(entries_.rbegin(), entries_.rend(),
                                [this](const Entry& a, const Entry& b) { return path_of(a) == path_of(b); });
  entries_.erase(entries_.begin(), kept.base());
}

void FileList::clear() {
  entries_.clear();
  paths_.clear();
  content_.clear();
}

std::string_view FileList::path_of(const Entry& entry) const {
  return std::string_view(paths_).substr(entry.path_start, entry.path_bytes);
}

std::string_view FileList::path(std::size_t file) const {
  return path_of(entries_[file]);
}

std::span<const Id> FileList::content(std::size_t file) const {
  const Entry& entry = entries_[file];
  return std::span(content_).subspan(entry.content_start, entry.content_count);
}

Node FileList::node(std::size_t file) const {
  const Entry& entry = entries_[file];
  const std::string_view path = path_of(entry);
  const std::span<const Id> ids = content(file);
  Node node;
  node.name = path.substr(path.rfind('/') + 1);
  node.permissions = entry.permissions;
  node.modified = entry.modified;
  node.size_bytes = entry.size_bytes;
  node.content.assign(ids.begin(), ids.end());
  return node;
}

}  // namespace skyhold
