#include "policy/fair_order.h"

#include <algorithm>
#include <array>
#include <queue>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace skyhold {
namespace {

constexpr int kPriorities = 4;

int priority_of(const QueuedJob& job, Instant now, const FairOrderOptions& options) {
  const int own = static_cast<int>(job.priority);
  constexpr int kHighest = static_cast<int>(JobPriority::kManual);
  if (own <= kHighest || options.raise_after.count() <= 0 || now <= job.queued_at) return own;
  const auto raised = (now - job.queued_at) / options.raise_after;
  return raised >= own - kHighest ? kHighest : own - static_cast<int>(raised);
}

// How many jobs run at each of some servers, regions or stores.
class Counter {
 public:
  Counter(int cap, const std::map<std::string, int>& caps) : cap_(cap), caps_(caps) {}

  void add(const std::string& name) {
    if (!name.empty()) ++running_[name];
  }
  [[nodiscard]] bool full(const std::string& name) const {
    if (name.empty()) return false;
    const auto running = running_.find(name);
    const auto own = caps_.find(name);
    return (running == running_.end() ? 0 : running->second) >= (own == caps_.end() ? cap_ : own->second);
  }

 private:
  int cap_;
  const std::map<std::string, int>& caps_;
  std::unordered_map<std::string, int> running_;
};

class Places {
 public:
  explicit Places(const JobCaps& caps)
      : caps_(caps),
        servers_(caps.per_database_server, caps.database_servers),
        regions_(caps.per_region, caps.regions),
        stores_(caps.per_store, caps.stores) {}

  void take(const JobPlaces& job) {
    ++in_all_;
    if (job.writes && !job.project.empty()) writers_.insert(job.project);
    servers_.add(job.database_server);
    regions_.add(job.region);
    for (const std::string& store : job.stores) stores_.add(store);
  }

  [[nodiscard]] JobWait wait_of(const JobPlaces& job) const {
    if (job.writes && writers_.contains(job.project)) return JobWait::kProjectWriter;
    if (servers_.full(job.database_server)) return JobWait::kDatabaseServer;
    for (const std::string& store : job.stores) {
      if (stores_.full(store)) return JobWait::kStore;
    }
    if (regions_.full(job.region)) return JobWait::kRegion;
    return in_all_ >= caps_.in_all ? JobWait::kInAll : JobWait::kStarts;
  }

 private:
  const JobCaps& caps_;
  int in_all_ = 0;
  std::unordered_set<std::string> writers_;
  Counter servers_;
  Counter regions_;
  Counter stores_;
};

// The queued jobs of one project and priority, oldest first.
struct ProjectQueue {
  std::string_view project;
  Instant last_served;
  std::vector<std::size_t> jobs;
  std::size_t next = 0;
};

class Planner {
 public:
  Planner(std::span<const QueuedJob> queued, const LastServed& last_served, Instant now,
          const FairOrderOptions& options)
      : queued_(queued), last_served_(last_served), now_(now), options_(options), places_(options.caps) {}

  StartPlan plan(std::span<const JobPlaces> running) {
    for (const JobPlaces& job : running) places_.take(job);
    plan_.waits.assign(queued_.size(), JobWait::kInAll);
    std::array<std::vector<std::size_t>, kPriorities> by_priority;
    for (std::size_t i = 0; i < queued_.size(); ++i) {
      by_priority.at(static_cast<std::size_t>(priority_of(queued_[i], now_, options_))).push_back(i);
    }
    for (const std::vector<std::size_t>& jobs : by_priority) serve(queues_of(jobs));
    return std::move(plan_);
  }

 private:
  std::vector<ProjectQueue> queues_of(const std::vector<std::size_t>& jobs) const {
    std::unordered_map<std::string_view, std::size_t> position;
    std::vector<ProjectQueue> queues;
    for (const std::size_t job : jobs) {
      const std::string& project = queued_[job].places.project;
      const auto [found, is_new] = position.try_emplace(project, queues.size());
      if (is_new) {
        const auto served = last_served_.find(project);
        queues.push_back({project, served == last_served_.end() ? Instant::min() : served->second, {}});
      }
      queues[found->second].jobs.push_back(job);
    }
    for (ProjectQueue& queue : queues) {
      std::sort(queue.jobs.begin(), queue.jobs.end(), [&](std::size_t a, std::size_t b) {
        return std::tie(queued_[a].queued_at, queued_[a].id) < std::tie(queued_[b].queued_at, queued_[b].id);
      });
    }
    return queues;
  }

  // Round robin. A job that cannot start now will not later in this plan either, since places only
  // fill up: so each job is looked at once.
  void serve(std::vector<ProjectQueue> queues) {
    const auto later = [&](const ProjectQueue* a, const ProjectQueue* b) { return turn(*a) > turn(*b); };
    std::priority_queue<ProjectQueue*, std::vector<ProjectQueue*>, decltype(later)> waiting(later);
    for (ProjectQueue& queue : queues) waiting.push(&queue);
    while (!waiting.empty()) {
      ProjectQueue* const queue = waiting.top();
      waiting.pop();
      const std::size_t job = queue->jobs[queue->next++];
      plan_.waits[job] = places_.wait_of(queued_[job].places);
      if (plan_.waits[job] == JobWait::kStarts) {
        places_.take(queued_[job].places);
        plan_.start.push_back(job);
        ++started_[queue->project];
      }
      if (queue->next < queue->jobs.size()) waiting.push(queue);
    }
  }

  // What a queue's turn depends on changes only while it is out of the priority queue.
  [[nodiscard]] std::tuple<int, Instant, Instant, std::string_view> turn(const ProjectQueue& queue) const {
    const auto started = started_.find(queue.project);
    return {started == started_.end() ? 0 : started->second, queue.last_served,
            queued_[queue.jobs[queue.next]].queued_at, queue.project};
  }

  std::span<const QueuedJob> queued_;
  const LastServed& last_served_;
  Instant now_;
  const FairOrderOptions& options_;
  Places places_;
  StartPlan plan_;
  std::unordered_map<std::string_view, int> started_;  // in this plan, by project
};

}  // namespace

JobPlaces places_of(const Job& job, std::vector<std::string> stores) {
  const bool reads_only =
      job.kind == JobKind::kVerify || job.kind == JobKind::kExport || job.kind == JobKind::kDrill;
  return {job.project, !reads_only, job.database_server, job.region, std::move(stores)};
}

StartPlan plan_starts(std::span<const QueuedJob> queued, std::span<const JobPlaces> running,
                      const LastServed& last_served, Instant now, const FairOrderOptions& options) {
  return Planner(queued, last_served, now, options).plan(running);
}

}  // namespace skyhold
