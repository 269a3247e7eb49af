// A custom dump as a forward stream: head, table of contents, blocks.
#pragma once

#include "archive/pg_archive.h"
#include "archive/stream_buffer.h"
#include "io/byte_stream.h"

namespace skyhold {

// Not thread-safe. Errors are kCorrupt (not such a dump, or cut off), kNoSpace (beyond a bound) and
// kUnsupported.
class PgArchiveReader {
 public:
  // `source` must outlive it.
  explicit PgArchiveReader(ByteSource& source) : input_(source) {}

  Result<PgArchiveHead> read_head();
  // After the head. Its strings are at most 256 MiB in all.
  Result<std::vector<PgTocEntry>> read_toc();

  struct Block {
    PgBlock type = PgBlock::kRows;
    int id = 0;
  };
  // After the table of contents; nothing at the end. The block before has been read.
  Result<std::optional<Block>> next_block();
  // Of a block of large objects: the next one's oid; nothing after the last.
  Result<std::optional<std::uint32_t>> next_large_object();
  // The next chunk, as it lies there; empty at the end of the rows or the large object. At most 16 MiB.
  Result<Bytes> read_chunk();

 private:
  Result<ByteView> take(std::size_t count, std::string_view what);
  Result<std::uint8_t> read_byte(std::string_view what);
  Result<std::int64_t> read_integer(std::string_view what);
  Result<int> read_small_integer(std::string_view what);
  Result<PgArchiveString> read_string(std::string_view what);
  Result<std::string> read_compression();
  Result<PgTocEntry> read_entry();
  Status read_dependencies(PgTocEntry& entry);

  StreamBuffer input_;
  PgArchiveHead head_;
  std::uint64_t string_bytes_ = 0;
};

}  // namespace skyhold
