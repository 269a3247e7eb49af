#include "operations/export/pg_dump_archive.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "archive/pg_archive_reader.h"
#include "archive/pg_archive_writer.h"
#include "capture/database_capture.h"
#include "operations/export/queued_stream.h"
#include "operations/export/table_rows.h"

namespace skyhold {
namespace {

// Behind the rows of a block: pg_restore hands them to psql or the server as they are.
constexpr std::string_view kRowsEnd = "\\.\n\n\n";

// Which definition the data of an entry belongs to. A table's keys and indexes wait for its data by this.
struct Belonging {
  std::string_view data;
  std::string_view definition;
};
constexpr std::array kBelongings{Belonging{"SEQUENCE SET", "SEQUENCE"}, Belonging{"TABLE DATA", "TABLE"},
                                 Belonging{"BLOBS", "BLOB METADATA"}};

using EntryName = std::tuple<std::string, std::string, std::string>;  // description, schema, tag

EntryName name_of(std::string_view description, const PgArchiveString& schema, const PgArchiveString& tag) {
  return {std::string(description), schema.value_or(""), tag.value_or("")};
}

class RowsSink final : public ByteSink {
 public:
  explicit RowsSink(PgArchiveWriter& writer) : writer_(writer) {}
  Status write(ByteView bytes) override { return writer_.write(bytes); }

 private:
  PgArchiveWriter& writer_;
};

class DumpArchive {
 public:
  DumpArchive(ExportJob& job, ByteSink& sink) : job_(job), sink_(sink) {}

  Status write() {
    const Node schema_file = TRY(job_.find("database/schema.dump"));
    const Node rest_file = TRY(job_.find("database/rest.dump"));
    TRY(read_schema(schema_file));
    const std::unique_ptr<ByteSource> rest_source = job_.repository().open_file(rest_file);
    PgArchiveReader rest(*rest_source);
    TRY(plan_tables());
    TRY(plan_rest(rest));
    PgArchiveWriter writer(sink_, head_, job_.options().threads);
    TRY(writer.begin(merged_toc()));
    TRY(write_tables(writer));
    return write_rest(rest, writer);
  }

 private:
  Status read_schema(const Node& file) {
    const std::unique_ptr<ByteSource> source = job_.repository().open_file(file);
    PgArchiveReader reader(*source);
    head_ = TRY(reader.read_head());
    schema_ = TRY(reader.read_toc());
    for (const PgTocEntry& entry : schema_) {
      by_name_.emplace(name_of(entry.description.value_or(""), entry.schema, entry.tag), &entry);
      last_id_ = std::max(last_id_, entry.id);
    }
    return {};
  }

  Status plan_tables() {
    for (const TableEntry& table : job_.manifest().tables) {
      const auto found = by_name_.find(name_of("TABLE", table.schema, table.name));
      if (found == by_name_.end()) {
        return fail(ErrorCode::kCorrupt,
                    fmt::format("the backup's schema has no table {}.{}, though its manifest has",
                                table.schema, table.name),
                    "export another snapshot");
      }
      const PgTocEntry& definition = *found->second;
      PgTocEntry entry;
      entry.id = ++last_id_;
      entry.has_data = true;
      entry.catalog_oid = "0";
      entry.oid = definition.oid;
      entry.tag = table.name;
      entry.description = "TABLE DATA";
      entry.section = PgSection::kData;
      entry.definition = "";
      entry.drop = "";
      entry.copy = copy_in_sql(table) + ";\n";
      entry.schema = table.schema;
      entry.owner = definition.owner;
      entry.dependencies = {definition.id};
      data_.push_back(std::move(entry));
      tables_.push_back(&table);
    }
    return {};
  }

