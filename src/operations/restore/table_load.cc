#include "operations/restore/table_load.h"

#include <fmt/format.h>

#include "capture/database_capture.h"
#include "crypto/hash.h"

namespace skyhold {
namespace {

// Hashes what passes through, and gives up when the restore is cancelled.
class HashedSource final : public ByteSource {
 public:
  HashedSource(ByteSource& inner, RestoreProgress& progress, const CancelToken& cancel)
      : inner_(inner), progress_(progress), cancel_(cancel) {}

  Result<std::size_t> read(MutableByteView out) override {
    TRY(cancel_.check());
    const std::size_t count = TRY(inner_.read(out));
    hash_.update(out.first(count));
    bytes_ += count;
    progress_.add_bytes(count);
    return count;
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  Id sha256() { return hash_.finish(); }

 private:
  ByteSource& inner_;
  RestoreProgress& progress_;
  const CancelToken& cancel_;
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

Status differs(const PartToLoad& part, const std::string& what) {
  return fail(ErrorCode::kCorrupt,
              fmt::format("{} in the backup is not what its manifest says: {}", part.part->path, what),
              "`skyhold repo verify --read-data` finds the damage; restore another snapshot meanwhile");
}

}  // namespace

Result<std::vector<PartToLoad>> find_parts(BackupSource& source, const Manifest& manifest) {
  std::vector<PartToLoad> parts;
  std::vector<Node> files;
  FileFinder finder(source);
  for (const TableEntry& table : manifest.tables) {
    for (const TablePart& part : table.parts) {
      files.push_back(TRY(finder.find(part.path)));
      parts.push_back({&table, &part, files.back()});
    }
  }
  source.expect(files);
  return parts;
}

Status TableLoader::copy(RestoreSession& session, const PartToLoad& part, std::string_view options) {
  const std::unique_ptr<ByteSource> file = source_.open(part.file);
  HashedSource hashed(*file, progress_, cancel_);
  const auto rows = session.pg().copy_in(copy_in_sql(*part.table) + std::string(options), hashed);
  if (!rows) {
    return fail(
        rows.error().in(fmt::format("cannot load table {}.{}", part.table->schema, part.table->name)));
  }
  if (hashed.bytes() != part.part->bytes) {
    return differs(part, fmt::format("{} bytes instead of {}", hashed.bytes(), part.part->bytes));
  }
  if (hashed.sha256() != part.part->sha256) return differs(part, "its SHA-256 is another");
  if (*rows != part.part->rows) {
    return differs(part, fmt::format("the server counted {} rows instead of {}", *rows, part.part->rows));
  }
  tidier_.passed(hashed.bytes());
  progress_.add_item();
  return {};
}

Status TableLoader::load(RestoreSession& session, const std::vector<PartToLoad>& parts) {
  if (parts.size() > 1) TRY(session.pg().execute("BEGIN"));
  for (const PartToLoad& part : parts) TRY(copy(session, part, ""));
  if (parts.size() > 1) TRY(session.pg().execute("COMMIT"));
  return {};
}

Status TableLoader::load_frozen(RestoreSession& session, const std::vector<PartToLoad>& parts) {
  const TableEntry& table = *parts.front().table;
  Status done =
      session.pg().execute(fmt::format("BEGIN; TRUNCATE ONLY {}", quote_qualified(table.schema, table.name)));
  for (const PartToLoad& part : parts) {
    if (done) done = copy(session, part, " WITH (FREEZE)");
  }
  if (done) return session.pg().execute("COMMIT");
  const ErrorCode code = done.error().code;
  const bool refused =
      code == ErrorCode::kSource || code == ErrorCode::kUnsupported || code == ErrorCode::kPermissionDenied;
  if (!refused) return done;
  TRY(session.pg().execute("ROLLBACK"));
  return load(session, parts);
}

}  // namespace skyhold
