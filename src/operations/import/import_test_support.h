// What the tests of import share: a server full of canaries, dumps of a database, archives in memory.
#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "archive/memory_source.h"
#include "archive/zip_writer.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "operations/import/import.h"
#include "tests/support/fingerprint.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scratch_postgres.h"
#include "tests/support/shell.h"

namespace skyhold::import_test {

class SilentProgress final : public ProgressSink {
 public:
  void report(const Progress&) override {}
  void warn(const std::string&) override {}
};

inline std::string contents_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline std::string sh(const std::string& command) {
  const ShellOutcome outcome = run_shell("set -e\n" + command);
  if (outcome.exit_status != 0) throw std::runtime_error(command + "\n" + outcome.output);
  return outcome.output;
}

// pg_dump of a scratch database, with such options.
inline std::string pg_dump(const std::string& database, const std::string& options) {
  ScratchDirectory scratch;
  const ScratchPostgres& server = ScratchPostgres::instance();
  sh(shell_word(server.program_directory() + "/pg_dump") + " " + options + " -f " +
     shell_word(scratch / "dump") + " -d " + shell_word(server.url(database)));
  return contents_of(scratch / "dump");
}

// The directory format, as `tar` packs it.
inline std::string pg_dump_directory(const std::string& database, const std::string& tar_options) {
  ScratchDirectory scratch;
  const ScratchPostgres& server = ScratchPostgres::instance();
  sh("cd " + shell_word(scratch.path()) + "; " + shell_word(server.program_directory() + "/pg_dump") +
     " -Fd -f dir -d " + shell_word(server.url(database)) + "; tar -cf out.tar " + tar_options);
  return contents_of(scratch / "out.tar");
}

using Entries = std::vector<std::pair<std::string, std::string>>;

inline std::string zip_of(const Entries& entries) {
  struct Sink final : ByteSink {
    Status write(ByteView bytes) override {
      text += as_text(bytes);
      return {};
    }
    std::string text;
  } sink;
  ZipWriter zip(sink, 1);
  for (const auto& [name, content] : entries) {
    EXPECT_TRUE(zip.add(pack_zip_entry(name, to_bytes(content), ZipMethod::kDeflated)));
  }
  EXPECT_TRUE(zip.finish());
  return sink.text;
}

inline std::string sha1_name(const std::string& content) {
  Sha1 hash;
  hash.update(as_bytes(content));
  const std::string hex = hex_encode(hash.finish());
  return hex.substr(0, 2) + "/" + hex;
}

// A plain dump of these statements, as pg_dump begins and ends one.
inline std::string plain_dump(const std::string& sql) {
  return "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.4\n-- Dumped by pg_dump "
         "version 15.4\n\n"
         "SET client_encoding = 'UTF8';\nSELECT pg_catalog.set_config('search_path', '', false);\n\n" +
         sql + "\n--\n-- PostgreSQL database dump complete\n--\n\n";
}

// One import of `bytes` onto the scratch server.
class TryImport {
 public:
  explicit TryImport(std::string bytes, const std::string& user = "postgres") : bytes_(std::move(bytes)) {
    request.open_archive = [this]() -> Result<std::unique_ptr<ByteSource>> {
      ++opened;
      return std::make_unique<MemorySource>(as_bytes(bytes_));
    };
    request.server = PgTarget::parse(ScratchPostgres::instance().url("postgres", user)).value();
  }

  bool load() {
    SilentProgress progress;
    auto loaded = Import::load(request, report, progress, cancel);
    if (loaded) import = std::move(*loaded);
    if (!loaded) error = loaded.error();
    return loaded.has_value();
  }
  bool inspect() {
    const Status done = import->inspect(cancel);
    if (!done) error = done.error();
    return done.has_value();
  }
  [[nodiscard]] std::string database() const { return import->database().database(); }
  [[nodiscard]] std::string found() const { return import_report_json(report); }
  [[nodiscard]] std::uint64_t count(std::string_view code) const {
    const ImportFinding* finding = report.find(code);
    return finding == nullptr ? 0 : finding->count;
  }

  ImportRequest request;
  ImportReport report;
  CancelToken cancel;
  std::unique_ptr<Import> import;
  Error error;
  int opened = 0;

 private:
  std::string bytes_;
};

// Databases, roles and settings of the server: what no import may change.
inline std::string server_state() {
  return ScratchPostgres::instance().query_value(
      "postgres",
      "SELECT string_agg(line, ';' ORDER BY line) FROM (SELECT datname || datdba::text || "
      "coalesce(datacl::text, '') FROM "
      "pg_database UNION ALL SELECT rolname || rolsuper::text || coalesce(rolconfig::text, '') || "
      "coalesce((SELECT string_agg(roleid::text, ',') FROM pg_auth_members m WHERE m.member = r.oid), '') "
      "FROM pg_roles r "
      "UNION ALL SELECT name || setting FROM pg_file_settings) AS t (line)");
}

}  // namespace skyhold::import_test
