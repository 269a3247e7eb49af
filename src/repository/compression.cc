#include "repository/compression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <zstd.h>

#include "base/assert.h"

namespace skyhold {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx& compression_context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  SKYHOLD_ASSERT(context != nullptr);
  return *context;
}

ZSTD_DCtx& decompression_context() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  SKYHOLD_ASSERT(context != nullptr);
  return *context;
}

tl::unexpected<Error> too_large() {
  return fail(ErrorCode::kCorrupt, "compressed data is larger than it may be");
}
tl::unexpected<Error> damaged(const char* why) {
  return fail(ErrorCode::kCorrupt, fmt::format("compressed data is damaged: {}", why));
}

// restic's encoder leaves the size out of small frames.
Result<Bytes> decompress_without_size(ByteView compressed, std::uint64_t max_bytes) {
  constexpr std::uint64_t kFirstBytes = 16384;
  ZSTD_DCtx& context = decompression_context();
  ZSTD_DCtx_reset(&context, ZSTD_reset_session_only);
  Bytes plain(std::min(kFirstBytes, max_bytes));
  ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
  ZSTD_outBuffer out{plain.data(), plain.size(), 0};
  while (true) {
    const std::size_t left = ZSTD_decompressStream(&context, &out, &in);
    if (ZSTD_isError(left) != 0) return damaged(ZSTD_getErrorName(left));
    if (left == 0 && in.pos == in.size) break;
    if (out.pos < out.size) return damaged("it ends inside a frame, or goes on after it");
    if (plain.size() == max_bytes) return too_large();
    plain.resize(std::min<std::uint64_t>(plain.size() * 2, max_bytes));
    out.dst = plain.data();
    out.size = plain.size();
  }
  plain.resize(out.pos);
  return plain;
}

}  // namespace

void zstd_compress_append(ByteView plain, int level, Bytes& out) {
  const std::size_t start = out.size();
  out.resize(start + ZSTD_compressBound(plain.size()));
  const std::size_t written = ZSTD_compressCCtx(&compression_context(), out.data() + start,
                                                out.size() - start, plain.data(), plain.size(), level);
  SKYHOLD_ASSERT(ZSTD_isError(written) == 0);
  out.resize(start + written);
}

Result<Bytes> zstd_decompress(ByteView compressed, std::uint64_t max_bytes) {
  const unsigned long long size = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN) return decompress_without_size(compressed, max_bytes);
  if (size == ZSTD_CONTENTSIZE_ERROR) return damaged("it does not begin with a frame");
  if (size > max_bytes) return too_large();
  Bytes plain(size);
  const std::size_t got = ZSTD_decompressDCtx(&decompression_context(), plain.data(), plain.size(),
                                              compressed.data(), compressed.size());
  if (ZSTD_isError(got) != 0 || got != size) return damaged(ZSTD_getErrorName(got));
  return plain;
}

bool looks_incompressible(ByteView plain) {
  // Text and even dense binary formats lie below 7 bits a byte; JPEG, ZIP and video above
  // 7.8. With 4096 samples the estimate is low by about 255/(2·4096·ln 2) = 0.045 bits.
  constexpr std::size_t kSampleBytes = 1024;
  constexpr std::size_t kSamples = 4;
  constexpr double kBits = 7.8;
  // Beside compressing so little, looking would not be cheap.
  constexpr std::size_t kLeastBytes = 16U << 10;
  if (plain.size() < kLeastBytes) return false;
  std::array<std::uint32_t, 256> counts{};
  const std::size_t stride = (plain.size() - kSampleBytes) / (kSamples - 1);
  for (std::size_t sample = 0; sample < kSamples; ++sample) {
    for (std::uint8_t byte : plain.subspan(sample * stride, kSampleBytes)) ++counts[byte];
  }
  constexpr double kTotal = kSampleBytes * kSamples;
  double bits = 0;
  for (std::uint32_t count : counts) {
    if (count > 0) bits -= count / kTotal * std::log2(count / kTotal);
  }
  return bits > kBits;
}

}  // namespace skyhold
