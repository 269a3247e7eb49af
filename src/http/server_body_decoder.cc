#include "http/server_body_decoder.h"

#include <algorithm>

#include "base/encoding.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostSizeDigits = 15;
// Over a whole body: small chunks with long extensions would cost much and bring nothing.
constexpr std::size_t kMostSpareBytes = std::size_t{16} << 10;

tl::unexpected<ServerRefusal> refuse(std::string detail) {
  return tl::unexpected(ServerRefusal{.detail = std::move(detail)});
}

}  // namespace

BodyDecoder::BodyDecoder(const RequestFraming& framing)
    : chunked_(framing.chunked),
      state_(framing.chunked ? State::kSize : State::kData),
      left_(framing.content_length.value_or(0)),
      spare_bytes_(kMostSpareBytes) {
  if (!chunked_ && left_ == 0) state_ = State::kDone;
}

OrRefusal<BodyDecoder::Step> BodyDecoder::next(ByteView received) {
  if (received.empty() || done()) return Step{};
  if (state_ == State::kData) return take_data(received);
  return take_line_byte(static_cast<char>(received.front()));
}

OrRefusal<BodyDecoder::Step> BodyDecoder::take_data(ByteView received) {
  const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, received.size()));
  left_ -= taken;
  if (left_ == 0) state_ = chunked_ ? State::kDataEnd : State::kDone;
  return Step{taken, received.first(taken)};
}

OrRefusal<BodyDecoder::Step> BodyDecoder::take_line_byte(char c) {
  if (after_cr_ != (c == '\n')) return refuse("a line of the chunked body does not end with CR LF");
  if (c == '\r') {
    after_cr_ = true;
    return Step{1, {}};
  }
  if (c == '\n') {
    after_cr_ = false;
    if (auto ended = end_line(); !ended) return tl::unexpected(ended.error());
    line_bytes_ = 0;
    return Step{1, {}};
  }
  ++line_bytes_;
  if (state_ == State::kSize) {
    if (auto taken = take_size(c); !taken) return tl::unexpected(taken.error());
    return Step{1, {}};
  }
  const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\t';
  if (state_ == State::kDataEnd || control) return refuse("a chunk is not as long as it says");
  if (spare_bytes_ == 0) return refuse("the extensions and trailers of the chunked body are too long");
  --spare_bytes_;
  return Step{1, {}};
}

OrRefusal<void> BodyDecoder::take_size(char c) {
  if (c == ';' && size_digits_ > 0) {
    state_ = State::kExtension;
    return {};
  }
  const auto digit = hex_digit(c);
  if (!digit || ++size_digits_ > kMostSizeDigits) return refuse("the size of a chunk is not a number");
  left_ = left_ << 4 | *digit;
  return {};
}

OrRefusal<void> BodyDecoder::end_line() {
  switch (state_) {
    case State::kSize:
    case State::kExtension:
      if (size_digits_ == 0) return refuse("a chunk has no size");
      state_ = left_ == 0 ? State::kTrailer : State::kData;
      return {};
    case State::kDataEnd:
      state_ = State::kSize;
      size_digits_ = 0;
      return {};
    default:
      if (line_bytes_ == 0) state_ = State::kDone;  // the empty line after the trailers
      return {};
  }
}

}  // namespace skyhold
