#include "repository/tree_walk.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

namespace skyhold {
namespace {

Id id_of(std::uint8_t fill) {
  Id id;
  id.bytes.fill(fill);
  return id;
}

class Recorder final : public TreeVisitor {
 public:
  std::map<Id, Tree> trees;
  std::vector<BlobHandle> needed;
  std::vector<Id> broken_trees;

  Result<Tree> load(const Id& tree) override {
    const auto found = trees.find(tree);
    if (found == trees.end()) return fail(ErrorCode::kCorrupt, "no such tree");
    return found->second;
  }
  Status needs(const BlobHandle& blob) override {
    needed.push_back(blob);
    return {};
  }
  Status broken(const Id& tree, const Error&) override {
    broken_trees.push_back(tree);
    return {};
  }
  [[nodiscard]] std::ptrdiff_t times(const BlobHandle& blob) const {
    return std::count(needed.begin(), needed.end(), blob);
  }
};

Node file(std::string name, std::vector<Id> content) {
  Node node;
  node.name = std::move(name);
  node.content = std::move(content);
  return node;
}
Node directory(std::string name, const Id& subtree) {
  Node node;
  node.name = std::move(name);
  node.type = NodeType::kDirectory;
  node.subtree = subtree;
  return node;
}

TEST(TreeWalk, FindsEveryBlobOfSeveralSnapshotsAndReadsSharedTreesOnce) {
  Recorder recorder;
  recorder.trees[id_of(1)].nodes = {directory("a", id_of(3)), file("b", {id_of(10), id_of(11)})};
  recorder.trees[id_of(2)].nodes = {directory("a", id_of(3)), file("empty", {})};
  recorder.trees[id_of(3)].nodes = {file("c", {id_of(12)})};
  const CancelToken cancel;
  TreeWalk walk(recorder);
  ASSERT_TRUE(walk.from(id_of(1), cancel));
  ASSERT_TRUE(walk.from(id_of(2), cancel));
  EXPECT_EQ(walk.trees_seen(), 3U);
  for (const std::uint8_t tree : {1, 2, 3}) EXPECT_EQ(recorder.times({BlobType::kTree, id_of(tree)}), 1);
  for (const std::uint8_t blob : {10, 11, 12}) EXPECT_EQ(recorder.times({BlobType::kData, id_of(blob)}), 1);
}

TEST(TreeWalk, ABrokenTreeIsToldAndTheRestIsWalked) {
  Recorder recorder;
  recorder.trees[id_of(1)].nodes = {directory("a", id_of(9)), file("b", {id_of(10)})};
  const CancelToken cancel;
  TreeWalk walk(recorder);
  ASSERT_TRUE(walk.from(id_of(1), cancel));
  EXPECT_EQ(recorder.broken_trees, std::vector<Id>{id_of(9)});
  EXPECT_EQ(recorder.times({BlobType::kData, id_of(10)}), 1);
}

TEST(TreeWalk, EndsWhenCancelled) {
  Recorder recorder;
  CancelToken cancel;
  cancel.cancel();
  TreeWalk walk(recorder);
  EXPECT_EQ(walk.from(id_of(1), cancel).error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace skyhold
