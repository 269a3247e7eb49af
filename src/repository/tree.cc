#include "repository/tree.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "repository/go_quote.h"
#include "repository/sax_reader.h"

namespace skyhold {
namespace {

// Go's os.FileMode, which restic stores: type bits high, permissions low.
constexpr std::uint32_t kGoModeDirectory = 1U << 31;
constexpr std::uint32_t kGoModeSymlink = 1U << 27;
constexpr std::uint32_t kPermissionBits = 0777;

std::string_view type_name(NodeType type) {
  switch (type) {
    case NodeType::kFile: return "file";
    case NodeType::kDirectory: return "dir";
    case NodeType::kSymlink: return "symlink";
    case NodeType::kOther: break;  // read from restic's trees, never written
  }
  SKYHOLD_UNREACHABLE();
}

NodeType parse_type(const std::string& name) {
  if (name == "file") return NodeType::kFile;
  if (name == "dir") return NodeType::kDirectory;
  if (name == "symlink") return NodeType::kSymlink;
  return NodeType::kOther;
}

std::uint32_t go_mode(const Node& node) {
  std::uint32_t mode = node.permissions & kPermissionBits;
  if (node.type == NodeType::kDirectory) mode |= kGoModeDirectory;
  if (node.type == NodeType::kSymlink) mode |= kGoModeSymlink;
  return mode;
}

void append_text(Bytes& out, std::string_view text) {
  append(out, as_bytes(text));
}

// As Go's encoding/json writes a string of valid UTF-8 without control characters.
void append_json_string(Bytes& out, std::string_view text) {
  out.push_back('"');
  for (char c : text) {
    switch (c) {
      case '"': append_text(out, "\\\""); break;
      case '\\': append_text(out, "\\\\"); break;
      case '<': append_text(out, "\\u003c"); break;
      case '>': append_text(out, "\\u003e"); break;
      case '&': append_text(out, "\\u0026"); break;
      default: out.push_back(static_cast<std::uint8_t>(c));
    }
  }
  out.push_back('"');
}

void append_content(Bytes& out, const std::vector<Id>& content) {
  append_text(out, "[");
  for (std::size_t i = 0; i < content.size(); ++i) {
    append_text(out, i == 0 ? "\"" : ",\"");
    append_text(out, content[i].hex());
    append_text(out, "\"");
  }
  append_text(out, "]");
}

// Key order as restic's struct has it; zero values left out but for the ones it keeps.
void append_node(Bytes& out, const Node& node) {
  append_text(out, R"({"name":)");
  append_json_string(out, go_quote(node.name));
  const std::string time = format_rfc3339(node.modified);
  append_text(out,
              fmt::format(R"(,"type":"{}","mode":{},"mtime":"{}","atime":"{}","ctime":"{}","uid":0,"gid":0)",
                          type_name(node.type), go_mode(node), time, time, time));
  if (node.type == NodeType::kFile) {
    if (node.size_bytes != 0) append_text(out, fmt::format(R"(,"size":{})", node.size_bytes));
    append_text(out, R"(,"links":1,"content":)");
    append_content(out, node.content);
  } else {
    if (node.type == NodeType::kSymlink) {
      append_text(out, R"(,"linktarget":)");
      append_json_string(out, node.link_target);
    }
    append_text(out, R"(,"content":null)");
  }
  if (node.subtree) append_text(out, fmt::format(R"(,"subtree":"{}")", node.subtree->hex()));
  append_text(out, "}");
}

// About what the tree's text takes, rather too much.
std::size_t expected_bytes(const Tree& tree) {
  constexpr std::size_t kNodeBytes = 350;
  constexpr std::size_t kIdBytes = 64 + std::string_view(R"("",)").size();
  std::size_t bytes = 0;
  for (const Node& node : tree.nodes) bytes += kNodeBytes + node.name.size() + node.content.size() * kIdBytes;
  return bytes;
}

bool is_valid_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

enum class Place { kOutside, kRoot, kNodes, kNode, kContent, kElsewhere };

class TreeReader final : public SaxReader<Place> {
 public:
  TreeReader() : SaxReader("tree") {}

  bool null() override {
    if (place() == Place::kRoot && key() == "nodes") has_nodes_ = true;  // restic's empty directory
    return other_value();
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (place() == Place::kNode && key() == "mode")
      node_.permissions = static_cast<std::uint32_t>(value & kPermissionBits);
    if (place() == Place::kNode && key() == "size") node_.size_bytes = value;
    return other_value();
  }

