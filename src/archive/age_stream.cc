#include "archive/age_stream.h"

#include <algorithm>

namespace skyhold {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

}  // namespace

void AgeSink::begin() {
  if (!begun_) encryptor_.begin(out_);
  begun_ = true;
}

Status AgeSink::write(ByteView bytes) {
  begin();
  encryptor_.update(bytes, out_);
  if (out_.size() < kPieceBytes) return {};
  TRY(sink_.write(out_));
  out_.clear();
  return {};
}

Status AgeSink::finish() {
  begin();
  encryptor_.finish(out_);
  return sink_.write(out_);
}

Result<std::size_t> AgeSource::read(MutableByteView out) {
  while (taken_ == plain_.size() && !at_end_) {
    Bytes piece(kPieceBytes);
    const std::size_t count = TRY(source_.read(piece));
    plain_.clear();
    taken_ = 0;
    at_end_ = count == 0;
    TRY(at_end_ ? decryptor_.finish(plain_) : decryptor_.update(ByteView(piece).first(count), plain_));
  }
  const std::size_t count = std::min(out.size(), plain_.size() - taken_);
  std::copy_n(plain_.begin() + static_cast<std::ptrdiff_t>(taken_), count, out.begin());
  taken_ += count;
  return count;
}

}  // namespace skyhold
