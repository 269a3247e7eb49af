// A job's story as server-sent events.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "api/call.h"

namespace skyhold {

// How many streams an account may hold open, and all of them together. Thread-safe.
class EventStreamCap {
 public:
  static constexpr int kPerAccount = 12;
  static constexpr int kInAll = 1000;

  // Released when it is destroyed; nullptr when there are too many.
  std::shared_ptr<void> enter(const std::string& account);

 private:
  struct Counts {
    std::mutex mutex;
    std::map<std::string, int> by_account;
    int in_all = 0;
  };
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

// Asks the queue at most once each time it is polled. `may_go_on` is asked now and then: whoever
// signed out, or is no member any more, hears no more.
std::unique_ptr<EventSource> job_event_source(JobQueue& jobs, const std::string& job_id,
                                              std::int64_t after_sequence, std::function<bool()> may_go_on,
                                              std::shared_ptr<void> place);

}  // namespace skyhold