  // The numbers of both archives are their own: those of rest.dump become new ones.
  Status plan_rest(PgArchiveReader& rest) {
    rest_head_ = TRY(rest.read_head());
    if (rest_head_.header.minor != head_.header.minor) {
      return fail(ErrorCode::kUnsupported,
                  "schema.dump and rest.dump of the backup are of different versions");
    }
    for (PgTocEntry& entry : TRY(rest.read_toc())) {
      if (entry.section != PgSection::kData) continue;
      rest_ids_[entry.id] = ++last_id_;
      entry.id = last_id_;
      entry.dependencies.clear();
      for (const Belonging& belonging : kBelongings) {
        if (entry.description != belonging.data) continue;
        const auto found = by_name_.find(name_of(belonging.definition, entry.schema, entry.tag));
        if (found != by_name_.end()) entry.dependencies.push_back(found->second->id);
      }
      data_.push_back(std::move(entry));
    }
    return {};
  }

  // The data stands before the first entry of the post-data section. Comments and rights have no section:
  // what they belong to stands before them, and must go on doing so.
  [[nodiscard]] std::vector<PgTocEntry> merged_toc() const {
    const auto post_data = std::find_if(schema_.begin(), schema_.end(), [](const PgTocEntry& entry) {
      return entry.section == PgSection::kPostData;
    });
    std::vector<PgTocEntry> toc(schema_.begin(), post_data);
    toc.insert(toc.end(), data_.begin(), data_.end());
    toc.insert(toc.end(), post_data, schema_.end());
    return toc;
  }

  Status write_tables(PgArchiveWriter& writer) {
    for (std::size_t table = 0; table < tables_.size(); ++table) {
      TRY(writer.begin_rows(data_[table].id));
      RowsSink rows(writer);
      if (!tables_[table]->parts.empty()) {
        TRY(run_queued([&](ByteSink& queue) { return write_rows(job_, *tables_[table], queue); }, rows));
      }
      TRY(writer.write(as_bytes(kRowsEnd)));
      TRY(writer.end_rows());
    }
    return {};
  }

  Status write_rest(PgArchiveReader& rest, PgArchiveWriter& writer) {
    while (const auto block = TRY(rest.next_block())) {
      TRY(job_.cancel().check());
      const auto id = rest_ids_.find(block->id);
      if (id == rest_ids_.end()) return fail(ErrorCode::kCorrupt, "rest.dump has a block of no entry");
      if (block->type == PgBlock::kRows) {
        TRY(writer.begin_rows(id->second));
        TRY(copy_chunks(rest, writer));
        TRY(writer.end_rows());
      } else {
        TRY(writer.begin_large_objects(id->second));
        while (const auto oid = TRY(rest.next_large_object())) {
          TRY(writer.begin_large_object(*oid));
          TRY(copy_chunks(rest, writer));
          TRY(writer.end_large_object());
        }
        TRY(writer.end_large_objects());
      }
    }
    return {};
  }

  // Capture leaves rest.dump uncompressed: the repository compresses.
  Status copy_chunks(PgArchiveReader& rest, PgArchiveWriter& writer) {
    const std::string& compression = rest_head_.header.compression;
    if (compression != "none") {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("rest.dump of the backup is compressed with {}", compression),
                  "take format sql.zst");
    }
    while (true) {
      const Bytes chunk = TRY(rest.read_chunk());
      if (chunk.empty()) return {};
      TRY(writer.write(chunk));
    }
  }

  ExportJob& job_;
  ByteSink& sink_;
  PgArchiveHead head_;
  PgArchiveHead rest_head_;
  std::vector<PgTocEntry> schema_;
  std::map<EntryName, const PgTocEntry*> by_name_;  // into schema_
  int last_id_ = 0;
  std::vector<PgTocEntry> data_;  // first those of tables_, in their order
  std::vector<const TableEntry*> tables_;
  std::map<int, int> rest_ids_;
};

}  // namespace

Status write_pg_dump(ExportJob& job, ByteSink& sink) {
  return DumpArchive(job, sink).write();
}

}  // namespace skyhold
