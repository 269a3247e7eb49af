// manifest.json: what a backup says it holds. A backup is good only when it has one,
// and everything that proves a restore is compared with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"
#include "model/backup_kind.h"

namespace skyhold {

// One file of a table's rows in the snapshot, as COPY text.
struct TablePart {
  std::string path;  // in the snapshot: "database/tables/public.res_partner.copy"
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  Id sha256;  // of the file
};

struct TableEntry {
  std::string schema;
  std::string name;
  std::vector<std::string> columns;  // unquoted, in the order of the COPY text
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string row_digest;        // RowDigest::hex() over all parts
  std::vector<TablePart> parts;  // none when the table is empty
};

struct FileEntry {
  std::string name;  // below the filestore: "ab/abcdef…"
  std::uint64_t size_bytes = 0;
};

struct MissingFile {
  std::string name;
  std::string reason;  // "not in the filestore", "content does not match its name"
};

struct DatabaseSetting {
  std::string role;   // empty: for every role
  std::string name;   // "search_path"
  std::string value;  // as pg_db_role_setting holds it
};

struct ExtensionEntry {
  std::string name;
  std::string version;
  std::string schema;
};

struct DatabaseFacts {
  std::string name;
  std::string server_version;     // "15.18 (Debian 15.18-0+deb12u1)"
  int server_version_number = 0;  // 150018
  std::string encoding;           // "UTF8"
  std::string collate;
  std::string ctype;
  std::string locale_provider;  // "libc", "icu" or "builtin"
  std::string locale;           // of icu and builtin; else empty
  std::string icu_rules;
  std::string owner;
  std::string comment;
  std::vector<std::string> acl;  // aclitems as text; empty: the default
  int connection_limit = -1;
  std::vector<DatabaseSetting> settings;
  std::vector<ExtensionEntry> extensions;
  std::vector<std::string> roles;  // owners and grantees of what the dump holds
  std::uint64_t sequences = 0;
  std::uint64_t large_objects = 0;
  std::uint64_t size_bytes = 0;  // pg_database_size
};

// What the files of one type come to. Each file counts once, however many attachments name it.
struct FileType {
  static constexpr std::string_view kUnknown = "unknown";  // no attachment says what it is
  static constexpr std::string_view kOther = "other";      // all types beyond the largest
  std::string name;                                        // "image/png", or one of the above
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

struct FilestoreFacts {
  static constexpr std::size_t kMostTypes = 50;  // beside those that have no mimetype

  bool captured = false;          // a filestore was asked for
  bool from_attachments = false;  // the list came from ir_attachment; else a walk
  std::uint64_t bytes = 0;
  std::vector<FileEntry> files;      // all that the snapshot holds, by name
  std::vector<MissingFile> missing;  // required but not held
  // By bytes, the largest first. Nothing: the backup is older than Skyhold's counting of them.
  std::optional<std::vector<FileType>> types;
};

struct OdooFacts {
  std::string base_version;  // of module base: "17.0.1.3"; empty: no Odoo
  std::string database_uuid;
  std::vector<std::pair<std::string, std::string>> modules;  // installed: name, version
};

struct Manifest {
  static constexpr int kFormatVersion = 1;
  static constexpr std::string_view kPath = "manifest.json";

  int format_version = kFormatVersion;
  std::string skyhold_version;
  std::string project;
  std::string branch;
  BackupKind kind = BackupKind::kManual;
  std::string note;
  Instant started_at;
  Instant point_in_time;  // of the exported PostgreSQL snapshot
  Instant finished_at;    // of the capture
  DatabaseFacts database;
  std::vector<TableEntry> tables;  // by schema, then name
  FilestoreFacts filestore;
  OdooFacts odoo;

  [[nodiscard]] std::uint64_t table_bytes() const;
  [[nodiscard]] std::uint64_t table_rows() const;
};

// One line of JSON per table and per file, so that the file dedupes between nights.
Bytes encode_manifest(const Manifest& manifest);
// kCorrupt for what is not a manifest; kUnsupported for a newer format version.
Result<Manifest> decode_manifest(ByteView json);

}  // namespace skyhold
