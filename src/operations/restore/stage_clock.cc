#include "operations/restore/stage_clock.h"

#include <algorithm>

#include "base/clock.h"

namespace skyhold {

StageClock::Lap StageClock::enter(const std::string& stage) {
  const std::scoped_lock lock(mutex_);
  auto found =
      std::find_if(stages_.begin(), stages_.end(), [&](const Stage& each) { return each.name == stage; });
  if (found == stages_.end()) found = stages_.insert(stages_.end(), Stage{stage, 0, 0, 0});
  if (found->inside++ == 0) found->entered_at = monotonic_seconds();
  return {*this, static_cast<std::size_t>(found - stages_.begin())};
}

void StageClock::leave(std::size_t stage) {
  const std::scoped_lock lock(mutex_);
  Stage& left = stages_[stage];
  if (--left.inside == 0) left.seconds += monotonic_seconds() - left.entered_at;
}

std::vector<StageSeconds> StageClock::stages() const {
  const std::scoped_lock lock(mutex_);
  std::vector<StageSeconds> result;
  for (const Stage& stage : stages_) result.push_back({stage.name, stage.seconds});
  return result;
}

}  // namespace skyhold
