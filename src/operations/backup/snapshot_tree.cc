#include "operations/backup/snapshot_tree.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"

namespace skyhold {

namespace {

// The directory that is being put together.
class Listing {
 public:
  void add_file(Node node) {
    modified_ = std::max(modified_, node.modified);
    tree_.nodes.push_back(std::move(node));
  }

  void add_directory(std::string_view name, const StoredDirectory& stored) {
    Node node;
    node.name = name;
    node.type = NodeType::kDirectory;
    node.permissions = 0755;
    node.modified = stored.modified;
    node.subtree = stored.id;
    modified_ = std::max(modified_, stored.modified);
    tree_.nodes.push_back(std::move(node));
  }

  // Empties it before the text is stored: of a large table, both take too much memory.
  Result<StoredDirectory> store(BlobWriter::Lane& lane) {
    std::sort(tree_.nodes.begin(), tree_.nodes.end(),
              [](const Node& a, const Node& b) { return a.name < b.name; });
    const Bytes listing = encode_tree(tree_);
    const std::size_t entries = tree_.nodes.size();
    tree_ = Tree();
    if (listing.size() > kMaxBlobBytes) {
      return fail(
          ErrorCode::kUnsupported,
          fmt::format("a directory of {} entries takes {} MiB, more than the {} that can be read again",
                      entries, listing.size() >> 20, kMaxBlobBytes >> 20));
    }
    return StoredDirectory{TRY(lane.store(listing)), modified_};
  }

 private:
  Tree tree_;
  Instant modified_;
};

// The files of one directory are neighbours in a sorted list, whatever lies deeper among them.
Result<StoredDirectory> store_range(const FileList& files, std::size_t first, std::size_t last,
                                    std::size_t prefix_bytes, BlobWriter::Lane& lane) {
  Listing listing;
  while (first < last) {
    const std::string_view rest = files.path(first).substr(prefix_bytes);
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) {
      listing.add_file(files.node(first++));
      continue;
    }
    const std::string_view prefix = files.path(first).substr(0, prefix_bytes + slash + 1);
    std::size_t end = first + 1;
    while (end < last && files.path(end).starts_with(prefix)) ++end;
    listing.add_directory(rest.substr(0, slash), TRY(store_range(files, first, end, prefix.size(), lane)));
    first = end;
  }
  return listing.store(lane);
}

}  // namespace

Result<StoredDirectory> store_directories(const FileList& files, BlobWriter::Lane& lane) {
  return store_range(files, 0, files.size(), 0, lane);
}

SnapshotTree::Directory& SnapshotTree::directory(std::string_view path) {
  Directory* current = &root_;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    auto& child = current->directories[std::string(path.substr(0, slash))];
    if (!child) child = std::make_unique<Directory>();
    current = child.get();
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return *current;
}

void SnapshotTree::add_file(std::string_view path, Node node) {
  const std::size_t slash = path.rfind('/');
  const bool at_root = slash == std::string_view::npos;
  Directory& parent = at_root ? root_ : directory(path.substr(0, slash));
  node.name = at_root ? path : path.substr(slash + 1);
  const bool is_new = parent.files.emplace(node.name, std::move(node)).second;
  SKYHOLD_ASSERT(is_new);
}

Result<StoredDirectory> SnapshotTree::store(Directory&& directory, StoredDirectories below,
                                            BlobWriter::Lane& lane) {
  for (auto& [name, child] : directory.directories) {
    below.emplace(name, TRY(store(std::move(*child), {}, lane)));
  }
  Listing listing;
  for (auto& [name, file] : directory.files) listing.add_file(std::move(file));
  for (const auto& [name, stored] : below) listing.add_directory(name, stored);
  return listing.store(lane);
}

Result<Id> SnapshotTree::store(BlobWriter::Lane& lane) {
  const StoredDirectory root = TRY(store(std::move(root_), std::move(stored_), lane));
  return root.id;
}

Node file_node(StoredFile stored, Instant modified, std::uint32_t permissions) {
  Node node;
  node.permissions = permissions;
  node.modified = modified;
  node.size_bytes = stored.bytes;
  node.content = std::move(stored.content);
  return node;
}

}  // namespace skyhold
