#include "archive/parallel_deflate.h"

#include <zlib.h>

#include "base/assert.h"

namespace skyhold {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;
constexpr std::size_t kWindowBytes = 32 * 1024;
constexpr int kRawWindowBits = -15;
constexpr int kMemoryLevel = 8;
constexpr std::size_t kFlushBytes = 64;  // of a sync flush, on top of the bound
constexpr std::uint8_t kZlibHeader[] = {0x78, 0x9c};

Bytes deflate_part(ByteView plain, ByteView before, int level, int flush) {
  z_stream stream{};
  SKYHOLD_ASSERT(deflateInit2(&stream, level, Z_DEFLATED, kRawWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) ==
                 Z_OK);
  if (!before.empty()) {
    SKYHOLD_ASSERT(deflateSetDictionary(&stream, before.data(), static_cast<uInt>(before.size())) == Z_OK);
  }
  Bytes out(deflateBound(&stream, plain.size()) + kFlushBytes);
  // zlib does not write through next_in.
  stream.next_in = const_cast<Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, flush);
  SKYHOLD_ASSERT(code == (flush == Z_FINISH ? Z_STREAM_END : Z_OK) && stream.avail_in == 0);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

Bytes deflate_whole(ByteView plain, int level) {
  return deflate_part(plain, {}, level, Z_FINISH);
}

ParallelDeflate::ParallelDeflate(const Options& options) : options_(options), tasks_(2 * options.threads) {
  SKYHOLD_ASSERT(options.threads > 0);
  for (unsigned thread = 0; thread < options.threads; ++thread) {
    threads_.emplace_back([this] {
      while (auto task = tasks_.pop()) (*task)();
    });
  }
}

ParallelDeflate::~ParallelDeflate() {
  tasks_.close();
  for (std::thread& thread : threads_) thread.join();
}

void ParallelDeflate::begin(ByteSink& out) {
  SKYHOLD_ASSERT(out_ == nullptr);
  out_ = &out;
  totals_ = {};
  adler32_ = 1;
  plain_.clear();
  before_.clear();
  pending_.clear();
}

ParallelDeflate::Deflated ParallelDeflate::deflate_block(const Block& block) {
  Deflated done;
  done.bytes = deflate_part(block.plain, block.before, block.level, block.last ? Z_FINISH : Z_SYNC_FLUSH);
  done.crc32 = static_cast<std::uint32_t>(crc32_z(0, block.plain.data(), block.plain.size()));
  done.adler32 = static_cast<std::uint32_t>(adler32_z(1, block.plain.data(), block.plain.size()));
  done.plain_bytes = block.plain.size();
  return done;
}

Status ParallelDeflate::write(ByteView bytes) {
  SKYHOLD_ASSERT(out_ != nullptr);
  while (!bytes.empty()) {
    if (plain_.size() == kBlockBytes) TRY(submit(false));
    const std::size_t count = std::min(bytes.size(), kBlockBytes - plain_.size());
    append(plain_, bytes.first(count));
    bytes = bytes.subspan(count);
  }
  return {};
}

Status ParallelDeflate::submit(bool last) {
  Block block{std::move(plain_), std::move(before_), options_.level, last};
  const ByteView tail = ByteView(block.plain).last(std::min(block.plain.size(), kWindowBytes));
  before_ = to_bytes(tail);
  plain_ = Bytes();
  plain_.reserve(kBlockBytes);
  Task task([block = std::move(block)] { return deflate_block(block); });
  pending_.push_back(task.get_future());
  SKYHOLD_ASSERT(tasks_.push(std::move(task)));
  return drain(2 * static_cast<std::size_t>(options_.threads));
}

Status ParallelDeflate::drain(std::size_t left) {
  while (pending_.size() > left) {
    const Deflated done = pending_.front().get();
    pending_.pop_front();
    const bool first = totals_.compressed_bytes == 0;
    if (first && options_.wrapping == Wrapping::kZlib) TRY(put(kZlibHeader));
    TRY(put(done.bytes));
    const auto length = static_cast<z_off64_t>(done.plain_bytes);
    totals_.crc32 = static_cast<std::uint32_t>(crc32_combine(totals_.crc32, done.crc32, length));
    adler32_ = static_cast<std::uint32_t>(adler32_combine(adler32_, done.adler32, length));
    totals_.plain_bytes += done.plain_bytes;
  }
  return {};
}

Status ParallelDeflate::put(ByteView bytes) {
  totals_.compressed_bytes += bytes.size();
  return out_->write(bytes);
}

Result<ParallelDeflate::Totals> ParallelDeflate::end() {
  SKYHOLD_ASSERT(out_ != nullptr);
  TRY(submit(true));
  TRY(drain(0));
  if (options_.wrapping == Wrapping::kZlib) {
    const std::uint32_t sum = adler32_;
    const std::uint8_t trailer[] = {static_cast<std::uint8_t>(sum >> 24U),
                                    static_cast<std::uint8_t>(sum >> 16U),
                                    static_cast<std::uint8_t>(sum >> 8U), static_cast<std::uint8_t>(sum)};
    TRY(put(trailer));
  }
  out_ = nullptr;
  return totals_;
}

}  // namespace skyhold
