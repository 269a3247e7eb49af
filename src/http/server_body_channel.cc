#include "http/server_body_channel.h"

#include <algorithm>
#include <utility>

namespace skyhold {

BodyChannel::BodyChannel(std::size_t capacity_bytes, std::function<void()> wake)
    : capacity_bytes_(capacity_bytes), wake_(std::move(wake)) {}

Result<std::size_t> BodyChannel::read(MutableByteView out) {
  std::unique_lock lock(mutex_);
  if (!std::exchange(wanted_, true)) wake_();
  changed_.wait(lock, [&] { return read_bytes_ < buffered_.size() || ended(); });
  const std::size_t taken = std::min(out.size(), buffered_.size() - read_bytes_);
  if (taken == 0) {
    if (error_) return skyhold::fail(*error_);
    return 0;
  }
  std::copy_n(buffered_.begin() + static_cast<std::ptrdiff_t>(read_bytes_), taken, out.begin());
  read_bytes_ += taken;
  if (read_bytes_ == buffered_.size()) {
    buffered_.clear();
    read_bytes_ = 0;
    if (!ended()) wake_();
  }
  return taken;
}

bool BodyChannel::wants_more() const {
  const std::scoped_lock lock(mutex_);
  return wanted_ && !ended() && buffered_.size() < capacity_bytes_;
}

void BodyChannel::push(ByteView bytes) {
  {
    const std::scoped_lock lock(mutex_);
    append(buffered_, bytes);
  }
  changed_.notify_one();
}

void BodyChannel::finish() {
  {
    const std::scoped_lock lock(mutex_);
    finished_ = true;
  }
  changed_.notify_one();
}

void BodyChannel::fail(Error error) {
  {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  changed_.notify_one();
}

}  // namespace skyhold
