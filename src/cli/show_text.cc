// `repo show`: a manifest for people.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/human.h"
#include "cli/format.h"
#include "cli/table.h"
#include "cli/text_reports.h"

namespace skyhold {
namespace {

constexpr std::size_t kFirst = 15;

std::size_t shown(std::size_t count, bool all) {
  return all ? count : std::min(count, kFirst);
}

std::string rest_line(std::size_t count, bool all, std::string_view what) {
  if (shown(count, all) == count) return {};
  return fmt::format("  … and {} more {}; --all lists them\n", human_count(count - shown(count, all)), what);
}

void add_if(Table& table, const std::string& name, const std::string& value) {
  if (!value.empty()) table.add({name, value});
}

std::string names_of(const std::vector<ExtensionEntry>& extensions) {
  std::vector<std::string> names;
  for (const ExtensionEntry& extension : extensions)
    names.push_back(extension.name + " " + extension.version);
  return joined(names, ", ");
}

std::string locale_of(const DatabaseFacts& facts) {
  std::string text =
      fmt::format("{}, collation {}, character type {}", facts.encoding, facts.collate, facts.ctype);
  if (!facts.locale_provider.empty() && facts.locale_provider != "libc") {
    text += fmt::format(", {} {}", facts.locale_provider, facts.locale);
  }
  return text;
}

std::string backup_section(const Snapshot& snapshot, const Manifest& manifest, Instant now) {
  Table table({{""}, {""}});
  table.add({"project", manifest.project});
  table.add({"branch", manifest.branch});
  table.add({"kind", std::string(to_string(manifest.kind))});
  add_if(table, "note", manifest.note);
  table.add({"instant",
             fmt::format("{} ({})", utc_time(manifest.point_in_time), age(manifest.point_in_time, now))});
  table.add({"took", human_seconds(
                         std::chrono::duration<double>(manifest.finished_at - manifest.started_at).count())});
  table.add({"made by", "skyhold " + manifest.skyhold_version});
  table.add({"id", snapshot.id.hex()});
  return fmt::format("Backup {}\n{}", snapshot.id.short_hex(), table.text(2));
}

std::string database_section(const Manifest& manifest) {
  const DatabaseFacts& facts = manifest.database;
  Table table({{""}, {""}});
  table.add({"name", facts.name});
  table.add({"server", "PostgreSQL " + facts.server_version});
  table.add({"size on server", human_bytes(facts.size_bytes)});
  table.add({"locale", locale_of(facts)});
  table.add({"owner", facts.owner});
  add_if(table, "comment", facts.comment);
  table.add({"holds",
             fmt::format("{} with {} and {}, {}, {}", counted(manifest.tables.size(), "table", "tables"),
                         counted(manifest.table_rows(), "row", "rows"), human_bytes(manifest.table_bytes()),
                         counted(facts.sequences, "sequence", "sequences"),
                         counted(facts.large_objects, "large object", "large objects"))});
  add_if(table, "extensions", names_of(facts.extensions));
  add_if(table, "roles", joined(facts.roles, ", "));
  for (const DatabaseSetting& setting : facts.settings) {
    const std::string role = setting.role.empty() ? "" : fmt::format(" (for {})", setting.role);
    table.add({"setting", fmt::format("{} = {}{}", setting.name, setting.value, role)});
  }
  return "\nDatabase\n" + table.text(2);
}

std::string odoo_section(const Manifest& manifest, bool all) {
  const OdooFacts& odoo = manifest.odoo;
  if (odoo.base_version.empty()) return {};
  Table table({{""}, {""}});
  table.add({"version", odoo.base_version});
  add_if(table, "database uuid", odoo.database_uuid);
  table.add({"modules", human_count(odoo.modules.size()) + " installed"});
  std::string text = "\nOdoo\n" + table.text(2);
  if (!all) return text;
  Table modules({{"MODULE"}, {"VERSION"}});
  for (const auto& [name, version] : odoo.modules) modules.add({name, version});
  return text + modules.text(4);
}

std::string tables_section(const Manifest& manifest, bool all) {
  std::vector<const TableEntry*> tables;
  for (const TableEntry& table : manifest.tables) tables.push_back(&table);
  std::stable_sort(tables.begin(), tables.end(),
                   [](const TableEntry* a, const TableEntry* b) { return a->bytes > b->bytes; });
  Table text({{"TABLE"}, {"ROWS", Align::kRight}, {"BYTES", Align::kRight}, {"SHARE", Align::kRight}});
  const std::uint64_t total = manifest.table_bytes();
  for (std::size_t i = 0; i < shown(tables.size(), all); ++i) {
    const TableEntry& table = *tables[i];
    text.add({table.schema + "." + table.name, human_count(table.rows), human_bytes(table.bytes),
              percent(table.bytes, total)});
  }
  if (text.empty()) return "\nTables\n  none\n";
  return "\nTables, largest first\n" + text.text(2) + rest_line(tables.size(), all, "tables");
}

std::string file_types_text(const FilestoreFacts& facts, bool all) {
  if (!facts.types) return "  by type: not known, the backup is older than the counting of types\n";
  Table table({{"TYPE"}, {"FILES", Align::kRight}, {"BYTES", Align::kRight}, {"SHARE", Align::kRight}});
  for (std::size_t i = 0; i < shown(facts.types->size(), all); ++i) {
    const FileType& type = (*facts.types)[i];
    table.add(
        {type.name, human_count(type.files), human_bytes(type.bytes), percent(type.bytes, facts.bytes)});
  }
  if (table.empty()) return {};
  return table.text(4) + rest_line(facts.types->size(), all, "types");
}

std::string filestore_section(const Manifest& manifest, bool all) {
  const FilestoreFacts& facts = manifest.filestore;
  if (!facts.captured) return "\nFilestore\n  not part of this backup\n";
  std::string text = fmt::format(
      "\nFilestore\n  {}, {}, {}\n", counted(facts.files.size(), "file", "files"), human_bytes(facts.bytes),
      facts.from_attachments ? "as ir_attachment lists them" : "all that lay in the directory");
  text += file_types_text(facts, all);
  if (facts.missing.empty()) return text + "  nothing was missing at the source\n";
  text += fmt::format("  {} MISSING at the source:\n", human_count(facts.missing.size()));
  Table table({{""}, {""}});
  for (std::size_t i = 0; i < shown(facts.missing.size(), all); ++i) {
    table.add({facts.missing[i].name, facts.missing[i].reason});
  }
  return text + table.text(4) + rest_line(facts.missing.size(), all, "files");
}

}  // namespace

std::string show_text(const Snapshot& snapshot, const Manifest& manifest, bool all, Instant now) {
  return backup_section(snapshot, manifest, now) + database_section(manifest) + odoo_section(manifest, all) +
         tables_section(manifest, all) + filestore_section(manifest, all);
}

}  // namespace skyhold
