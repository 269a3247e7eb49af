#include "repository/tree.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "repository/go_quote.h"

namespace skyhold {
namespace {

using nlohmann::json;

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

bool is_valid_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

Status read_content(const json& object, Node& node) {
  const json& content = object.at("content");
  if (!content.is_array()) {
    return fail(ErrorCode::kCorrupt, fmt::format("tree: file \"{}\" has no content list", node.name));
  }
  node.content.reserve(content.size());
  for (const json& id : content) node.content.push_back(TRY(Id::from_hex(id.get_ref<const std::string&>())));
  return {};
}

Result<Node> read_node(const json& object) {
  Node node;
  node.name = TRY(go_unquote(object.at("name").get_ref<const std::string&>()));
  if (!is_valid_name(node.name)) return fail(ErrorCode::kCorrupt, "tree: a name that no directory can hold");
  node.type = parse_type(object.at("type").get_ref<const std::string&>());
  node.permissions = object.value("mode", std::uint32_t{0}) & kPermissionBits;
  if (const auto time = object.find("mtime"); time != object.end()) {
    // Times outside of what 64 bits of nanoseconds hold exist on odd disks; they are not
    // worth refusing a tree.
    node.modified = parse_rfc3339(time->get_ref<const std::string&>()).value_or(Instant{});
  }
  switch (node.type) {
    case NodeType::kFile:
      node.size_bytes = object.value("size", std::uint64_t{0});
      TRY(read_content(object, node));
      break;
    case NodeType::kDirectory:
      node.subtree = TRY(Id::from_hex(object.at("subtree").get_ref<const std::string&>()));
      break;
    case NodeType::kSymlink: node.link_target = object.value("linktarget", std::string()); break;
    case NodeType::kOther: break;
  }
  return node;
}

}  // namespace

const Node* Tree::find(std::string_view name) const {
  const auto found =
      std::lower_bound(nodes.begin(), nodes.end(), name,
                       [](const Node& node, std::string_view wanted) { return node.name < wanted; });
  return found != nodes.end() && found->name == name ? &*found : nullptr;
}

Bytes encode_tree(const Tree& tree) {
  Bytes out;
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
  try {
    const json object = json::parse(text.begin(), text.end());
    Tree tree;
    const json& nodes = object.at("nodes");
    if (nodes.is_null()) return tree;  // restic writes an empty directory so
    if (!nodes.is_array()) return fail(ErrorCode::kCorrupt, "tree: nodes are not a list");
    tree.nodes.reserve(nodes.size());
    for (const json& node : nodes) {
      tree.nodes.push_back(TRY(read_node(node)));
      const std::size_t count = tree.nodes.size();
      if (count > 1 && !(tree.nodes[count - 2].name < tree.nodes[count - 1].name)) {
        return fail(ErrorCode::kCorrupt, "tree: names are not in order");
      }
    }
    return tree;
  } catch (const json::exception& error) {
    return fail(ErrorCode::kCorrupt, fmt::format("tree: {}", error.what()));
  }
}

}  // namespace skyhold
