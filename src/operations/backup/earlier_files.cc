#include "operations/backup/earlier_files.h"

#include "base/log.h"

namespace skyhold {
namespace {
// A filestore has 256 directories; a few snapshots' roots beside the directory in work.
constexpr std::size_t kMaxTrees = 64;
}  // namespace

const Tree* EarlierFiles::load(const Id& id) {
  const auto found = trees_.find(id);
  if (found != trees_.end()) return found->second ? &*found->second : nullptr;
  if (trees_.size() >= kMaxTrees) trees_.clear();
  Result<Tree> tree = repository_.load_tree(id);
  if (!tree) log::debug("earlier tree {} cannot be used: {}", id.short_hex(), tree.error().message);
  const auto placed = trees_.emplace(id, tree ? std::optional<Tree>(std::move(*tree)) : std::nullopt).first;
  return placed->second ? &*placed->second : nullptr;
}

Result<std::optional<Node>> EarlierFiles::find(const Snapshot& snapshot, std::string_view name) {
  std::string path = "filestore/" + std::string(name);
  std::string_view rest = path;
  Id tree_id = snapshot.tree;
  while (true) {
    const std::size_t slash = rest.find('/');
    const Tree* tree = load(tree_id);
    const Node* node = tree != nullptr ? tree->find(rest.substr(0, slash)) : nullptr;
    if (node == nullptr) return std::nullopt;
    if (slash != std::string_view::npos) {
      if (!node->subtree) return std::nullopt;
      tree_id = *node->subtree;
      rest.remove_prefix(slash + 1);
      continue;
    }
    const bool usable = node->type == NodeType::kFile && lane_.take_over(node->content);
    return usable ? std::optional<Node>(*node) : std::nullopt;
  }
}

}  // namespace skyhold
