#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "model/manifest.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

// Nothing of ours is nested deeper than a table's part: root, tables, table, parts, part.
constexpr int kMaxDepth = 8;

tl::unexpected<Error> corrupt(std::string problem) {
  return fail(
      ErrorCode::kCorrupt, "the manifest is not valid: " + std::move(problem),
      "verify the copies with `skyhold repo verify --read-data`; another copy or snapshot may be whole");
}

// Reads typed members of one JSON object, and names the object in errors.
class Members {
 public:
  Members(const Json& object, std::string name) : object_(object), name_(std::move(name)) {}

  Result<const Json*> get(const char* key, Json::value_t type) const {
    if (!object_.is_object()) return corrupt(fmt::format("{} is not an object", name_));
    const auto found = object_.find(key);
    if (found == object_.end()) return corrupt(fmt::format("{} has no \"{}\"", name_, key));
    if (found->type() != type) {
      return corrupt(fmt::format("\"{}\" of {} is of the wrong type ({})", key, name_, found->type_name()));
    }
    return &*found;
  }

  // A member that came later, and that what is older does not have.
  [[nodiscard]] bool has(const char* key) const { return object_.is_object() && object_.contains(key); }

  Result<std::string> text(const char* key) const {
    if (!object_.is_object()) return corrupt(fmt::format("{} is not an object", name_));
    const auto found = object_.find(key);
    if (found == object_.end()) return corrupt(fmt::format("{} has no \"{}\"", name_, key));
    return text_of(*found, key);
  }

  // A JSON string, or {"base64":…} for what is not UTF-8.
  Result<std::string> text_of(const Json& value, const char* key) const {
    if (value.is_string()) return value.get_ref<const std::string&>();
    if (value.is_object() && value.size() == 1 && value.contains("base64") && value["base64"].is_string()) {
      const auto bytes = base64_decode(value["base64"].get_ref<const std::string&>());
      if (!bytes) return corrupt(fmt::format("\"{}\" of {} is not base64", key, name_));
      return std::string(as_text(*bytes));
    }
    return corrupt(fmt::format("\"{}\" of {} is not text ({})", key, name_, value.type_name()));
  }

  Result<std::uint64_t> count(const char* key) const {
    return (TRY(get(key, Json::value_t::number_unsigned)))->get<std::uint64_t>();
  }

  Result<int> integer(const char* key) const {
    if (!object_.is_object()) return corrupt(fmt::format("{} is not an object", name_));
    const auto found = object_.find(key);
    if (found == object_.end()) return corrupt(fmt::format("{} has no \"{}\"", name_, key));
    if (!found->is_number_integer())
      return corrupt(fmt::format("\"{}\" of {} is not an integer", key, name_));
    const bool fits = found->is_number_unsigned()
                          ? found->get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<int>::max()}
                          : found->get<std::int64_t>() >= std::numeric_limits<int>::min();
    if (!fits) return corrupt(fmt::format("\"{}\" of {} is out of range", key, name_));
    return static_cast<int>(found->get<std::int64_t>());
  }

  Result<bool> boolean(const char* key) const { return (TRY(get(key, Json::value_t::boolean)))->get<bool>(); }

  Result<const Json*> array(const char* key) const { return get(key, Json::value_t::array); }

  Result<std::vector<std::string>> texts(const char* key) const {
    std::vector<std::string> values;
    for (const Json& value : *TRY(array(key))) values.push_back(TRY(text_of(value, key)));
    return values;
  }

  Result<Instant> instant(const char* key) const {
    const auto parsed = parse_rfc3339(TRY(text(key)));
    if (!parsed) return corrupt(fmt::format("\"{}\" of {}: {}", key, name_, parsed.error().message));
    return *parsed;
  }

 private:
  const Json& object_;
  std::string name_;
};

// A name that a restore would join to a directory: it must stay below it.
bool stays_below(std::string_view name) {
  if (name.find('\0') != std::string_view::npos) return false;
  std::size_t from = 0;
  while (true) {
    const std::size_t slash = name.find('/', from);
    const std::string_view segment =
        name.substr(from, slash == std::string_view::npos ? slash : slash - from);
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (slash == std::string_view::npos) return true;
    from = slash + 1;
  }
}

