// A stream whose first bytes can be looked at before they are read.
#pragma once

#include "io/byte_stream.h"

namespace skyhold {

class PeekedSource final : public ByteSource {
 public:
  // `inner` must outlive it.
  explicit PeekedSource(ByteSource& inner) : inner_(inner) {}
  // The first bytes that are still unread: `count`, or fewer where the stream ends. Valid until the next
  // call.
  Result<ByteView> peek(std::size_t count);
  Result<std::size_t> read(MutableByteView out) override;

 private:
  ByteSource& inner_;
  Bytes ahead_;
  std::size_t taken_ = 0;  // of ahead_
};

}  // namespace skyhold
