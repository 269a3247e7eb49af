#include "archive/peeked_source.h"

#include <algorithm>

namespace skyhold {

Result<ByteView> PeekedSource::peek(std::size_t count) {
  ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
  while (ahead_.size() < count) {
    const std::size_t held = ahead_.size();
    ahead_.resize(count);
    auto got = inner_.read(MutableByteView(ahead_).subspan(held));
    ahead_.resize(held + got.value_or(0));
    if (TRY(std::move(got)) == 0) break;
  }
  return ByteView(ahead_).first(std::min(count, ahead_.size()));
}

Result<std::size_t> PeekedSource::read(MutableByteView out) {
  if (taken_ == ahead_.size()) return inner_.read(out);
  const std::size_t count = std::min(out.size(), ahead_.size() - taken_);
  std::copy_n(ahead_.begin() + static_cast<std::ptrdiff_t>(taken_), count, out.begin());
  taken_ += count;
  return count;
}

}  // namespace skyhold