Result<TablePart> decode_part(const Json& json) {
  const Members members(json, "a table's part");
  TablePart part;
  part.path = TRY(members.text("path"));
  if (!stays_below(part.path))
    return corrupt(fmt::format("\"{}\" is not a path inside a snapshot", part.path));
  part.rows = TRY(members.count("rows"));
  part.bytes = TRY(members.count("bytes"));
  const auto id = Id::from_hex(TRY(members.text("sha256")));
  if (!id) return corrupt(fmt::format("the SHA-256 of \"{}\" is not one", part.path));
  part.sha256 = *id;
  return part;
}

Result<TableEntry> decode_table(const Json& json) {
  const Members members(json, "a table");
  TableEntry table;
  table.schema = TRY(members.text("schema"));
  table.name = TRY(members.text("name"));
  table.columns = TRY(members.texts("columns"));
  table.rows = TRY(members.count("rows"));
  table.bytes = TRY(members.count("bytes"));
  table.row_digest = TRY(members.text("row_digest"));
  for (const Json& part : *TRY(members.array("parts"))) table.parts.push_back(TRY(decode_part(part)));
  return table;
}

Result<FileEntry> decode_file(const Json& json) {
  const Members members(json, "a file");
  FileEntry file;
  file.name = TRY(members.text("name"));
  if (!stays_below(file.name))
    return corrupt(fmt::format("\"{}\" is not a name inside a filestore", file.name));
  file.size_bytes = TRY(members.count("size"));
  return file;
}

Result<DatabaseFacts> decode_database(const Json& json) {
  const Members members(json, "\"database\"");
  DatabaseFacts facts;
  facts.name = TRY(members.text("name"));
  facts.server_version = TRY(members.text("server_version"));
  facts.server_version_number = TRY(members.integer("server_version_number"));
  facts.encoding = TRY(members.text("encoding"));
  facts.collate = TRY(members.text("collate"));
  facts.ctype = TRY(members.text("ctype"));
  facts.locale_provider = TRY(members.text("locale_provider"));
  facts.locale = TRY(members.text("locale"));
  facts.icu_rules = TRY(members.text("icu_rules"));
  facts.owner = TRY(members.text("owner"));
  facts.comment = TRY(members.text("comment"));
  facts.acl = TRY(members.texts("acl"));
  facts.connection_limit = TRY(members.integer("connection_limit"));
  for (const Json& item : *TRY(members.array("settings"))) {
    const Members setting(item, "a setting");
    auto& read = facts.settings.emplace_back();
    read.role = TRY(setting.text("role"));
    read.name = TRY(setting.text("name"));
    read.value = TRY(setting.text("value"));
  }
  for (const Json& item : *TRY(members.array("extensions"))) {
    const Members extension(item, "an extension");
    auto& read = facts.extensions.emplace_back();
    read.name = TRY(extension.text("name"));
    read.version = TRY(extension.text("version"));
    read.schema = TRY(extension.text("schema"));
  }
  facts.roles = TRY(members.texts("roles"));
  facts.sequences = TRY(members.count("sequences"));
  facts.large_objects = TRY(members.count("large_objects"));
  facts.size_bytes = TRY(members.count("size_bytes"));
  return facts;
}

Result<std::vector<FileType>> decode_file_types(const Members& filestore) {
  std::vector<FileType> types;
  for (const Json& item : *TRY(filestore.array("types"))) {
    const Members type(item, "a type of files");
    FileType& read = types.emplace_back();
    read.name = TRY(type.text("type"));
    read.files = TRY(type.count("count"));
    read.bytes = TRY(type.count("bytes"));
  }
  return types;
}

// The files themselves were taken while parsing.
Status decode_filestore(const Json& json, FilestoreFacts& facts) {
  const Members members(json, "\"filestore\"");
  facts.captured = TRY(members.boolean("captured"));
  facts.from_attachments = TRY(members.boolean("from_attachments"));
  facts.bytes = TRY(members.count("bytes"));
  if (!(TRY(members.array("files")))->empty())
    return corrupt("\"files\" holds something that is not an object");
  for (const Json& item : *TRY(members.array("missing"))) {
    const Members missing(item, "a missing file");
    MissingFile& read = facts.missing.emplace_back();
    read.name = TRY(missing.text("name"));
    read.reason = TRY(missing.text("reason"));
  }
  if (members.has("types")) facts.types = TRY(decode_file_types(members));
  return {};
}

