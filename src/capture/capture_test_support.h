// What the tests of this folder share.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/assert.h"
#include "capture/database_capture.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold::capture_test {

// Fails the test that runs with the error's own words.
inline void must(const Status& status) {
  if (!status) throw std::runtime_error(to_string(status.error()));
}

class TextSink final : public ByteSink {
 public:
  Status write(ByteView bytes) override {
    text += as_text(bytes);
    return {};
  }
  std::string text;
};

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(MutableByteView out) override {
    const std::size_t count = std::min(out.size(), text_.size() - at_);
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), count, out.begin());
    at_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

inline PgTarget target_of(const ScratchDatabase& database, std::string_view user = "postgres") {
  return PgTarget::parse(database.url(user)).value();
}

inline Result<DatabaseSnapshot> open(const ScratchDatabase& database, const CaptureOptions& options = {}) {
  return DatabaseSnapshot::open(target_of(database), options);
}

inline std::vector<std::string> names_of(const DatabaseSnapshot& snapshot) {
  std::vector<std::string> names;
  for (const SourceTable& table : snapshot.tables()) names.push_back(table.schema + "." + table.name);
  return names;
}

inline const SourceTable& table_of(const DatabaseSnapshot& snapshot, std::string_view name) {
  for (const SourceTable& table : snapshot.tables()) {
    if (table.name == name) return table;
  }
  SKYHOLD_UNREACHABLE();
}

struct ReadTable {
  std::string text;
  TableReadResult result;
};

inline ReadTable read(const DatabaseSnapshot& snapshot, const SourceTable& table,
                      const PageRange& range = {}) {
  PgSession reader = snapshot.open_reader().value();
  TextSink sink;
  const CancelToken cancel;
  ReadTable all;
  all.result = read_table(reader, table, range, sink, cancel).value();
  all.text = std::move(sink.text);
  return all;
}

inline std::string read_all(ByteSource& source) {
  std::string text;
  Bytes chunk(64 * 1024);
  while (const std::size_t got = source.read(chunk).value()) text += as_text(ByteView(chunk).first(got));
  return text;
}

// A whole pg_dump archive.
inline std::string dump(const DatabaseSnapshot& snapshot, DatabaseSnapshot::DumpPart part) {
  ClientProcess dump = snapshot.start_dump(part).value();
  std::string archive = read_all(dump.process().output());
  must(dump.process().wait());
  return archive;
}

// What pg_restore makes of an archive: {"--list"} or {"--file=-"}.
inline std::string pg_restore(const std::string& archive, std::vector<std::string> arguments) {
  ClientRun run;
  run.program = find_client_program("pg_restore", 120000).value();
  run.arguments = std::move(arguments);
  run.pipe_stdin = true;
  run.pipe_stdout = true;
  ClientProcess restore = ClientProcess::start(run).value();
  // The archives of these tests are smaller than the pipe.
  must(restore.process().input().write(as_bytes(archive)));
  restore.process().close_input();
  std::string text = read_all(restore.process().output());
  must(restore.process().wait());
  return text;
}

}  // namespace skyhold::capture_test
