#include "operations/backup/snapshot_tree.h"

#include <algorithm>

#include "base/assert.h"

namespace skyhold {

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

Result<SnapshotTree::StoredDirectory> SnapshotTree::store(const Directory& directory,
                                                          BlobWriter::Lane& lane) {
  StoredDirectory stored;
  Tree tree;
  for (const auto& [name, file] : directory.files) {
    tree.nodes.push_back(file);
    stored.modified = std::max(stored.modified, file.modified);
  }
  for (const auto& [name, child] : directory.directories) {
    const StoredDirectory below = TRY(store(*child, lane));
    Node node;
    node.name = name;
    node.type = NodeType::kDirectory;
    node.permissions = 0755;
    node.modified = below.modified;
    node.subtree = below.id;
    tree.nodes.push_back(std::move(node));
    stored.modified = std::max(stored.modified, below.modified);
  }
  std::sort(tree.nodes.begin(), tree.nodes.end(),
            [](const Node& a, const Node& b) { return a.name < b.name; });
  stored.id = TRY(lane.store(encode_tree(tree)));
  return stored;
}

Result<Id> SnapshotTree::store(BlobWriter::Lane& lane) const {
  const StoredDirectory root = TRY(store(root_, lane));
  return root.id;
}

Node file_node(const StoredFile& stored, Instant modified, std::uint32_t permissions) {
  Node node;
  node.permissions = permissions;
  node.modified = modified;
  node.size_bytes = stored.bytes;
  node.content = stored.content;
  return node;
}

}  // namespace skyhold
