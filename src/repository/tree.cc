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

tl::unexpected<Error> corrupt(std::string_view problem) {
  return fail(ErrorCode::kCorrupt, fmt::format("tree: {}", problem));
}

// Hears the parser and keeps nodes alone: as a JSON tree, each id of a file's content would
// take three times its bytes.
class TreeReader final : public json::json_sax_t {
 public:
  bool null() override {
    if (place() == Place::kRoot && key_ == "nodes") has_nodes_ = true;  // restic's empty directory
    return scalar();
  }
  bool boolean(bool) override { return scalar(); }
  bool number_integer(number_integer_t) override { return scalar(); }
  bool number_float(number_float_t, const string_t&) override { return scalar(); }
  bool binary(binary_t&) override { return scalar(); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place() == Place::kNode && key_ == "mode")
      node_.permissions = static_cast<std::uint32_t>(value & kPermissionBits);
    if (place() == Place::kNode && key_ == "size") node_.size_bytes = value;
    return scalar();
  }

  bool string(string_t& value) override {
    if (place() == Place::kContent) {
      Result<Id> id = Id::from_hex(value);
      if (!id) return stop(fail(std::move(id).error()));
      node_.content.push_back(*id);
      return true;
    }
    return place() == Place::kNode ? node_text(value) : scalar();
  }

  bool key(string_t& value) override {
    key_ = value;
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
      case Place::kContent: return scalar();
      case Place::kRoot:
        if (key_ == "nodes") return scalar();
        return enter(Place::kElsewhere);
      default: return enter(Place::kElsewhere);
    }
  }

  bool start_array(std::size_t) override {
    if (place() == Place::kRoot && key_ == "nodes") {
      has_nodes_ = true;
      return enter(Place::kNodes);
    }
    if (place() == Place::kNode && key_ == "content") {
      has_content_ = true;
      node_.content.clear();
      return enter(Place::kContent);
    }
    if (place() == Place::kNode || place() == Place::kRoot || place() == Place::kElsewhere)
      return enter(Place::kElsewhere);
    return scalar();
  }

  bool end_object() override { return leave() != Place::kNode || take_node(); }
  bool end_array() override {
    leave();
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& problem) override {
    return stop(corrupt(problem.what()));
  }

  Result<Tree> finish() {
    if (error_) return fail(std::move(*error_));
    if (!has_nodes_) return corrupt("it has no list of nodes");
    return std::move(tree_);
  }

 private:
  enum class Place { kOutside, kRoot, kNodes, kNode, kContent, kElsewhere };

  [[nodiscard]] Place place() const { return places_.empty() ? Place::kOutside : places_.back(); }

  bool enter(Place place) {
    places_.push_back(place);
    return true;
  }

  Place leave() {
    const Place left = place();
    places_.pop_back();
    return left;
  }

  // Of a value that the place has no use for: some places hold one kind of thing only.
  bool scalar() {
    switch (place()) {
      case Place::kOutside: return stop(corrupt("not a JSON object"));
      case Place::kNodes: return stop(corrupt("a node is not an object"));
      case Place::kContent: return stop(corrupt("the content of a file is not a list of ids"));
      case Place::kRoot:
        if (key_ == "nodes" && !has_nodes_) return stop(corrupt("nodes are not a list"));
        return true;
      default: return true;
    }
  }

  bool node_text(const string_t& value) {
    if (key_ == "name") {
      Result<std::string> name = go_unquote(value);
      if (!name) return stop(fail(std::move(name).error()));
      node_.name = std::move(*name);
    }
    if (key_ == "type") type_ = parse_type(value);
    // Times outside of what 64 bits of nanoseconds hold exist on odd disks; they are not
    // worth refusing a tree.
    if (key_ == "mtime") node_.modified = parse_rfc3339(value).value_or(Instant{});
    if (key_ == "linktarget") node_.link_target = value;
    if (key_ == "subtree") {
      Result<Id> id = Id::from_hex(value);
      if (!id) return stop(fail(std::move(id).error()));
      node_.subtree = *id;
    }
    return true;
  }

  bool take_node() {
    if (!is_valid_name(node_.name)) return stop(corrupt("a name that no directory can hold"));
    if (!type_) return stop(corrupt(fmt::format("\"{}\" has no type", node_.name)));
    node_.type = *type_;
    if (node_.type == NodeType::kFile && !has_content_)
      return stop(corrupt(fmt::format("file \"{}\" has no content list", node_.name)));
    if (node_.type == NodeType::kDirectory && !node_.subtree)
      return stop(corrupt(fmt::format("directory \"{}\" has no subtree", node_.name)));
    if (!tree_.nodes.empty() && !(tree_.nodes.back().name < node_.name))
      return stop(corrupt("names are not in order"));
    node_.content.shrink_to_fit();
    tree_.nodes.push_back(std::move(node_));
    return true;
  }

  bool stop(tl::unexpected<Error> error) {
    if (!error_) error_ = std::move(error.value());
    return false;
  }

  std::vector<Place> places_;
  std::string key_;
  bool has_nodes_ = false;
  Tree tree_;
  Node node_;  // while its members come in
  std::optional<NodeType> type_;
  bool has_content_ = false;
  std::optional<Error> error_;
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
  // What it returns says no more than finish() does.
  static_cast<void>(json::sax_parse(text.begin(), text.end(), &reader));
  return reader.finish();
}

}  // namespace skyhold
