#include "operations/export/table_rows.h"

#include <fmt/format.h>

#include "crypto/hash.h"

namespace skyhold {
namespace {

class HashedRows final : public ByteSink {
 public:
  HashedRows(ByteSink& sink, ExportJob& job) : sink_(sink), job_(job) {}
  Status write(ByteView bytes) override {
    hash_.update(bytes);
    bytes_ += bytes.size();
    job_.add_bytes(bytes.size());
    return sink_.write(bytes);
  }
  Status check(const TablePart& part) {
    if (bytes_ == part.bytes && hash_.finish() == part.sha256) return {};
    return fail(ErrorCode::kCorrupt, fmt::format("{} in the backup is not what its manifest says", part.path),
                "`skyhold repo verify --read-data` finds the damage; export another snapshot meanwhile");
  }

 private:
  ByteSink& sink_;
  ExportJob& job_;
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Status write_rows(ExportJob& job, const TableEntry& table, ByteSink& sink) {
  for (const TablePart& part : table.parts) {
    const Node file = TRY(job.find(part.path));
    const std::unique_ptr<ByteSource> source = job.repository().open_file(file);
    HashedRows hashed(sink, job);
    TRY(copy_stream(*source, hashed, job.cancel()));
    TRY(hashed.check(part));
  }
  return {};
}

Result<const TableEntry*> find_table(const Manifest& manifest, std::string_view name) {
  const TableEntry* found = nullptr;
  bool ambiguous = false;
  for (const TableEntry& table : manifest.tables) {
    if (name == table.schema + "." + table.name) return &table;
    if (name != table.name) continue;
    if (table.schema == "public") return &table;
    ambiguous = found != nullptr;
    found = &table;
  }
  if (ambiguous) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("several schemas have a table {}", name),
                "name it with its schema: SCHEMA.TABLE");
  }
  if (found != nullptr) return found;
  return fail(ErrorCode::kNotFound, fmt::format("the backup has no table {}", name),
              "`skyhold repo show --all` lists its tables");
}

}  // namespace skyhold
