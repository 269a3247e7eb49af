// The allocator's free memory.
#pragma once

#include <atomic>
#include <cstdint>

namespace skyhold {

// Large buffers that come and go leave holes between what stays, which the allocator keeps (main asks
// it to: that is faster). Call it now and then where much passes through: takes some milliseconds.
void give_back_freed_memory();

// Does so each time that many bytes have passed. Thread-safe.
class MemoryTidier {
 public:
  explicit MemoryTidier(std::uint64_t every_bytes) : every_bytes_(every_bytes) {}
  void passed(std::uint64_t bytes);

 private:
  const std::uint64_t every_bytes_;
  std::atomic<std::uint64_t> passed_bytes_{0};
};

}  // namespace skyhold
