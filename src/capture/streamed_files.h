// Files of a filestore that come one after another, in whatever order: out of an archive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/byte_stream.h"

namespace skyhold {

struct StreamedFile {
  std::string name;                         // below the filestore; safe (filestore.h)
  std::optional<std::uint64_t> size_bytes;  // when it is known before the bytes
};

// Not thread-safe. read() gives the bytes of the file that next() gave last.
class StreamedFiles : public ByteSource {
 public:
  // Nothing: there are no more, and all that came was whole. What is left of the file before
  // is passed over. No name comes twice.
  virtual Result<std::optional<StreamedFile>> next() = 0;
};

}  // namespace skyhold
