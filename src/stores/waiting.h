// Waiting as a port, so that back-off and rate limits are tested without waiting.
#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include "base/cancel.h"

namespace skyhold {

// Thread-safe.
class Waiting {
 public:
  virtual ~Waiting() = default;
  // Time since some fixed moment; never goes back.
  [[nodiscard]] virtual std::chrono::nanoseconds now() const = 0;
  // Returns early, with false, once `cancel` (may be null) is cancelled.
  virtual bool wait(std::chrono::nanoseconds how_long, const CancelToken* cancel) = 0;
};

class SystemWaiting final : public Waiting {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const override;
  bool wait(std::chrono::nanoseconds how_long, const CancelToken* cancel) override;
};

// For tests: time passes by waiting alone, and at once.
class ManualWaiting final : public Waiting {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const override;
  bool wait(std::chrono::nanoseconds how_long, const CancelToken* cancel) override;

  void advance(std::chrono::nanoseconds by);
  // What was waited for, in the order of the calls.
  [[nodiscard]] std::vector<std::chrono::nanoseconds> waits() const;

 private:
  mutable std::mutex mutex_;
  std::chrono::nanoseconds now_{0};
  std::vector<std::chrono::nanoseconds> waits_;
};

}  // namespace skyhold
