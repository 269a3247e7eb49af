// What was found in a dump or archive from outside, so that a person can decide on it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace skyhold {

enum class ImportSeverity {
  kNote,     // worth knowing
  kWarning,  // the import is possible, but something is lacking or may go wrong: decide
  kRefused,  // it is not taken
};
std::string_view to_string(ImportSeverity severity);  // "warning"

// One kind of finding. Codes are stable:
//   refused  broken_archive, unknown_format, truncated_dump, meta_command, statement, extension, language,
//            failed_statement, counts, too_large, too_long, no_dump, server_rights, server
//   warning  newer_server, missing_files, odoo_version, missing_modules, modules_differ, no_filestore,
//            runs_as_owner, runs_on_restore, not_odoo_files, left_out_indexes
//   note     older_server, unneeded_files, owners, left_out, other_entries, locale
struct ImportFinding {
  static constexpr std::size_t kMostExamples = 20;

  ImportSeverity severity = ImportSeverity::kNote;
  std::string code;
  std::string words;  // one sentence, without a full stop
  std::uint64_t count = 0;
  std::vector<std::string> examples;  // names, or the beginnings of statements
};

struct ImportReport {
  std::string kind;            // "zip archive", "custom dump", …; empty: not known
  std::string compression;     // around all of it: "none", "gzip", …
  std::string database;        // the name it had, where the archive says so
  std::string server_version;  // that it was dumped from: "16.4"
  std::string dump_version;    // of the pg_dump
  std::string target_server_version;
  std::string odoo_version;                                  // "17.0"; empty: no Odoo
  std::vector<std::pair<std::string, std::string>> modules;  // installed: name, version
  std::uint64_t archive_bytes = 0;                           // read, as they came
  std::uint64_t database_bytes = 0;
  std::uint64_t statements = 0;
  std::uint64_t tables = 0;
  std::uint64_t rows = 0;
  std::uint64_t files = 0;  // that the database needs and the archive has
  std::uint64_t file_bytes = 0;
  bool complete = false;                // read to the end: no finding is missing
  std::vector<ImportFinding> findings;  // gravest first once it is complete

  // Adds to the finding of that code, or makes it.
  ImportFinding& add(ImportSeverity severity, std::string_view code, std::string_view words,
                     std::string_view example = {});
  [[nodiscard]] const ImportFinding* find(std::string_view code) const;  // nullptr: none
  [[nodiscard]] bool has(ImportSeverity severity) const;
  void sort();
};

// One JSON object, keys as the members above.
std::string import_report_json(const ImportReport& report);

}  // namespace skyhold
