// Bytes in memory as a stream.
#pragma once

#include <algorithm>

#include "io/byte_stream.h"

namespace skyhold {

class MemorySource final : public ByteSource {
 public:
  // The bytes must outlive it.
  explicit MemorySource(ByteView bytes) : left_(bytes) {}
  Result<std::size_t> read(MutableByteView out) override {
    const std::size_t count = std::min(out.size(), left_.size());
    std::copy_n(left_.begin(), count, out.begin());
    left_ = left_.subspan(count);
    return count;
  }

 private:
  ByteView left_;
};

}  // namespace skyhold
