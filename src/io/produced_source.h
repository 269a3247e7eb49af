// What somebody writes, for somebody who reads: a stream turned from push to pull.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "base/cancel.h"
#include "io/bounded_queue.h"
#include "io/byte_stream.h"

namespace skyhold {

// `produce` runs in a thread of its own from the first read on, at most 4 MiB ahead of the reader.
// Destroyed before the end, its token is cancelled and its writes fail with kCancelled; the
// destructor waits for it.
class ProducedSource final : public ByteSource {
 public:
  using Produce = std::function<Status(ByteSink&, const CancelToken&)>;

  explicit ProducedSource(Produce produce);
  ~ProducedSource() override;
  ProducedSource(const ProducedSource&) = delete;
  ProducedSource& operator=(const ProducedSource&) = delete;

  // The error of `produce` comes after all that it wrote.
  Result<std::size_t> read(MutableByteView out) override;

 private:
  static constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
  static constexpr std::size_t kPieces = 16;
  class Sink;

  void run();

  Produce produce_;
  CancelToken cancel_;
  BoundedQueue<Bytes> queue_{kPieces};
  Status produced_;  // read once the queue is closed and empty
  std::thread producer_;
  Bytes piece_;
  std::size_t position_ = 0;
};

}  // namespace skyhold
