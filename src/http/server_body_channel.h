// A streamed body between the I/O thread, which fills it, and the handler, which reads it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "io/byte_stream.h"

namespace skyhold {

// Bounded: the I/O thread stops receiving while it is full, and so the peer's window closes.
class BodyChannel {
 public:
  // `wake` is called from the reader's thread when there is room again.
  BodyChannel(std::size_t capacity_bytes, std::function<void()> wake);

  // The reader. Blocks until there is something to say.
  Result<std::size_t> read(MutableByteView out);

  // The I/O thread. Nothing is wanted before the first read(): a handler that refuses an upload
  // by its head must not have it sent first.
  [[nodiscard]] bool wants_more() const;
  void push(ByteView bytes);
  void finish();
  void fail(Error error);  // what was pushed before is still read; the first error stays

 private:
  [[nodiscard]] bool ended() const { return finished_ || error_; }

  const std::size_t capacity_bytes_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Bytes buffered_;
  std::size_t read_bytes_ = 0;  // of buffered_
  bool wanted_ = false;
  bool finished_ = false;
  std::optional<Error> error_;
};

}  // namespace skyhold
