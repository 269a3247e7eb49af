#include "operations/restore/backup_source.h"

#include <fmt/format.h>

namespace skyhold {

Result<Tree> SnapshotSource::directory(std::string_view path) {
  if (path.empty()) return repository_.load_tree(snapshot_.tree);
  const Node node = TRY(repository_.find_node(snapshot_, path));
  if (node.type != NodeType::kDirectory || !node.subtree) {
    return fail(ErrorCode::kNotFound, fmt::format("{} in the backup is not a directory", path));
  }
  return repository_.load_tree(*node.subtree);
}

std::unique_ptr<ByteSource> SnapshotSource::open(const Node& file) {
  return repository_.open_file(file);
}

Result<Node> FileFinder::find(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
  auto known = directories_.find(parent);
  if (known == directories_.end()) {
    known = directories_.emplace(parent, TRY(source_.directory(parent))).first;
  }
  const Node* node = known->second.find(slash == std::string::npos ? path : path.substr(slash + 1));
  if (node == nullptr || node->type != NodeType::kFile) {
    return fail(ErrorCode::kNotFound, fmt::format("the backup holds no file {}", path),
                "the snapshot is damaged; `skyhold repo verify` says where, another snapshot may serve");
  }
  return *node;
}

}  // namespace skyhold
