#include "repository/file_list.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace skyhold {
namespace {

Node file_of(std::uint64_t size, std::vector<Id> content) {
  Node node;
  node.size_bytes = size;
  node.permissions = 0640;
  node.modified = *parse_rfc3339("2026-11-22T01:00:00.5Z");
  node.content = std::move(content);
  return node;
}

TEST(FileList, GivesBackWhatWasAdded) {
  const Id first = sha256(as_bytes("first"));
  const Id second = sha256(as_bytes("second"));
  FileList files;
  EXPECT_TRUE(files.empty());
  files.add("ab/abcd", file_of(9, {first, second}));
  files.add("README", file_of(0, {}));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files.path(0), "ab/abcd");
  const Node node = files.node(0);
  EXPECT_EQ(node.name, "abcd");
  EXPECT_EQ(node.size_bytes, 9U);
  EXPECT_EQ(node.permissions, 0640U);
  EXPECT_EQ(node.modified, *parse_rfc3339("2026-11-22T01:00:00.5Z"));
  EXPECT_EQ(node.content, (std::vector<Id>{first, second}));
  EXPECT_EQ(files.node(1).name, "README");
  EXPECT_TRUE(files.content(1).empty());
}

TEST(FileList, SortsByPathAndKeepsTheLastOfEqualOnes) {
  FileList files;
  files.add("b/x", file_of(1, {}));
  files.add("a.b", file_of(2, {}));
  files.add("b/x", file_of(3, {}));
  files.add("a/b", file_of(4, {}));
  files.add("b/x", file_of(5, {}));
  files.sort();
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files.path(0), "a.b");
  EXPECT_EQ(files.path(1), "a/b");
  EXPECT_EQ(files.path(2), "b/x");
  EXPECT_EQ(files.size_bytes(2), 5U);
  files.clear();
  EXPECT_TRUE(files.empty());
}

}  // namespace
}  // namespace skyhold
