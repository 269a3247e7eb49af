// The layout of manifest.json. What changes every night comes first; then one line for
// each table and each file, so that the lines of a night that changed little are the
// lines of the night before, and their chunks deduplicate.
//
//   {
//   "format_version":1,
//   "skyhold_version":…, "project":…, "branch":…, "kind":…, "note":…,
//   "started_at":…, "point_in_time":…, "finished_at":…,
//   "database":{…},
//   "tables":[
//   {"schema","name","columns":[…],"rows","bytes","row_digest","parts":[{"path","rows","bytes","sha256"}]},
//   …
//   ],
//   "filestore":{"captured","from_attachments","bytes","files":[
//   {"name","size"},
//   …
//   ],"missing":[
//   {"name","reason"}
//   ],"types":[{"type":"image/png","count","bytes"},…]},
//   "odoo":{"base_version","database_uuid","modules":[["base","17.0.1.3"],…]}
//   }
#include "model/json_text.h"
#include "model/manifest.h"

namespace skyhold {
namespace {

class ManifestWriter {
 public:
  explicit ManifestWriter(Bytes& out) : json_(out) {}

  void write(const Manifest& manifest) {
    json_.begin_object();
    write_head(manifest);
    key_on_new_line("database");
    write_database(manifest.database);
    key_on_new_line("tables");
    write_lines(manifest.tables, [this](const TableEntry& table) { write_table(table); });
    key_on_new_line("filestore");
    write_filestore(manifest.filestore);
    key_on_new_line("odoo");
    write_odoo(manifest.odoo);
    json_.line_break();
    json_.end_object();
  }

 private:
  void key_on_new_line(std::string_view name) {
    json_.line_break();
    json_.key(name);
  }
  void text_line(std::string_view name, std::string_view value) {
    key_on_new_line(name);
    json_.text(value);
  }
  void text(std::string_view name, std::string_view value) {
    json_.key(name);
    json_.text(value);
  }
  void count(std::string_view name, std::uint64_t value) {
    json_.key(name);
    json_.number(value);
  }
  void integer(std::string_view name, std::int64_t value) {
    json_.key(name);
    json_.number(value);
  }
  void boolean(std::string_view name, bool value) {
    json_.key(name);
    json_.boolean(value);
  }
  void texts(std::string_view name, const std::vector<std::string>& values) {
    json_.key(name);
    json_.begin_array();
    for (const std::string& value : values) json_.text(value);
    json_.end_array();
  }
  template <typename Items, typename WriteItem>
  void write_lines(const Items& items, WriteItem write_item) {
    json_.begin_array();
    for (const auto& item : items) {
      json_.line_break();
      write_item(item);
    }
    if (!items.empty()) json_.line_break();
    json_.end_array();
  }

  void write_head(const Manifest& manifest) {
    key_on_new_line("format_version");
    json_.number(static_cast<std::int64_t>(manifest.format_version));
    text_line("skyhold_version", manifest.skyhold_version);
    text_line("project", manifest.project);
    text_line("branch", manifest.branch);
    text_line("kind", to_string(manifest.kind));
    text_line("note", manifest.note);
    text_line("started_at", format_rfc3339(manifest.started_at));
    text_line("point_in_time", format_rfc3339(manifest.point_in_time));
    text_line("finished_at", format_rfc3339(manifest.finished_at));
  }

  void write_database(const DatabaseFacts& database) {
    json_.begin_object();
    text("name", database.name);
    text("server_version", database.server_version);
    integer("server_version_number", database.server_version_number);
    text("encoding", database.encoding);
    text("collate", database.collate);
    text("ctype", database.ctype);
    text("locale_provider", database.locale_provider);
    text("locale", database.locale);
    text("icu_rules", database.icu_rules);
    text("owner", database.owner);
    text("comment", database.comment);
    texts("acl", database.acl);
    integer("connection_limit", database.connection_limit);
    write_settings(database.settings);
    write_extensions(database.extensions);
    texts("roles", database.roles);
    count("sequences", database.sequences);
    count("large_objects", database.large_objects);
    count("size_bytes", database.size_bytes);
    json_.end_object();
  }

  void write_settings(const std::vector<DatabaseSetting>& settings) {
    json_.key("settings");
    json_.begin_array();
    for (const DatabaseSetting& setting : settings) {
      json_.begin_object();
      text("role", setting.role);
      text("name", setting.name);
      text("value", setting.value);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_extensions(const std::vector<ExtensionEntry>& extensions) {
    json_.key("extensions");
    json_.begin_array();
    for (const ExtensionEntry& extension : extensions) {
      json_.begin_object();
      text("name", extension.name);
      text("version", extension.version);
      text("schema", extension.schema);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_table(const TableEntry& table) {
    json_.begin_object();
    text("schema", table.schema);
    text("name", table.name);
    texts("columns", table.columns);
    count("rows", table.rows);
    count("bytes", table.bytes);
    text("row_digest", table.row_digest);
    json_.key("parts");
    json_.begin_array();
    for (const TablePart& part : table.parts) {
      json_.begin_object();
      text("path", part.path);
      count("rows", part.rows);
      count("bytes", part.bytes);
      text("sha256", part.sha256.hex());
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
  }

  void write_filestore(const FilestoreFacts& filestore) {
    json_.begin_object();
    boolean("captured", filestore.captured);
    boolean("from_attachments", filestore.from_attachments);
    count("bytes", filestore.bytes);
    json_.key("files");
    write_lines(filestore.files, [this](const FileEntry& file) {
      json_.begin_object();
      text("name", file.name);
      count("size", file.size_bytes);
      json_.end_object();
    });
    json_.key("missing");
    write_lines(filestore.missing, [this](const MissingFile& file) {
      json_.begin_object();
      text("name", file.name);
      text("reason", file.reason);
      json_.end_object();
    });
    if (filestore.types) write_file_types(*filestore.types);
    json_.end_object();
  }

  void write_file_types(const std::vector<FileType>& types) {
    json_.key("types");
    json_.begin_array();
    for (const FileType& type : types) {
      json_.begin_object();
      text("type", type.name);
      count("count", type.files);
      count("bytes", type.bytes);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_odoo(const OdooFacts& odoo) {
    json_.begin_object();
    text("base_version", odoo.base_version);
    text("database_uuid", odoo.database_uuid);
    json_.key("modules");
    json_.begin_array();
    for (const auto& [name, version] : odoo.modules) {
      json_.begin_array();
      json_.text(name);
      json_.text(version);
      json_.end_array();
    }
    json_.end_array();
    json_.end_object();
  }

  JsonWriter json_;
};

}  // namespace

Bytes encode_manifest(const Manifest& manifest) {
  Bytes out;
  // A guess that spares most of the regrowth: 64 bytes a file, 512 a table.
  out.reserve(4096 + manifest.filestore.files.size() * 80 + manifest.tables.size() * 512);
  ManifestWriter(out).write(manifest);
  append(out, as_bytes("\n"));
  return out;
}

}  // namespace skyhold
