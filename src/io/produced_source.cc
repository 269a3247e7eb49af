#include "io/produced_source.h"

#include <algorithm>

namespace skyhold {

class ProducedSource::Sink final : public ByteSink {
 public:
  explicit Sink(BoundedQueue<Bytes>& queue) : queue_(queue) {}

  Status write(ByteView bytes) override {
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), kPieceBytes - piece_.size());
      if (piece_.empty()) piece_.reserve(kPieceBytes);
      append(piece_, bytes.first(count));
      bytes = bytes.subspan(count);
      if (piece_.size() == kPieceBytes) TRY(flush());
    }
    return {};
  }
  Status flush() {
    if (piece_.empty()) return {};
    if (queue_.push(std::exchange(piece_, Bytes()))) return {};
    return fail(ErrorCode::kCancelled, "nobody reads the stream any more");
  }

 private:
  BoundedQueue<Bytes>& queue_;
  Bytes piece_;
};

ProducedSource::ProducedSource(Produce produce) : produce_(std::move(produce)) {}

ProducedSource::~ProducedSource() {
  cancel_.cancel();
  queue_.abandon();
  if (producer_.joinable()) producer_.join();
}

void ProducedSource::run() {
  Sink sink(queue_);
  produced_ = produce_(sink, cancel_);
  if (produced_) produced_ = sink.flush();
  queue_.close();
}

Result<std::size_t> ProducedSource::read(MutableByteView out) {
  if (out.empty()) return std::size_t{0};
  if (!producer_.joinable()) producer_ = std::thread([this] { run(); });
  if (position_ == piece_.size()) {
    auto next = queue_.pop();
    if (!next) {
      if (!produced_) return fail(produced_.error());
      return std::size_t{0};
    }
    piece_ = std::move(*next);
    position_ = 0;
  }
  const std::size_t count = std::min(out.size(), piece_.size() - position_);
  std::copy_n(piece_.begin() + static_cast<std::ptrdiff_t>(position_), count, out.begin());
  position_ += count;
  return count;
}

}  // namespace skyhold
