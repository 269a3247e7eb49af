// A backup as a file that other tools take: a stream out of the repository, never staged.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "crypto/age.h"
#include "io/byte_stream.h"
#include "model/manifest.h"
#include "model/progress.h"
#include "repository/repository.h"

namespace skyhold {

enum class ExportFormat {
  kOdooZip,  // what Odoo's database manager restores: dump.sql, manifest.json, filestore/
  kPgDump,   // what pg_restore takes (custom format); the database alone
  kSqlZst,   // what psql takes, compressed; the database alone
  kTarZst,   // the whole snapshot as it lies in the repository
  kTable,    // the rows of one table
  kFile,     // one file of the filestore
};
enum class TableFormat { kCopy, kCsv };

// "odoo-zip", "pg-dump", "sql.zst", "tar.zst", "table", "file". kInvalidArgument for anything else.
Result<ExportFormat> parse_export_format(std::string_view text);
std::string_view to_string(ExportFormat format);
Result<TableFormat> parse_table_format(std::string_view text);  // "copy" or "csv"

struct ExportOptions {
  ExportFormat format = ExportFormat::kOdooZip;
  bool with_filestore = true;  // of an odoo-zip
  std::string table{};         // "res_partner", or with its schema "public.res_partner"
  TableFormat table_format = TableFormat::kCsv;
  std::string file{};    // as ir_attachment.store_fname has it: "ab/abcdef…"
  unsigned threads = 2;  // that compress
  // Closed for a receiver, in age's format: for these keys, or else under this passphrase.
  std::vector<AgeRecipient> recipients{};
  std::string passphrase{};
  std::string save_as{};  // of a file: the name by which people know it; empty: that of the filestore

  [[nodiscard]] bool encrypted() const { return !recipients.empty() || !passphrase.empty(); }
};

struct ExportResult {
  std::uint64_t bytes = 0;  // that went to the sink
  std::uint64_t tables = 0;
  std::uint64_t rows = 0;
  std::uint64_t files = 0;
};

// Writes the export into `sink`. The repository's index is loaded. Every table is compared with the
// manifest's hash and every blob with its name on the way; after an error what `sink` got is no whole
// file, and no reader takes it for one, but a table's or a single file's. Errors: kNotFound (no such table or
// file), kInvalidArgument (the format does not fit the backup), kCorrupt, kSource (pg_restore), kCancelled
// and the sink's own. Memory below 256 MiB whatever the size; the manifest is held whole on top.
Result<ExportResult> run_export(Repository& repository, const Snapshot& snapshot,
                                const ExportOptions& options, ByteSink& sink, ProgressSink& progress,
                                const CancelToken& cancel);

struct ExportEstimate {
  std::uint64_t bytes = 0;
  bool exact = false;
};
// How large it will be; kNotFound as above.
Result<ExportEstimate> estimate_export(const Manifest& manifest, const ExportOptions& options);

// "shop-production-20261123T010000Z.zip", of characters that every file system and header takes, but
// for the letters of `save_as`, which are UTF-8.
std::string export_file_name(const Manifest& manifest, const ExportOptions& options);
std::string_view export_media_type(const ExportOptions& options);

}  // namespace skyhold
