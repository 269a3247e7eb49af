#include "jobs/job_reporter.h"

#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::size_t kMostPendingEvents = 500;

}  // namespace

void JobReporter::report(const Progress& progress) {
  const std::scoped_lock lock(mutex_);
  if (!progress.phase.empty() && progress.phase != latest_.phase) add_event_locked("phase", progress.phase);
  latest_ = progress;
  progress_is_new_ = true;
}

void JobReporter::warn(const std::string& message) {
  event("warning", message);
}

void JobReporter::event(std::string_view kind, std::string_view text) {
  const std::scoped_lock lock(mutex_);
  add_event_locked(kind, text);
}

void JobReporter::add_event_locked(std::string_view kind, std::string_view text) {
  if (events_.size() >= kMostPendingEvents) {
    ++dropped_events_;
    return;
  }
  events_.push_back({0, clock_.now(), std::string(kind), std::string(text)});
}

std::vector<JobEvent> JobReporter::take_events() {
  const std::scoped_lock lock(mutex_);
  if (dropped_events_ > 0) {
    events_.push_back({0, clock_.now(), "warning",
                       fmt::format("{} more events came too fast to be kept", dropped_events_)});
    dropped_events_ = 0;
  }
  return std::exchange(events_, {});
}

void JobReporter::give_back(std::vector<JobEvent> unwritten) {
  const std::scoped_lock lock(mutex_);
  unwritten.insert(unwritten.end(), std::move_iterator(events_.begin()), std::move_iterator(events_.end()));
  events_ = std::move(unwritten);
}

Status JobReporter::flush(JobQueue& queue, const JobLease& lease, double at_seconds) {
  std::vector<JobEvent> events = take_events();
  const Status written = queue.add_events(lease, events);
  if (!written) {
    give_back(std::move(events));
    return written;
  }
  return flush_progress(queue, lease, at_seconds);
}

Status JobReporter::flush_progress(JobQueue& queue, const JobLease& lease, double at_seconds) {
  Progress progress;
  bool is_new = false;
  {
    const std::scoped_lock lock(mutex_);
    progress = latest_;
    is_new = std::exchange(progress_is_new_, false);
  }
  // A job that stands still says nothing; its rate must fall all the same.
  const double rate = std::round(meter_.update(progress.done_bytes, at_seconds));
  if (!is_new && rate == written_rate_) return {};
  const Status written = queue.report(lease, progress, rate);
  if (written) {
    written_rate_ = rate;
  } else {
    const std::scoped_lock lock(mutex_);
    progress_is_new_ = true;
  }
  return written;
}

}  // namespace skyhold
