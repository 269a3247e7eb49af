// A stream that parsers look ahead in, and that knows how far it is.
#pragma once

#include "io/byte_stream.h"

namespace skyhold {

class StreamBuffer {
 public:
  // `source` must outlive it.
  explicit StreamBuffer(ByteSource& source) : source_(source) {}

  // At least `count` unread bytes, or all that are left when that is fewer. Valid until the next call.
  // `count` is bounded by the caller.
  Result<ByteView> peek(std::size_t count);
  // Bytes that peek() has shown.
  void consume(std::size_t count);
  [[nodiscard]] std::uint64_t position() const { return position_; }

 private:
  static constexpr std::size_t kBytes = 128 * 1024;

  ByteSource& source_;
  Bytes bytes_;
  std::size_t begin_ = 0;  // what is unread lies from here
  std::size_t end_ = 0;    // to here
  bool at_end_ = false;
  std::uint64_t position_ = 0;
};

}  // namespace skyhold
