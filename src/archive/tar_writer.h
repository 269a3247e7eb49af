// A tar archive (ustar, with pax records where ustar ends), written forward into a sink.
//
//   name:100 mode:8 uid:8 gid:8 size:12 time:12 checksum:8 type:1 link:100 "ustar\0" "00" user:32
//   group:32 devices:16 prefix:155 rest:12                      numbers are octal text; blocks of 512 bytes
//   pax (type x), before an entry whose name or size does not fit:   "LENGTH path=…\n" "LENGTH size=…\n"
#pragma once

#include <string>

#include "base/clock.h"
#include "io/byte_stream.h"

namespace skyhold {

struct TarEntry {
  std::string name;
  bool is_directory = false;
  std::uint32_t permissions = 0644;
  Instant modified{};
  std::uint64_t size_bytes = 0;
};

// Not thread-safe.
class TarWriter {
 public:
  // `sink` must outlive it.
  explicit TarWriter(ByteSink& sink) : sink_(sink) {}
  // Then exactly size_bytes by write(), in any pieces. kCorrupt when the entry before had fewer.
  Status begin(const TarEntry& entry);
  // kCorrupt beyond the entry's size.
  Status write(ByteView bytes);
  // The end blocks. Nothing may follow.
  Status finish();

 private:
  Status end_entry();
  Status put_header(const TarEntry& entry, char type);
  Status pad(std::uint64_t size);

  ByteSink& sink_;
  std::string name_;
  std::uint64_t size_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace skyhold
