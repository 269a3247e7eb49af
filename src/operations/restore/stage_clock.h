// When each stage of a restore ran, by whichever threads.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "operations/restore/restore.h"

namespace skyhold {

// The wall time of a stage is the time during which at least one thread was in it.
// Thread-safe.
class StageClock {
 public:
  class Lap {
   public:
    Lap(StageClock& clock, std::size_t stage) : clock_(clock), stage_(stage) {}
    ~Lap() { clock_.leave(stage_); }
    Lap(const Lap&) = delete;
    Lap& operator=(const Lap&) = delete;

   private:
    StageClock& clock_;
    std::size_t stage_;
  };
  // `[[maybe_unused]] const auto lap = clock.enter("data");`
  [[nodiscard]] Lap enter(const std::string& stage);
  // In the order in which they were first entered.
  [[nodiscard]] std::vector<StageSeconds> stages() const;

 private:
  struct Stage {
    std::string name;
    double seconds = 0;
    double entered_at = 0;
    int inside = 0;
  };
  void leave(std::size_t stage);

  mutable std::mutex mutex_;
  std::vector<Stage> stages_;
};

}  // namespace skyhold
