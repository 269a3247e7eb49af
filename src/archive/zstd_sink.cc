#include "archive/zstd_sink.h"

#include <fmt/format.h>
#include <zstd.h>

#include "base/assert.h"

namespace skyhold {

struct ZstdSink::State {
  struct Free {
    void operator()(ZSTD_CCtx* freed) const { ZSTD_freeCCtx(freed); }
  };
  ByteSink& sink;
  std::unique_ptr<ZSTD_CCtx, Free> context{ZSTD_createCCtx()};
  Bytes out = Bytes(ZSTD_CStreamOutSize());

  // Until all input is taken; at the end until all output is out.
  Status run(ByteView bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      const std::size_t left = ZSTD_compressStream2(context.get(), &output, &input, directive);
      if (ZSTD_isError(left) != 0) {
        return fail(ErrorCode::kInternal, fmt::format("zstd cannot compress: {}", ZSTD_getErrorName(left)));
      }
      if (output.pos > 0) TRY(sink.write(ByteView(out).first(output.pos)));
      const bool done = directive == ZSTD_e_end ? left == 0 : input.pos == input.size;
      if (done) return {};
    }
  }
};

ZstdSink::ZstdSink(ByteSink& sink, int level, unsigned threads) : state_(new State{sink}) {
  SKYHOLD_ASSERT(state_->context != nullptr);
  ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_checksumFlag, 1);
  // A library without threads refuses this one, and compresses with ours.
  ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_nbWorkers, static_cast<int>(threads));
}

ZstdSink::~ZstdSink() = default;

Status ZstdSink::write(ByteView bytes) {
  return state_->run(bytes, ZSTD_e_continue);
}

Status ZstdSink::finish() {
  return state_->run({}, ZSTD_e_end);
}

}  // namespace skyhold
