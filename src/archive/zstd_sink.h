// Bytes compressed with zstd on their way.
#pragma once

#include <memory>

#include "io/byte_stream.h"

namespace skyhold {

// One frame with a checksum. `sink` must outlive it. Memory: about 20 MiB a thread.
class ZstdSink final : public ByteSink {
 public:
  ZstdSink(ByteSink& sink, int level, unsigned threads);
  ~ZstdSink() override;
  Status write(ByteView bytes) override;
  // The frame's end. Nothing may follow.
  Status finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skyhold
