#include "archive/stream_buffer.h"

#include <algorithm>

#include "base/assert.h"

namespace skyhold {

Result<ByteView> StreamBuffer::peek(std::size_t count) {
  if (bytes_.size() - taken_ < count && !at_end_) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    std::size_t held = bytes_.size();
    bytes_.resize(std::max(kBytes, count));
    while (held < count && !at_end_) {
      auto got = source_.read(MutableByteView(bytes_).subspan(held));
      if (!got) bytes_.resize(held);
      const std::size_t more = TRY(std::move(got));
      at_end_ = more == 0;
      held += more;
    }
    bytes_.resize(held);
  }
  return ByteView(bytes_).subspan(taken_);
}

void StreamBuffer::consume(std::size_t count) {
  SKYHOLD_ASSERT(count <= bytes_.size() - taken_);
  taken_ += count;
  position_ += count;
}

}  // namespace skyhold
