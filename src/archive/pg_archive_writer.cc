#include "archive/pg_archive_writer.h"

#include "base/assert.h"

namespace skyhold {
namespace {

constexpr int kLevel = 6;
constexpr std::uint8_t kCustomFormat = 1;
constexpr std::uint8_t kGzip = 1;
constexpr std::int64_t kDefaultLevel = -1;
constexpr std::uint8_t kPositionNotSet = 1;
constexpr std::uint8_t kNoData = 3;
constexpr std::size_t kPieceBytes = 256 * 1024;

std::uint8_t low_byte(std::uint64_t value) {
  return static_cast<std::uint8_t>(value);
}

}  // namespace

PgArchiveWriter::PgArchiveWriter(ByteSink& sink, const PgArchiveHead& head, unsigned threads)
    : sink_(sink), head_(head), deflate_({kLevel, threads, ParallelDeflate::Wrapping::kZlib}) {}

void PgArchiveWriter::append_integer(Bytes& out, std::int64_t value) const {
  const bool negative = value < 0;
  std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  out.push_back(negative ? 1 : 0);
  for (int byte = 0; byte < head_.header.integer_bytes; ++byte, size >>= 8U) out.push_back(low_byte(size));
  SKYHOLD_ASSERT(size == 0);
}

void PgArchiveWriter::append_string(Bytes& out, const PgArchiveString& text) const {
  if (!text) return append_integer(out, -1);
  append_integer(out, static_cast<std::int64_t>(text->size()));
  append(out, as_bytes(*text));
}

void PgArchiveWriter::append_head(Bytes& out, std::size_t entries) const {
  const CustomDumpHeader& header = head_.header;
  append(out, as_bytes("PGDMP"));
  for (const int part :
       {header.major, header.minor, header.revision, header.integer_bytes, header.offset_bytes}) {
    out.push_back(static_cast<std::uint8_t>(part));
  }
  out.push_back(kCustomFormat);
  if (head_.has_compression_name()) {
    out.push_back(kGzip);
  } else {
    append_integer(out, kDefaultLevel);
  }
  for (const int part : head_.time) append_integer(out, part);
  append_string(out, header.database);
  append_string(out, header.server_version);
  append_string(out, header.dump_version);
  append_integer(out, static_cast<std::int64_t>(entries));
}

void PgArchiveWriter::append_entry(Bytes& out, const PgTocEntry& entry) const {
  append_integer(out, entry.id);
  append_integer(out, entry.has_data ? 1 : 0);
  append_string(out, entry.catalog_oid);
  append_string(out, entry.oid);
  append_string(out, entry.tag);
  append_string(out, entry.description);
  append_integer(out, static_cast<int>(entry.section));
  append_string(out, entry.definition);
  append_string(out, entry.drop);
  append_string(out, entry.copy);
  append_string(out, entry.schema);
  append_string(out, entry.tablespace);
  if (head_.has_access_method()) append_string(out, entry.access_method);
  if (head_.has_relation_kind()) append_integer(out, entry.relation_kind);
  append_string(out, entry.owner);
  append_string(out, "false");
  for (const int id : entry.dependencies) append_string(out, std::to_string(id));
  append_string(out, std::nullopt);
  out.push_back(entry.has_data ? kPositionNotSet : kNoData);
  out.insert(out.end(), static_cast<std::size_t>(head_.header.offset_bytes), 0);
}

Status PgArchiveWriter::begin(const std::vector<PgTocEntry>& toc) {
  Bytes out;
  append_head(out, toc.size());
  for (const PgTocEntry& entry : toc) {
    append_entry(out, entry);
    if (out.size() < kPieceBytes) continue;
    TRY(sink_.write(out));
    out.clear();
  }
  return sink_.write(out);
}

Status PgArchiveWriter::put_integer(std::int64_t value) {
  Bytes out;
  append_integer(out, value);
  return sink_.write(out);
}

Status PgArchiveWriter::ChunkSink::write(ByteView bytes) {
  if (bytes.empty()) return {};  // a length of 0 would end the block
  TRY(writer_.put_integer(static_cast<std::int64_t>(bytes.size())));
  return writer_.sink_.write(bytes);
}

Status PgArchiveWriter::begin_block(PgBlock type, int id) {
  Bytes out{static_cast<std::uint8_t>(type)};
  append_integer(out, id);
  return sink_.write(out);
}

Status PgArchiveWriter::begin_rows(int id) {
  TRY(begin_block(PgBlock::kRows, id));
  deflate_.begin(chunks_);
  return {};
}

Status PgArchiveWriter::write(ByteView bytes) {
  return deflate_.write(bytes);
}

Status PgArchiveWriter::end_stream() {
  TRY(deflate_.end());
  return put_integer(0);
}

Status PgArchiveWriter::end_rows() {
  return end_stream();
}

Status PgArchiveWriter::begin_large_objects(int id) {
  return begin_block(PgBlock::kLargeObjects, id);
}

Status PgArchiveWriter::begin_large_object(std::uint32_t oid) {
  TRY(put_integer(oid));
  deflate_.begin(chunks_);
  return {};
}

Status PgArchiveWriter::end_large_object() {
  return end_stream();
}

Status PgArchiveWriter::end_large_objects() {
  return put_integer(0);
}

}  // namespace skyhold
