#include "operations/restore/restore_progress.h"

namespace skyhold {

void RestoreProgress::start_phase(std::string phase) {
  {
    const std::scoped_lock lock(mutex_);
    phase_ = std::move(phase);
  }
  report();
}

void RestoreProgress::add_bytes(std::uint64_t bytes) {
  done_bytes_ += bytes;
  report();
}

void RestoreProgress::report() {
  Progress progress;
  {
    const std::scoped_lock lock(mutex_);
    progress.phase = phase_;
  }
  progress.done_bytes = done_bytes_;
  progress.total_bytes = total_bytes_;
  progress.done_items = done_items_;
  progress.total_items = total_items_;
  sink_.report(progress);
}

}  // namespace skyhold
