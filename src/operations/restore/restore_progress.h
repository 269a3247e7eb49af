// What a restore tells while it runs, counted by several threads.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "model/progress.h"

namespace skyhold {

// Thread-safe.
class RestoreProgress {
 public:
  RestoreProgress(ProgressSink& sink, std::uint64_t total_bytes, std::uint64_t total_items)
      : sink_(sink), total_bytes_(total_bytes), total_items_(total_items) {}

  void start_phase(std::string phase);
  void add_bytes(std::uint64_t bytes);
  void add_item() { ++done_items_; }  // a part of a table, or a file

 private:
  void report();

  ProgressSink& sink_;
  const std::uint64_t total_bytes_;
  const std::uint64_t total_items_;
  std::atomic<std::uint64_t> done_bytes_{0};
  std::atomic<std::uint64_t> done_items_{0};
  std::mutex mutex_;
  std::string phase_;
};

}  // namespace skyhold
