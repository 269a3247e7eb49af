// zlib's inflate, walled: deflate data without header, or a gzip stream.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

class Inflater {
 public:
  enum class Wrapping { kRaw, kGzip };
  explicit Inflater(Wrapping wrapping);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  struct Step {
    std::size_t taken = 0;     // of the input
    std::size_t produced = 0;  // into the output
    bool at_end = false;       // of the stream
  };
  // kCorrupt, with zlib's reason, when the input is no such stream.
  Result<Step> run(ByteView input, MutableByteView output);
  // Another stream begins.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// CRC-32 as zip and gzip have it.
std::uint32_t crc32_update(std::uint32_t crc, ByteView bytes);

}  // namespace skyhold
