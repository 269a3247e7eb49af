#include "operations/backup/snapshot_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "stores/memory_store.h"

namespace skyhold {
namespace {

Node file_of(std::string_view content, int hour) {
  Node node;
  node.content = {sha256(as_bytes(content))};
  node.size_bytes = content.size();
  node.modified = Instant{std::chrono::hours{hour}};
  return node;
}

class SnapshotTreeTest : public testing::Test {
 protected:
  SnapshotTreeTest() {
    const std::vector<ObjectStorePtr> stores{std::make_shared<MemoryStore>()};
    EXPECT_TRUE(Repository::init(stores, master_, "shop"));
    repository_ = *Repository::open(stores, master_);
    EXPECT_TRUE(repository_->load_index());
  }

  template <typename Work>
  auto stored_by(const Work& work) {
    const auto writer = *BlobWriter::start(*repository_, {});
    const auto stored = *work(*writer->open_lane(BlobType::kTree));
    EXPECT_TRUE(writer->finish());
    EXPECT_TRUE(repository_->load_index());
    return stored;
  }

  // "a/x a.b …": every file below a stored tree, in the order of the listings.
  std::string paths_below(const Id& id, const std::string& prefix = "") {
    const auto tree = repository_->load_tree(id);
    EXPECT_TRUE(tree) << to_string(tree.error());
    std::string paths;
    for (const Node& node : tree->nodes) {
      paths += node.subtree ? paths_below(*node.subtree, prefix + node.name + "/")
                            : fmt::format("{}{} ", prefix, node.name);
    }
    return paths;
  }

  MasterKey master_ = MasterKey::random();
  std::unique_ptr<Repository> repository_;
};

TEST_F(SnapshotTreeTest, DirectoriesOfAListAreThoseOfATreeBuiltFileByFile) {
  FileList files;
  SnapshotTree tree;
  // By paths "a.b" comes before "a/x", as a directory "a" comes before it.
  const std::vector<std::string> paths{"a/x", "a/deep/er/y", "a.b", "a/z", "b", "ab/1", "ab/2"};
  for (const std::string& path : paths) {
    const Node node = file_of(path, static_cast<int>(path.size()));
    files.add(path, node);
    tree.add_file(path, node);
  }
  files.sort();
  const StoredDirectory listed =
      stored_by([&](BlobWriter::Lane& lane) { return store_directories(files, lane); });
  const Id built = stored_by([&](BlobWriter::Lane& lane) { return tree.store(lane); });
  EXPECT_EQ(listed.id, built);
  EXPECT_EQ(listed.modified, Instant{std::chrono::hours{11}}) << "of the newest file, wherever it lies";
  EXPECT_EQ(paths_below(listed.id), "a/deep/er/y a/x a/z a.b ab/1 ab/2 b ");
}

TEST_F(SnapshotTreeTest, TakesADirectoryThatIsStoredAlready) {
  FileList files;
  files.add("ab/1", file_of("1", 3));
  const StoredDirectory filestore =
      stored_by([&](BlobWriter::Lane& lane) { return store_directories(files, lane); });
  SnapshotTree tree;
  tree.add_file("database/rest.dump", file_of("rest", 1));
  tree.add_stored("filestore", filestore);
  const Id root = stored_by([&](BlobWriter::Lane& lane) { return tree.store(lane); });
  EXPECT_EQ(paths_below(root), "database/rest.dump filestore/ab/1 ");
}

TEST_F(SnapshotTreeTest, NoFilesMakeAnEmptyDirectory) {
  const StoredDirectory empty =
      stored_by([&](BlobWriter::Lane& lane) { return store_directories(FileList(), lane); });
  EXPECT_EQ(paths_below(empty.id), "");
}

}  // namespace
}  // namespace skyhold
