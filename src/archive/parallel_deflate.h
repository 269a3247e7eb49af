// Deflate by several threads, as one stream.
//
//   block 1        block 2        block 3         256 KiB each, by whichever thread is free; a block
//   └─deflate──┐   └─deflate──┐   └─deflate──┐    knows the 32 KiB before it, so that little is lost
//   ───────────┴──────────────┴──────────────┴─►  ends on a byte (sync flush), the last one ends the stream
#pragma once

#include <deque>
#include <future>
#include <thread>
#include <vector>

#include "io/bounded_queue.h"
#include "io/byte_stream.h"

namespace skyhold {

// One stream after another. Not thread-safe. Memory: about 1.5 MiB a thread.
class ParallelDeflate {
 public:
  enum class Wrapping { kRaw, kZlib };
  struct Options {
    int level = 6;  // 0: stored in deflate's own form, which has an end that a reader finds
    unsigned threads = 2;
    Wrapping wrapping = Wrapping::kRaw;
  };
  struct Totals {
    std::uint32_t crc32 = 0;  // of the plain bytes
    std::uint64_t plain_bytes = 0;
    std::uint64_t compressed_bytes = 0;
  };

  explicit ParallelDeflate(const Options& options);
  ~ParallelDeflate();
  ParallelDeflate(const ParallelDeflate&) = delete;
  ParallelDeflate& operator=(const ParallelDeflate&) = delete;

  // Begins a stream that goes to `out`, which must live until end().
  void begin(ByteSink& out);
  void set_level(int level) { options_.level = level; }  // between streams
  Status write(ByteView bytes);
  Result<Totals> end();

 private:
  struct Block {
    Bytes plain;
    Bytes before;  // up to 32 KiB that precede it
    int level = 0;
    bool last = false;
  };
  struct Deflated {
    Bytes bytes;
    std::uint32_t crc32 = 0;
    std::uint32_t adler32 = 0;
    std::size_t plain_bytes = 0;
  };
  using Task = std::packaged_task<Deflated()>;

  static Deflated deflate_block(const Block& block);
  Status submit(bool last);
  Status drain(std::size_t left);
  Status put(ByteView bytes);

  Options options_;
  BoundedQueue<Task> tasks_;
  std::vector<std::thread> threads_;

  ByteSink* out_ = nullptr;
  Bytes plain_;
  Bytes before_;
  std::deque<std::future<Deflated>> pending_;
  Totals totals_;
  std::uint32_t adler32_ = 1;
};

// A whole buffer as one raw deflate stream. Thread-safe.
Bytes deflate_whole(ByteView plain, int level);

}  // namespace skyhold
