#include "operations/export/queued_stream.h"

#include <algorithm>

namespace skyhold {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::size_t kPieces = 16;

class QueueSink final : public ByteSink {
 public:
  explicit QueueSink(BoundedQueue<Bytes>& queue) : queue_(queue) { piece_.reserve(kPieceBytes); }

  Status write(ByteView bytes) override {
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), kPieceBytes - piece_.size());
      append(piece_, bytes.first(count));
      bytes = bytes.subspan(count);
      if (piece_.size() == kPieceBytes) TRY(flush());
    }
    return {};
  }
  Status flush() {
    if (piece_.empty()) return {};
    // Its reader says what went wrong; this is only the echo.
    if (!queue_.push(std::move(piece_)))
      return fail(ErrorCode::kCancelled, "nobody reads the stream any more");
    piece_ = Bytes();
    piece_.reserve(kPieceBytes);
    return {};
  }

 private:
  BoundedQueue<Bytes>& queue_;
  Bytes piece_;
};

}  // namespace

Status run_queued(const std::function<Status(ByteSink&)>& produce, ByteSink& consumer) {
  BoundedQueue<Bytes> queue(kPieces);
  Status produced;
  std::thread producer([&] {
    QueueSink sink(queue);
    produced = produce(sink);
    if (produced) produced = sink.flush();
    queue.close();
  });
  Status consumed;
  while (auto piece = queue.pop()) {
    consumed = consumer.write(*piece);
    if (!consumed) break;
  }
  queue.abandon();
  producer.join();
  return consumed ? produced : consumed;
}

}  // namespace skyhold
