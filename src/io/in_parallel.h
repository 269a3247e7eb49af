// The same work for each of many items, by a few threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>

#include "io/task_group.h"

namespace skyhold {

// Calls `work` with 0 … count-1, each once, until all are done or one fails; the first
// error. With one item or one thread in the caller's own thread.
inline Status in_parallel(std::size_t count, std::size_t threads,
                          const std::function<Status(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  TaskGroup group;
  const auto run = [&]() -> Status {
    for (std::size_t item = next++; item < count && !group.stopping().cancelled(); item = next++) {
      TRY(work(item));
    }
    return {};
  };
  threads = std::min(threads, count);
  if (threads <= 1) return run();
  for (std::size_t thread = 0; thread < threads; ++thread) group.run(run);
  return group.wait();
}

}  // namespace skyhold
