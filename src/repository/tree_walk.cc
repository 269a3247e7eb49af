#include "repository/tree_walk.h"

namespace skyhold {

Status TreeWalk::from(const Id& root, const CancelToken& cancel) {
  std::vector<Id> pending{root};
  while (!pending.empty()) {
    TRY(cancel.check());
    const Id id = pending.back();
    pending.pop_back();
    if (!seen_.insert(id).second) continue;
    TRY(visitor_.needs({BlobType::kTree, id}));
    const Result<Tree> tree = visitor_.load(id);
    if (tree) {
      TRY(visit_nodes(*tree, pending));
    } else {
      TRY(visitor_.broken(id, tree.error()));
    }
  }
  return {};
}

Status TreeWalk::visit_nodes(const Tree& tree, std::vector<Id>& pending) {
  for (const Node& node : tree.nodes) {
    for (const Id& content : node.content) TRY(visitor_.needs({BlobType::kData, content}));
    if (node.subtree) pending.push_back(*node.subtree);
  }
  return {};
}

}  // namespace skyhold
