#include "archive/stream_buffer.h"

#include <algorithm>

#include "base/assert.h"

namespace skyhold {

Result<ByteView> StreamBuffer::peek(std::size_t count) {
  if (end_ - begin_ < count && !at_end_) {
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
              bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
    end_ -= begin_;
    begin_ = 0;
    if (bytes_.size() < std::max(kBytes, count)) bytes_.resize(std::max(kBytes, count));
    while (end_ < count && !at_end_) {
      const std::size_t more = TRY(source_.read(MutableByteView(bytes_).subspan(end_)));
      at_end_ = more == 0;
      end_ += more;
    }
  }
  return ByteView(bytes_).subspan(begin_, end_ - begin_);
}

void StreamBuffer::consume(std::size_t count) {
  SKYHOLD_ASSERT(count <= end_ - begin_);
  begin_ += count;
  position_ += count;
}

}  // namespace skyhold