Result<OdooFacts> decode_odoo(const Json& json) {
  const Members members(json, "\"odoo\"");
  OdooFacts facts;
  facts.base_version = TRY(members.text("base_version"));
  facts.database_uuid = TRY(members.text("database_uuid"));
  for (const Json& item : *TRY(members.array("modules"))) {
    if (!item.is_array() || item.size() != 2) return corrupt("a module is not a pair of name and version");
    facts.modules.emplace_back(TRY(members.text_of(item[0], "modules")),
                               TRY(members.text_of(item[1], "modules")));
  }
  return facts;
}

Status decode_head(const Members& members, Manifest& manifest) {
  manifest.skyhold_version = TRY(members.text("skyhold_version"));
  manifest.project = TRY(members.text("project"));
  manifest.branch = TRY(members.text("branch"));
  manifest.note = TRY(members.text("note"));
  const auto kind = parse_backup_kind(TRY(members.text("kind")));
  if (!kind) return corrupt(kind.error().message);
  manifest.kind = *kind;
  manifest.started_at = TRY(members.instant("started_at"));
  manifest.point_in_time = TRY(members.instant("point_in_time"));
  manifest.finished_at = TRY(members.instant("finished_at"));
  return {};
}

// Hears the parser and takes tables and files out of the JSON tree as soon as each is
// complete: a filestore has a million files, and as a tree they would fill the memory.
class EntryTaker {
 public:
  explicit EntryTaker(Manifest& manifest) : manifest_(manifest) {}

  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth) return stop(corrupt("it is nested too deeply"));
    if (event == Json::parse_event_t::key) {
      if (depth == 1) section_ = parsed.get_ref<const std::string&>();
      if (depth == 2) member_ = parsed.get_ref<const std::string&>();
      return true;
    }
    if (event == Json::parse_event_t::object_start && depth == 1) member_.clear();
    if (event != Json::parse_event_t::object_end) return true;
    if (depth == 2 && section_ == "tables") return take(decode_table(parsed), manifest_.tables);
    if (depth == 3 && section_ == "filestore" && member_ == "files") {
      return take(decode_file(parsed), manifest_.filestore.files);
    }
    return true;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  template <typename Entry>
  bool take(Result<Entry> entry, std::vector<Entry>& to) {
    if (!entry) return stop(fail(std::move(entry).error()));
    if (error_) return false;
    to.push_back(std::move(*entry));
    return false;  // leaves it out of the tree
  }

  bool stop(tl::unexpected<Error> error) {
    if (!error_) error_ = std::move(error.value());
    return false;
  }

  Manifest& manifest_;
  std::string section_;
  std::string member_;
  std::optional<Error> error_;
};

// Looked at by itself, first: a newer format may differ in anything else.
Status check_format_version(const Json& root) {
  const int version = TRY(Members(root, "it").integer("format_version"));
  if (version < 1) return corrupt(fmt::format("its format version is {}", version));
  if (version > Manifest::kFormatVersion) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("the manifest has format version {}, newer than {}", version, Manifest::kFormatVersion),
        "use the newer Skyhold that wrote it, or the restore.sh that lies in the snapshot");
  }
  return {};
}

}  // namespace

Result<Manifest> decode_manifest(ByteView json) {
  Manifest manifest;
  EntryTaker taker(manifest);
  Json root;
  try {
    const std::string_view text = as_text(json);
    root = Json::parse(text.begin(), text.end(), std::ref(taker));
  } catch (const Json::exception& problem) {
    return corrupt(problem.what());
  }
  if (!root.is_object())
    return taker.error() ? Result<Manifest>(fail(*taker.error())) : corrupt("it is not an object");
  TRY(check_format_version(root));
  if (taker.error()) return fail(*taker.error());

  const Members members(root, "it");
  TRY(decode_head(members, manifest));
  const Json* database = TRY(members.get("database", Json::value_t::object));
  manifest.database = TRY(decode_database(*database));
  if (!(TRY(members.array("tables")))->empty())
    return corrupt("\"tables\" holds something that is not an object");
  const Json* filestore = TRY(members.get("filestore", Json::value_t::object));
  TRY(decode_filestore(*filestore, manifest.filestore));
  const Json* odoo = TRY(members.get("odoo", Json::value_t::object));
  manifest.odoo = TRY(decode_odoo(*odoo));
  return manifest;
}

}  // namespace skyhold
