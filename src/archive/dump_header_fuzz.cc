// Heads of dumps, and a whole custom archive: it ends, within its bounds.
#include "archive/dump_header.h"
#include "archive/memory_source.h"
#include "archive/pg_archive_reader.h"

namespace {

skyhold::Status read_block(skyhold::PgArchiveReader& reader, const skyhold::PgArchiveReader::Block& block) {
  if (block.type == skyhold::PgBlock::kRows) {
    while (!TRY(reader.read_chunk()).empty()) {
    }
    return {};
  }
  while (TRY(reader.next_large_object())) {
    while (!TRY(reader.read_chunk()).empty()) {
    }
  }
  return {};
}

skyhold::Status read_archive(skyhold::ByteView bytes) {
  skyhold::MemorySource source(bytes);
  skyhold::PgArchiveReader reader(source);
  TRY(reader.read_head());
  TRY(reader.read_toc());
  while (const auto block = TRY(reader.next_block())) TRY(read_block(reader, *block));
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const skyhold::ByteView bytes(data, size);
  (void)skyhold::parse_custom_dump_header(bytes);
  if (const auto header = skyhold::parse_plain_dump_header(bytes)) {
    (void)skyhold::parse_server_version(header->server_version);
  }
  skyhold::DumpEndWatch watch;
  watch.update(bytes);
  (void)watch.complete();
  (void)read_archive(bytes);
  return 0;
}
