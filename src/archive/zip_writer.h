// A zip archive, written forward into a sink: nothing is ever seeked.
#pragma once

#include <string>
#include <vector>

#include "archive/parallel_deflate.h"
#include "archive/zip_format.h"
#include "io/byte_stream.h"

namespace skyhold {

enum class ZipMethod { kStored, kDeflated };

// One entry whose bytes are in memory, ready to be written.
struct PackedZipEntry {
  zip::Entry header;
  Bytes bytes;
};
// Thread-safe, so that many small files can be packed at once. `name` has been checked by who calls.
PackedZipEntry pack_zip_entry(std::string name, Bytes content, ZipMethod method);

// Not thread-safe. Small entries have their sizes before their bytes, streams after them, in zip64
// form whatever they come to; the zip64 end record is written when it is needed. Memory: about
// 100 bytes an entry for the central directory, and that of ParallelDeflate.
class ZipWriter {
 public:
  // `sink` must outlive it.
  ZipWriter(ByteSink& sink, unsigned threads);

  Status add(const PackedZipEntry& entry);

  // An entry of any size: begin(), write() …, end(). Stored means deflate's own stored blocks, so
  // that a reader that cannot seek finds the end.
  Status begin(std::string name, ZipMethod method);
  Status write(ByteView bytes);
  Status end();

  // The central directory and the end. Nothing may follow.
  Status finish();

  [[nodiscard]] std::uint64_t bytes_written() const { return counted_.bytes; }

 private:
  struct CountedSink final : ByteSink {
    explicit CountedSink(ByteSink& sink) : inner(sink) {}
    Status write(ByteView written) override {
      bytes += written.size();
      return inner.write(written);
    }
    ByteSink& inner;
    std::uint64_t bytes = 0;
  };
  void remember(const zip::Entry& entry);

  CountedSink counted_;
  ParallelDeflate deflate_;
  zip::Entry open_;
  std::vector<Bytes> directory_;  // in pieces, which do not move when it grows
  std::uint64_t entries_ = 0;
};

}  // namespace skyhold
