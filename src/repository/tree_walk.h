// All that snapshots need: every tree below them and every blob that those name.
#pragma once

#include <unordered_set>

#include "base/cancel.h"
#include "repository/blob.h"
#include "repository/tree.h"

namespace skyhold {

// What a walk asks and tells. An error of broken() or needs() ends it.
class TreeVisitor {
 public:
  virtual ~TreeVisitor() = default;
  virtual Result<Tree> load(const Id& tree) = 0;
  // A blob that a snapshot needs; trees come once, data blobs as often as they are named.
  virtual Status needs(const BlobHandle& blob) = 0;
  // A tree that could not be loaded; what lies below it is not seen.
  virtual Status broken(const Id& tree, const Error& error) = 0;
};

// Walks several snapshots and reads each tree once. Not thread-safe. Memory: about 60
// bytes a tree, and one tree with its nodes at a time.
class TreeWalk {
 public:
  explicit TreeWalk(TreeVisitor& visitor) : visitor_(visitor) {}
  Status from(const Id& root, const CancelToken& cancel);
  [[nodiscard]] std::size_t trees_seen() const { return seen_.size(); }

 private:
  Status visit_nodes(const Tree& tree, std::vector<Id>& pending);

  TreeVisitor& visitor_;
  std::unordered_set<Id> seen_;
};

}  // namespace skyhold
