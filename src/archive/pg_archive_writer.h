// A custom dump, written forward into a sink; layout in pg_archive.h.
#pragma once

#include "archive/parallel_deflate.h"
#include "archive/pg_archive.h"
#include "io/byte_stream.h"

namespace skyhold {

// Not thread-safe. Blocks are compressed with zlib, whatever the head says.
class PgArchiveWriter {
 public:
  // `sink` must outlive it.
  PgArchiveWriter(ByteSink& sink, const PgArchiveHead& head, unsigned threads);

  // Head and table of contents. Data positions stay open, as in a dump that went through a pipe.
  Status begin(const std::vector<PgTocEntry>& toc);
  // One block for each entry that has data, in the order of the table of contents: rows …
  Status begin_rows(int id);
  Status write(ByteView bytes);
  Status end_rows();
  // … or large objects, each begun and ended.
  Status begin_large_objects(int id);
  Status begin_large_object(std::uint32_t oid);
  Status end_large_object();
  Status end_large_objects();

 private:
  // Each piece of a compressed stream is a chunk.
  class ChunkSink final : public ByteSink {
   public:
    explicit ChunkSink(PgArchiveWriter& writer) : writer_(writer) {}
    Status write(ByteView bytes) override;

   private:
    PgArchiveWriter& writer_;
  };

  void append_integer(Bytes& out, std::int64_t value) const;
  void append_string(Bytes& out, const PgArchiveString& text) const;
  void append_head(Bytes& out, std::size_t entries) const;
  void append_entry(Bytes& out, const PgTocEntry& entry) const;
  Status begin_block(PgBlock type, int id);
  Status end_stream();
  Status put_integer(std::int64_t value);

  ByteSink& sink_;
  const PgArchiveHead head_;
  ChunkSink chunks_{*this};
  ParallelDeflate deflate_;
};

}  // namespace skyhold
