// The two stream ports: bytes come from a source, bytes go to a sink.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

// Not thread-safe; one reader.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills up to out.size() bytes; 0 means the end. Short reads are normal.
  virtual Result<std::size_t> read(MutableByteView out) = 0;
};

// Not thread-safe; one writer. May block while the other side is slow.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Status write(ByteView bytes) = 0;
};

}  // namespace skyhold
