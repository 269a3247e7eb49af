#include "operations/export/queued_stream.h"

#include "io/produced_source.h"

namespace skyhold {

Status run_queued(const std::function<Status(ByteSink&)>& produce, ByteSink& consumer) {
  constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
  ProducedSource source([&](ByteSink& sink, const CancelToken&) { return produce(sink); });
  Bytes piece(kPieceBytes);
  while (true) {
    const std::size_t count = TRY(source.read(piece));
    if (count == 0) return {};
    TRY(consumer.write(ByteView(piece).first(count)));
  }
}

}  // namespace skyhold
