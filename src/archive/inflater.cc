#include "archive/inflater.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <zlib.h>

#include "base/assert.h"

namespace skyhold {
namespace {

constexpr int kWindowBits = 15;
constexpr int kGzipBits = 16;

uInt clipped(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

struct Inflater::State {
  z_stream stream{};
};

Inflater::Inflater(Wrapping wrapping) : state_(std::make_unique<State>()) {
  const int bits = wrapping == Wrapping::kRaw ? -kWindowBits : kWindowBits + kGzipBits;
  SKYHOLD_ASSERT(inflateInit2(&state_->stream, bits) == Z_OK);
}

Inflater::~Inflater() {
  inflateEnd(&state_->stream);
}

Result<Inflater::Step> Inflater::run(ByteView input, MutableByteView output) {
  z_stream& stream = state_->stream;
  // zlib does not write through next_in, though its type would let it.
  stream.next_in = const_cast<Bytef*>(input.data());
  stream.avail_in = clipped(input.size());
  stream.next_out = output.data();
  stream.avail_out = clipped(output.size());
  const uInt in = stream.avail_in;
  const uInt out = stream.avail_out;
  const int code = inflate(&stream, Z_NO_FLUSH);
  if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
    return fail(ErrorCode::kCorrupt, stream.msg == nullptr ? "not a deflate stream" : stream.msg);
  }
  return Step{in - stream.avail_in, out - stream.avail_out, code == Z_STREAM_END};
}

void Inflater::reset() {
  SKYHOLD_ASSERT(inflateReset(&state_->stream) == Z_OK);
}

std::uint32_t crc32_update(std::uint32_t crc, ByteView bytes) {
  return static_cast<std::uint32_t>(crc32_z(crc, bytes.data(), bytes.size()));
}

}  // namespace skyhold
