// What a backup holds, and what changed since the one before.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "api/routes.h"
#include "api/work.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostMissing = 200;
constexpr std::size_t kMostDifferences = 200;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

Outcome<std::shared_ptr<const Manifest>> manifest_of(const ApiCall& call, const BackupRecord& backup) {
  if (!backup.restorable()) {
    return fail(Problem(409, "not_restorable",
                        fmt::format("backup {} is {}", backup.id, to_string(backup.state)),
                        "only a backup that is whole in some store can be looked into"));
  }
  return TRY(call.services.platform.manifest(backup));
}

std::vector<const TableEntry*> chosen_tables(const Manifest& manifest, const ApiCall& call) {
  const std::string search = lower(call.query.text("search"));
  const std::string sort = call.query.text("sort");
  std::vector<const TableEntry*> tables;
  for (const TableEntry& table : manifest.tables) {
    if (lower(table.schema + "." + table.name).find(search) != std::string::npos) tables.push_back(&table);
  }
  // The manifest has them by name already, which also parts those that are equal.
  std::stable_sort(tables.begin(), tables.end(), [&](const TableEntry* a, const TableEntry* b) {
    if (sort == "bytes") return a->bytes > b->bytes;
    return sort == "rows" && a->rows > b->rows;
  });
  return tables;
}

// The cursor is a place in the list, which never changes: a backup does not.
Outcome<std::size_t> place_of(const PageRequest& page, std::size_t size) {
  std::size_t place = 0;
  const char* end = page.after.data() + page.after.size();
  const auto [read, error] = std::from_chars(page.after.data(), end, place);
  const bool fine = page.after.empty() || (error == std::errc() && read == end && place <= size);
  if (fine) return place;
  return fail(Problem::of({"after", "\"after\" is no cursor of this list"}));
}

JsonValue files_json(const FilestoreFacts& filestore) {
  JsonValue json = JsonValue::object();
  json.set("captured", filestore.captured).set("count", filestore.files.size()).set("bytes", filestore.bytes);
  return json;
}

// null: the backup is older than the counting of types.
JsonValue file_types_json(const FilestoreFacts& filestore) {
  if (!filestore.types) return {};
  JsonValue array = JsonValue::array();
  for (const FileType& type : *filestore.types) {
    JsonValue json = JsonValue::object();
    array.push(std::move(json.set("type", type.name).set("count", type.files).set("bytes", type.bytes)));
  }
  return array;
}

JsonValue missing_json(const FilestoreFacts& filestore) {
  JsonValue array = JsonValue::array();
  for (const MissingFile& file : filestore.missing) {
    if (array.items().size() >= kMostMissing) break;
    JsonValue json = JsonValue::object();
    array.push(std::move(json.set("name", file.name).set("reason", file.reason)));
  }
  return array;
}

JsonValue modules_json(const OdooFacts& odoo) {
  JsonValue array = JsonValue::array();
  for (const auto& [name, version] : odoo.modules) {
    JsonValue json = JsonValue::object();
    array.push(std::move(json.set("name", name).set("version", version)));
  }
  return array;
}

ApiResult get_contents(ApiCall& call) {
  const BackupRecord backup = TRY(find_backup(call, call.parameter("id")));
  call.audit.subject = backup.id;
  const auto manifest = TRY(manifest_of(call, backup));
  const std::vector<const TableEntry*> chosen = chosen_tables(*manifest, call);
  const PageRequest page = call.page();
  const std::size_t begin = TRY(place_of(page, chosen.size()));
  const std::size_t end = std::min(chosen.size(), begin + static_cast<std::size_t>(page.limit));
  JsonValue tables = JsonValue::array();
  for (std::size_t i = begin; i < end; ++i) {
    JsonValue json = JsonValue::object();
    json.set("schema", chosen[i]->schema).set("name", chosen[i]->name);
    tables.push(std::move(json.set("rows", chosen[i]->rows).set("bytes", chosen[i]->bytes)));
  }
  JsonValue json = JsonValue::object();
  json.set("tables", std::move(tables))
      .set("next", end < chosen.size() ? fmt::format("{}", end) : "")
      .set("table_count", manifest->tables.size())
      .set("row_count", manifest->table_rows())
      .set("table_bytes", manifest->table_bytes())
      .set("files", files_json(manifest->filestore))
      .set("file_types", file_types_json(manifest->filestore))
      .set("missing", missing_json(manifest->filestore))
      .set("modules", modules_json(manifest->odoo))
      .set("odoo_version", manifest->odoo.base_version)
      .set("postgresql_version", manifest->database.server_version)
      .set("database_size_bytes", manifest->database.size_bytes)
      .set("sequences", manifest->database.sequences)
      .set("large_objects", manifest->database.large_objects);
  return answer(std::move(json));
}

