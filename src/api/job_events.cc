#include "api/job_events.h"

#include <fmt/format.h>

#include "api/job_json.h"

namespace skyhold {
namespace {

// Polls between two looks at whether the caller may still hear this.
constexpr int kPollsPerCheck = 30;
constexpr int kEventsPerPoll = 200;

class JobEventSource final : public EventSource {
 public:
  JobEventSource(JobQueue& jobs, std::string job_id, std::int64_t after_sequence,
                 std::function<bool()> may_go_on, std::shared_ptr<void> place)
      : jobs_(jobs),
        job_id_(std::move(job_id)),
        sequence_(after_sequence),
        may_go_on_(std::move(may_go_on)),
        place_(std::move(place)) {}

  EventPoll poll() override {
    if (++polls_ % kPollsPerCheck == 0 && !may_go_on_()) return {.text = {}, .ended = true};
    const Result<JobQueue::JobNews> news = jobs_.news(job_id_, sequence_, kEventsPerPoll);
    // A catalog that does not answer for a moment is no news; a job that was swept is over.
    if (!news && news.error().code == ErrorCode::kNotFound) return {.text = end_event(), .ended = true};
    if (!news) return {};
    EventPoll said;
    std::string job = to_text(to_json(news->job));
    if (job != last_job_) {
      said.text += format_event("job", job);
      last_job_ = std::move(job);
    }
    for (const JobEvent& event : news->events) {
      said.text += format_event("event", to_text(to_json(event)), fmt::format("{}", event.sequence));
      sequence_ = event.sequence;
    }
    if (is_over(news->job.state) && news->events.size() < kEventsPerPoll) {
      said.text += end_event();
      said.ended = true;
    }
    return said;
  }

 private:
  static std::string end_event() { return format_event("end", "{}"); }

  JobQueue& jobs_;
  const std::string job_id_;
  std::int64_t sequence_;
  const std::function<bool()> may_go_on_;
  const std::shared_ptr<void> place_;
  std::string last_job_;
  int polls_ = 0;
};

}  // namespace

std::shared_ptr<void> EventStreamCap::enter(const std::string& account) {
  const std::lock_guard lock(counts_->mutex);
  if (counts_->in_all >= kInAll || counts_->by_account[account] >= kPerAccount) return nullptr;
  ++counts_->in_all;
  ++counts_->by_account[account];
  return {counts_.get(), [counts = counts_, account](void*) {
            const std::lock_guard leaving(counts->mutex);
            --counts->in_all;
            if (--counts->by_account[account] == 0) counts->by_account.erase(account);
          }};
}

std::unique_ptr<EventSource> job_event_source(JobQueue& jobs, const std::string& job_id,
                                              std::int64_t after_sequence, std::function<bool()> may_go_on,
                                              std::shared_ptr<void> place) {
  return std::make_unique<JobEventSource>(jobs, job_id, after_sequence, std::move(may_go_on),
                                          std::move(place));
}

}  // namespace skyhold
