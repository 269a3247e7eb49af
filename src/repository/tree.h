// A directory listing, byte for byte as restic writes it: {"nodes":[…]} and a newline,
// nodes strictly ascending by the bytes of their names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"

namespace skyhold {

enum class NodeType { kFile, kDirectory, kSymlink, kOther };

struct Node {
  std::string name;
  NodeType type = NodeType::kFile;
  std::uint32_t permissions = 0600;  // of the file, without its type
  Instant modified;
  std::uint64_t size_bytes = 0;  // files
  std::vector<Id> content;       // files: data blobs in order; empty: an empty file
  std::optional<Id> subtree;     // directories
  std::string link_target;       // symlinks
};

struct Tree {
  std::vector<Node> nodes;
  // nullptr when there is none.
  [[nodiscard]] const Node* find(std::string_view name) const;
};

// Asserts that the names ascend and are neither empty nor hold '/'.
Bytes encode_tree(const Tree& tree);
// kCorrupt for what restic would refuse too: bad JSON, names that are empty, hold '/' or
// are "." or "..", names out of order, a directory without subtree, a file without content.
Result<Tree> decode_tree(ByteView json);

}  // namespace skyhold
