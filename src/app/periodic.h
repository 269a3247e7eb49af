// A thread that does one thing again and again until it is told to end.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/cancel.h"

namespace skyhold {

class Periodic {
 public:
  // Runs `work` at once and then `pause` after each end. An error is logged, once while it stays the same.
  Periodic(std::string name, std::chrono::milliseconds pause, std::function<Status(const CancelToken&)> work);
  ~Periodic();  // cancels `work` and waits for its end
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  void run();

  const std::string name_;
  const std::chrono::milliseconds pause_;
  const std::function<Status(const CancelToken&)> work_;
  CancelToken cancel_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::thread thread_;
};

}  // namespace skyhold