struct TableChange {
  std::string schema;
  std::string name;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::int64_t rows_before = 0;
  std::int64_t bytes_before = 0;
  std::string_view state = "changed";

  [[nodiscard]] std::int64_t weight() const {
    return std::max(std::abs(bytes - bytes_before), std::abs(rows - rows_before));
  }
};

std::vector<TableChange> table_changes(const Manifest& before, const Manifest& now) {
  std::map<std::pair<std::string_view, std::string_view>, const TableEntry*> earlier;
  for (const TableEntry& table : before.tables) earlier[{table.schema, table.name}] = &table;
  std::vector<TableChange> changes;
  for (const TableEntry& table : now.tables) {
    TableChange change{table.schema, table.name, static_cast<std::int64_t>(table.rows),
                       static_cast<std::int64_t>(table.bytes)};
    const auto found = earlier.find({table.schema, table.name});
    if (found == earlier.end()) {
      change.state = "new";
    } else {
      change.rows_before = static_cast<std::int64_t>(found->second->rows);
      change.bytes_before = static_cast<std::int64_t>(found->second->bytes);
      const bool same = found->second->row_digest == table.row_digest && change.weight() == 0;
      earlier.erase(found);
      if (same) continue;
    }
    changes.push_back(std::move(change));
  }
  for (const auto& [name, table] : earlier) {
    changes.push_back({table->schema, table->name, 0, 0, static_cast<std::int64_t>(table->rows),
                       static_cast<std::int64_t>(table->bytes), "gone"});
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const TableChange& a, const TableChange& b) { return a.weight() > b.weight(); });
  return changes;
}

JsonValue to_json(const TableChange& change) {
  JsonValue json = JsonValue::object();
  json.set("schema", change.schema)
      .set("name", change.name)
      .set("rows", change.rows)
      .set("rows_change", change.rows - change.rows_before)
      .set("bytes", change.bytes)
      .set("bytes_change", change.bytes - change.bytes_before)
      .set("state", change.state);
  return json;
}

// Of two lists by name: how many of `a` are not in `b`.
std::int64_t only_in(const std::vector<FileEntry>& a, const std::vector<FileEntry>& b) {
  std::int64_t count = 0;
  auto other = b.begin();
  for (const FileEntry& file : a) {
    while (other != b.end() && other->name < file.name) ++other;
    if (other == b.end() || other->name != file.name) ++count;
  }
  return count;
}

JsonValue difference_json(const std::string& previous, const Manifest& before, const Manifest& now) {
  JsonValue tables = JsonValue::array();
  for (const TableChange& change : table_changes(before, now)) {
    if (tables.items().size() >= kMostDifferences) break;
    tables.push(to_json(change));
  }
  const auto change = [](std::uint64_t from, std::uint64_t to) {
    return static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from);
  };
  JsonValue json = JsonValue::object();
  json.set("previous", previous)
      .set("tables", std::move(tables))
      .set("files_added", only_in(now.filestore.files, before.filestore.files))
      .set("files_removed", only_in(before.filestore.files, now.filestore.files))
      .set("file_bytes_change", change(before.filestore.bytes, now.filestore.bytes))
      .set("table_bytes_change", change(before.table_bytes(), now.table_bytes()));
  return json;
}

ApiResult get_difference(ApiCall& call) {
  const BackupRecord backup = TRY(find_backup(call, call.parameter("id")));
  call.audit.subject = backup.id;
  const auto now = TRY(manifest_of(call, backup));
  const std::optional<BackupRecord> previous = TRY(call.services.catalog.previous(backup));
  if (!previous) return answer(difference_json("", Manifest{}, *now));
  const auto before = TRY(manifest_of(call, *previous));
  return answer(difference_json(previous->id, *before, *now));
}

}  // namespace

void add_contents_routes(std::vector<Route>& routes) {
  routes.push_back({.path = "/projects/{project}/backups/{id}/contents",
                    .role = NeededRole::kAdmin,
                    .operation = "getBackupContents",
                    .handler = get_contents,
                    .action = "backup.contents",
                    .reveals = true});
  routes.push_back({.path = "/projects/{project}/backups/{id}/difference",
                    .role = NeededRole::kAdmin,
                    .operation = "getBackupDifference",
                    .handler = get_difference,
                    .action = "backup.difference",
                    .reveals = true});
}

}  // namespace skyhold
