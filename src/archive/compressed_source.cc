#include "archive/compressed_source.h"

#include <algorithm>
#include <array>

#include <bzlib.h>
#include <fmt/format.h>
#include <zstd.h>

#include "archive/inflater.h"
#include "archive/stream_buffer.h"
#include "base/assert.h"

namespace skyhold {
namespace {

constexpr int kLargestZstdWindowLog = 27;

using Step = Inflater::Step;

class Codec {
 public:
  virtual ~Codec() = default;
  virtual Result<Step> run(ByteView input, MutableByteView output) = 0;
  // Another stream begins.
  virtual void reset() = 0;
};

class GzipCodec final : public Codec {
 public:
  Result<Step> run(ByteView input, MutableByteView output) override { return inflater_.run(input, output); }
  void reset() override { inflater_.reset(); }

 private:
  Inflater inflater_{Inflater::Wrapping::kGzip};
};

class ZstdCodec final : public Codec {
 public:
  ZstdCodec() {
    SKYHOLD_ASSERT(context_ != nullptr);
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kLargestZstdWindowLog);
  }
  Result<Step> run(ByteView input, MutableByteView output) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(left) != 0) return fail(ErrorCode::kCorrupt, ZSTD_getErrorName(left));
    return Step{in.pos, out.pos, left == 0};
  }
  void reset() override { ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only); }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_{ZSTD_createDCtx()};
};

class Bzip2Codec final : public Codec {
 public:
  Bzip2Codec() { begin(); }
  ~Bzip2Codec() override { BZ2_bzDecompressEnd(&stream_); }
  Bzip2Codec(const Bzip2Codec&) = delete;
  Bzip2Codec& operator=(const Bzip2Codec&) = delete;

  Result<Step> run(ByteView input, MutableByteView output) override {
    constexpr std::size_t kMost = 1U << 30U;
    const auto in = static_cast<unsigned>(std::min(input.size(), kMost));
    const auto out = static_cast<unsigned>(std::min(output.size(), kMost));
    // libbz2 writes neither through next_in nor changes what lies there.
    stream_.next_in = reinterpret_cast<char*>(const_cast<std::uint8_t*>(input.data()));
    stream_.avail_in = in;
    stream_.next_out = reinterpret_cast<char*>(output.data());
    stream_.avail_out = out;
    const int code = BZ2_bzDecompress(&stream_);
    if (code != BZ_OK && code != BZ_STREAM_END) {
      return fail(ErrorCode::kCorrupt, fmt::format("not a bzip2 stream, or damaged ({})", code));
    }
    return Step{in - stream_.avail_in, out - stream_.avail_out, code == BZ_STREAM_END};
  }
  void reset() override {
    BZ2_bzDecompressEnd(&stream_);
    begin();
  }

 private:
  void begin() {
    stream_ = {};
    SKYHOLD_ASSERT(BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK);
  }
  bz_stream stream_{};
};

std::unique_ptr<Codec> make_codec(Compression compression) {
  switch (compression) {
    case Compression::kGzip: return std::make_unique<GzipCodec>();
    case Compression::kZstd: return std::make_unique<ZstdCodec>();
    case Compression::kBzip2: return std::make_unique<Bzip2Codec>();
    case Compression::kNone: break;
  }
  SKYHOLD_UNREACHABLE();
}

class ExpandedSource final : public ByteSource {
 public:
  ExpandedSource(ByteSource& source, Compression compression, const ArchiveLimits& limits)
      : input_(source), codec_(make_codec(compression)), compression_(compression), meter_(limits) {}

  Result<std::size_t> read(MutableByteView out) override {
    SKYHOLD_ASSERT(!out.empty());
    while (true) {
      if (between_streams_) {
        if (TRY(input_.peek(1)).empty()) return 0U;
        TRY(begin_stream());
      }
      const ByteView bytes = TRY(input_.peek(1));
      const auto step = codec_->run(bytes, out);
      if (!step) return damaged(step.error().message);
      if (bytes.empty() && step->produced == 0 && !step->at_end) return damaged("it is cut off");
      input_.consume(step->taken);
      meter_.add_compressed(step->taken);
      TRY(meter_.add_expanded(step->produced));
      between_streams_ = step->at_end;
      if (step->produced > 0) return step->produced;
    }
  }

 private:
  Status begin_stream() {
    if (begun_ && detect_compression(TRY(input_.peek(4))) != compression_) {
      return damaged("foreign bytes follow its end");
    }
    begun_ = true;
    between_streams_ = false;
    codec_->reset();
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> damaged(std::string_view what) const {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the {} stream is damaged after {} bytes: {}", to_string(compression_),
                            input_.position(), what),
                "copy or make the file again");
  }

  StreamBuffer input_;
  std::unique_ptr<Codec> codec_;
  Compression compression_;
  ArchiveMeter meter_;
  bool begun_ = false;
  bool between_streams_ = true;
};

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(ByteSource& source) : source_(source) {}
  Result<std::size_t> read(MutableByteView out) override { return source_.read(out); }

 private:
  ByteSource& source_;
};

}  // namespace

std::string_view to_string(Compression compression) {
  switch (compression) {
    case Compression::kNone: return "plain";
    case Compression::kGzip: return "gzip";
    case Compression::kZstd: return "zstd";
    case Compression::kBzip2: return "bzip2";
  }
  SKYHOLD_UNREACHABLE();
}

Compression detect_compression(ByteView first_bytes) {
  const std::string_view text = as_text(first_bytes);
  if (text.starts_with("\x1f\x8b")) return Compression::kGzip;
  if (text.starts_with("\x28\xb5\x2f\xfd")) return Compression::kZstd;
  if (text.size() >= 4 && text.starts_with("BZh") && text[3] >= '1' && text[3] <= '9') {
    return Compression::kBzip2;
  }
  return Compression::kNone;
}

std::unique_ptr<ByteSource> open_compressed(ByteSource& source, Compression compression,
                                            const ArchiveLimits& limits) {
  if (compression == Compression::kNone) return std::make_unique<PlainSource>(source);
  return std::make_unique<ExpandedSource>(source, compression, limits);
}

}  // namespace skyhold
