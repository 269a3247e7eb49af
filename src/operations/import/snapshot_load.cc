#include "operations/import/snapshot_load.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "archive/dump_header.h"
#include "archive/memory_source.h"
#include "capture/database_capture.h"
#include "crypto/hash.h"
#include "operations/import/archive_files.h"
#include "operations/import/archive_script.h"
#include "operations/import/single_dump.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kMaxSchemaBytes = std::uint64_t{256} << 20;
constexpr std::string_view kSchemaEntry = "database/schema.dump";
constexpr std::string_view kRestEntry = "database/rest.dump";

class HashedSource final : public ByteSource {
 public:
  explicit HashedSource(ByteSource& inner) : inner_(inner) {}
  Result<std::size_t> read(MutableByteView out) override {
    const std::size_t got = TRY(inner_.read(out));
    hash_.update(out.first(got));
    return got;
  }
  Id finish() { return hash_.finish(); }

 private:
  ByteSource& inner_;
  Sha256 hash_;
};

class SnapshotLoader {
 public:
  SnapshotLoader(const LoadContext& context, const Manifest& manifest, std::unique_ptr<OpenedArchive> archive,
                 const ReopenArchive& reopen)
      : context_(context), archive_(std::move(archive)), reopen_(reopen) {
    for (const TableEntry& table : manifest.tables) {
      for (const TablePart& part : table.parts) waiting_[part.path] = {&table, &part};
    }
  }

  Result<LoadedArchive> run() {
    while (true) {
      skipped_ = false;
      std::optional<ArchiveEntry> file = TRY(pass());
      if (is_loaded() && !skipped_) return finish(std::move(file));
      if (!skipped_ || !schema_loaded_) return lacking();
      archive_ = TRY(reopened());
    }
  }

 private:
  struct Part {
    const TableEntry* table = nullptr;
    const TablePart* part = nullptr;
  };

  [[nodiscard]] bool is_loaded() const { return schema_loaded_ && rest_loaded_ && waiting_.empty(); }

  // To the end, or to the first file once everything else is there.
  Result<std::optional<ArchiveEntry>> pass() {
    while (auto entry = TRY(archive_->reader().next())) {
      if (entry->is_directory) continue;
      if (entry->name.starts_with(kFilestorePrefix)) {
        if (is_loaded()) return entry;
        skipped_ = true;
        continue;
      }
      TRY(take(*entry));
    }
    return std::nullopt;
  }

  Status take(const ArchiveEntry& entry) {
    if (entry.name == kSchemaEntry && !schema_loaded_) return load_schema();
    const auto part = waiting_.find(entry.name);
    const bool needs_schema = part != waiting_.end() || (entry.name == kRestEntry && !rest_loaded_);
    if (!needs_schema) return {};
    if (!schema_loaded_) {
      skipped_ = true;
      return {};
    }
    if (part == waiting_.end()) return load_rest();
    const Part found = part->second;
    waiting_.erase(part);
    return load_part(found);
  }

  Status load_schema() {
    schema_ = TRY(read_whole(archive_->reader(), kMaxSchemaBytes, kSchemaEntry));
    const CustomDumpHeader header =
        TRY(parse_custom_dump_header(ByteView(schema_).first(std::min(schema_.size(), kDumpHeaderBytes))));
    context_.report.dump_version = header.dump_version;
    pg_restore_ = TRY(pg_restore_for(header.dump_version));
    schema_loaded_ = true;
    return run_section("pre-data");
  }

  Status run_section(const std::string& section) {
    MemorySource archive(schema_);
    const auto script = TRY(ArchiveScript::start(pg_restore_, &archive, {"--section=" + section}));
    return context_.loader.run(*script, context_.cancel);
  }

  Status load_rest() {
    const auto script = TRY(ArchiveScript::start(pg_restore_, &archive_->reader(), {"--section=data"}));
    rest_loaded_ = true;
    return context_.loader.run(*script, context_.cancel);
  }

  Status load_part(const Part& found) {
    HashedSource rows(archive_->reader());
    TRY(context_.loader.copy_rows(copy_in_sql(*found.table), rows, found.part->rows));
    if (found.table->parts.front().path != found.part->path)
      --context_.report.tables;  // counted with its first part
    if (rows.finish() == found.part->sha256) return {};
    return refuse_import(
        context_.report, "counts",
        {ErrorCode::kCorrupt, fmt::format("{} is not what the manifest says it is", found.part->path), ""});
  }

  Result<std::unique_ptr<OpenedArchive>> reopened() {
    if (context_.request.can_open_again) return reopen_();
    return fail(ErrorCode::kUnsupported,
                "the archive has rows or files before the schema, and a stream cannot be read twice",
                "give a file in the place of standard input");
  }

  [[nodiscard]] tl::unexpected<Error> lacking() {
    std::string what = waiting_.empty() ? std::string(kRestEntry) : waiting_.begin()->first;
    if (!schema_loaded_) what = kSchemaEntry;
    return refuse_import(
        context_.report, "truncated_dump",
        {ErrorCode::kCorrupt, fmt::format("the archive lacks {}, which its manifest names", what), ""});
  }

  Result<LoadedArchive> finish(std::optional<ArchiveEntry> file) {
    TRY(run_section("post-data"));
    LoadedArchive loaded;
    if (file) loaded.archive = std::move(archive_);
    loaded.file = std::move(file);
    return loaded;
  }

  const LoadContext& context_;
  std::unique_ptr<OpenedArchive> archive_;
  const ReopenArchive& reopen_;
  std::map<std::string, Part, std::less<>> waiting_;  // by path
  Bytes schema_;
  ClientProgram pg_restore_;
  bool schema_loaded_ = false;
  bool rest_loaded_ = false;
  bool skipped_ = false;
};

}  // namespace

Result<LoadedArchive> load_snapshot(const LoadContext& context, const Manifest& manifest,
                                    std::unique_ptr<OpenedArchive> archive, const ReopenArchive& reopen) {
  return SnapshotLoader(context, manifest, std::move(archive), reopen).run();
}

Status compare_tables(const Manifest& source, const Manifest& captured, ImportReport& report) {
  std::map<std::pair<std::string, std::string>, const TableEntry*> loaded;
  for (const TableEntry& table : captured.tables) loaded[{table.schema, table.name}] = &table;
  for (const TableEntry& table : source.tables) {
    const auto found = loaded.find({table.schema, table.name});
    const bool same = found != loaded.end() && found->second->rows == table.rows &&
                      found->second->row_digest == table.row_digest;
    if (same) continue;
    return refuse_import(
        report, "counts",
        {ErrorCode::kCorrupt,
         fmt::format("table {}.{} is not what the archive's manifest says it is", table.schema, table.name),
         ""});
  }
  return {};
}

}  // namespace skyhold