  bool string(string_t& value) override {
    if (place() == Place::kNode) return node_text(value);
    if (place() != Place::kContent) return other_value();
    std::optional<Id> id;
    if (!keep(Id::from_hex(value), id)) return false;
    node_.content.push_back(*id);
    return true;
  }

  bool start_object(std::size_t) override {
    switch (place()) {
      case Place::kOutside: return enter(Place::kRoot);
      case Place::kNodes:
        node_ = Node();
        node_.permissions = 0;
        type_.reset();
        has_content_ = false;
        return enter(Place::kNode);
      default: return other_value() && enter(Place::kElsewhere);
    }
  }

  bool start_array(std::size_t) override {
    if (place() == Place::kRoot && key() == "nodes") {
      has_nodes_ = true;
      return enter(Place::kNodes);
    }
    if (place() == Place::kNode && key() == "content") {
      has_content_ = true;
      node_.content.clear();
      return enter(Place::kContent);
    }
    return other_value() && enter(Place::kElsewhere);
  }

  bool end_object() override { return leave() != Place::kNode || take_node(); }

  Result<Tree> finish() {
    if (!has_nodes_) return fail(ErrorCode::kCorrupt, "tree: it has no list of nodes");
    return std::move(tree_);
  }

 private:
  bool other_value() override {
    switch (place()) {
      case Place::kOutside: return refuse("not a JSON object");
      case Place::kRoot: return key() != "nodes" || has_nodes_ || refuse("nodes are not a list");
      case Place::kNodes: return refuse("a node is not an object");
      case Place::kContent: return refuse("the content of a file is not a list of ids");
      case Place::kNode:
      case Place::kElsewhere: return true;
    }
    SKYHOLD_UNREACHABLE();
  }

  bool node_text(const string_t& value) {
    if (key() == "name") return keep(go_unquote(value), name_);
    if (key() == "subtree") return keep(Id::from_hex(value), node_.subtree);
    if (key() == "type") type_ = parse_type(value);
    // Times outside of what 64 bits of nanoseconds hold exist on odd disks; they are not
    // worth refusing a tree.
    if (key() == "mtime") node_.modified = parse_rfc3339(value).value_or(Instant{});
    if (key() == "linktarget") node_.link_target = value;
    return true;
  }

  bool take_node() {
    node_.name = std::exchange(name_, std::nullopt).value_or("");
    if (!is_valid_name(node_.name)) return refuse("a name that no directory can hold");
    if (!type_) return refuse(fmt::format("\"{}\" has no type", node_.name));
    node_.type = *type_;
    if (node_.type == NodeType::kFile && !has_content_)
      return refuse(fmt::format("file \"{}\" has no content list", node_.name));
    if (node_.type == NodeType::kDirectory && !node_.subtree)
      return refuse(fmt::format("directory \"{}\" has no subtree", node_.name));
    if (!tree_.nodes.empty() && !(tree_.nodes.back().name < node_.name))
      return refuse("names are not in order");
    node_.content.shrink_to_fit();
    tree_.nodes.push_back(std::move(node_));
    return true;
  }

  bool has_nodes_ = false;
  Tree tree_;
  Node node_;  // while its members come in
  std::optional<std::string> name_;
  std::optional<NodeType> type_;
  bool has_content_ = false;
};

}  // namespace

const Node* Tree::find(std::string_view name) const {
  const auto found =
      std::lower_bound(nodes.begin(), nodes.end(), name,
                       [](const Node& node, std::string_view wanted) { return node.name < wanted; });
  return found != nodes.end() && found->name == name ? &*found : nullptr;
}

Bytes encode_tree(const Tree& tree) {
  Bytes out;
  out.reserve(expected_bytes(tree));
  append_text(out, R"({"nodes":[)");
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const Node& node = tree.nodes[i];
    SKYHOLD_ASSERT(is_valid_name(node.name));
    SKYHOLD_ASSERT(i == 0 || tree.nodes[i - 1].name < node.name);
    SKYHOLD_ASSERT((node.type == NodeType::kDirectory) == node.subtree.has_value());
    if (i > 0) append_text(out, ",");
    append_node(out, node);
  }
  append_text(out, "]}\n");
  return out;
}

Result<Tree> decode_tree(ByteView text) {
  TreeReader reader;
  TRY(reader.read(text));
  return reader.finish();
}

}  // namespace skyhold
