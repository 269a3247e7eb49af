// Many workers at once, and workers that die: each job ends exactly once.
#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "jobs/job_queue.h"
#include "jobs/job_queue_test_support.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

using namespace std::chrono_literals;

class JobRaceTest : public JobQueueTestBase {
 protected:
  // As many processes have it: a queue and a pool each. A SQLite file has one process.
  struct Process {
    std::unique_ptr<SqlDatabase> database;
    std::unique_ptr<JobQueue> queue;
  };
  std::vector<Process> processes(int count) {
    std::vector<Process> all;
    if (GetParam() == SqlDialect::kSqlite) count = 1;
    for (int i = 0; i < count; ++i) {
      Process process;
      process.database = connect();
      process.queue = open_queue(*process.database);
      all.push_back(std::move(process));
    }
    return all;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, JobRaceTest, kBothDialects, dialect_name);

TEST_P(JobRaceTest, ManyWorkersTakeEachJobOnce) {
  constexpr int kJobs = 500;
  for (int i = 0; i < kJobs; ++i) enqueue(backup_of("p" + std::to_string(i % 7)));
  const std::vector<Process> all = processes(2);
  std::mutex mutex;
  std::multiset<std::string> taken;
  const auto work = [&](JobQueue& queue, const std::string& name) {
    while (const std::optional<TakenJob> mine = take_from(queue, name)) {
      EXPECT_TRUE(queue.succeed(mine->lease, "{}"));
      const std::scoped_lock lock(mutex);
      taken.insert(mine->job.id);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] { work(*all.at(i % all.size()).queue, "w" + std::to_string(i)); });
    }
  }
  EXPECT_EQ(taken.size(), static_cast<std::size_t>(kJobs));
  EXPECT_EQ(std::set<std::string>(taken.begin(), taken.end()).size(), static_cast<std::size_t>(kJobs));
}

TEST_P(JobRaceTest, CapsHoldAcrossProcesses) {
  constexpr int kProjects = 5;
  constexpr int kMostAtOnce = 3;
  for (int i = 0; i < 60; ++i) enqueue(backup_of("p" + std::to_string(i % kProjects)));
  const auto capped = [](const std::vector<Job>& queued, const std::vector<Job>& running) {
    std::vector<std::string> ids;
    if (static_cast<int>(running.size()) >= kMostAtOnce) return ids;
    for (const Job& each : queued) {
      const bool busy = std::ranges::any_of(running, [&](const Job& r) { return r.project == each.project; });
      if (!busy) ids.push_back(each.id);
    }
    return ids;
  };
  std::atomic<int> in_all{0};
  std::atomic<int> done{0};
  std::array<std::atomic<int>, kProjects> of_project{};
  const auto work = [&](JobQueue& queue, const std::string& name) {
    while (done < 60) {
      const auto taken = queue.take(name, "europe-west1", capped);
      ASSERT_TRUE(taken) << to_string(taken.error());
      if (!*taken) {
        std::this_thread::sleep_for(1ms);
        continue;
      }
      const int project = (*taken)->job.project.back() - '0';
      EXPECT_LE(++in_all, kMostAtOnce);
      EXPECT_LE(++of_project.at(project), 1);
      std::this_thread::sleep_for(2ms);
      --of_project.at(project);
      --in_all;
      EXPECT_TRUE(queue.succeed((*taken)->lease, "{}"));
      ++done;
    }
  };
  const std::vector<Process> all = processes(3);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] { work(*all.at(i % all.size()).queue, "w" + std::to_string(i)); });
  }
}

TEST_P(JobRaceTest, OneOfManyGetsAUniqueKey) {
  const std::vector<Process> all = processes(4);
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> made{0};
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, queue = all.at(i % all.size()).queue.get()] {
        Job run = backup_of("acme");
        run.unique_key = "run" + std::to_string(round);
        const Result<std::string> id = queue->enqueue(run);
        if (id) {
          ++made;
        } else {
          EXPECT_EQ(id.error().code, ErrorCode::kAlreadyExists);
        }
      });
    }
    threads.clear();
    EXPECT_EQ(made, 1);
  }
}

TEST_P(JobRaceTest, OneOfManyGetsTheBranch) {
  const std::vector<Process> all = processes(4);
  for (int round = 0; round < 20; ++round) {
    std::mutex mutex;
    std::vector<std::string> made;
    std::set<std::string> in_the_way;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i, queue = all.at(i % all.size()).queue.get()] {
        Job wanted = backup_of("acme");
        wanted.kind = i % 2 == 0 ? JobKind::kRestore : JobKind::kUndo;
        const auto outcome = queue->enqueue_alone(wanted, {JobKind::kRestore, JobKind::kUndo});
        const std::scoped_lock lock(mutex);
        ASSERT_TRUE(outcome) << to_string(outcome.error());
        if (!outcome->id.empty()) made.push_back(outcome->id);
        if (outcome->in_the_way) in_the_way.insert(outcome->in_the_way->id);
      });
    }
    threads.clear();
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(in_the_way, std::set<std::string>{made.front()}) << "everybody else is told of the one";
    const auto taken = take("w");
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->job.id, made.front());
    ASSERT_TRUE(queue_->succeed(taken->lease, "{}"));
  }
}

// What should be, beside what is: who holds each job, and until when. Workers die (and forget what
// they held) or fall asleep (and write later, when they may not).
class RandomSchedule {
 public:
  RandomSchedule(JobQueue& queue, SharedClock& clock, std::uint64_t seed)
      : queue_(queue), clock_(clock), random_(seed) {}

  void add(const std::string& id) { jobs_[id] = {}; }

  void step() {
    switch (random_() % 12) {
      case 0:
      case 1:
      case 2: take(); break;
      case 3:
      case 4: write([&](const JobLease& lease) { return renew(lease); }); break;
      case 5: write([&](const JobLease& lease) { return queue_.report(lease, {"x", 1, 2, 3, 4}, 5); }); break;
      case 6: write([&](const JobLease& lease) { return end(lease, Ending::kSucceeded); }); break;
      case 7: write([&](const JobLease& lease) { return end(lease, Ending::kFailed); }); break;
      case 8: write([&](const JobLease& lease) { return release(lease); }); break;
      case 9: die(); break;
      case 10: clock_.advance(std::chrono::seconds(random_() % 20)); break;
      default: reap(); break;
    }
  }

  // No worker dies any more: what is left is done.
  void finish() {
    clock_.advance(1h);
    reap();
    leases_.clear();
    while (take()) {
      write([&](const JobLease& lease) { return end(lease, Ending::kSucceeded); });
      leases_.clear();
    }
  }

  void expect_each_ended_once() {
    for (const auto& [id, expected] : jobs_) {
      const Result<Job> job = queue_.job(id);
      ASSERT_TRUE(job);
      EXPECT_EQ(expected.endings, 1) << id;
      EXPECT_EQ(job->state, expected.state) << id;
    }
  }
  [[nodiscard]] int zombie_writes() const { return zombie_writes_; }

 private:
  enum class Ending { kSucceeded, kFailed };
  struct Expected {
    JobState state = JobState::kQueued;
    std::int64_t fence = 0;
    Instant lease_until{};
    int lost = 0;
    int endings = 0;
  };

  bool take() {
    const auto taken = queue_.take("w" + std::to_string(random_() % 4), "europe-west1",
                                   [&](const auto& queued, const auto&) {
                                     return std::vector<std::string>{queued.at(random_() % queued.size()).id};
                                   });
    EXPECT_TRUE(taken);
    if (!taken || !*taken) return false;
    const JobLease& lease = (*taken)->lease;
    Expected& expected = jobs_.at(lease.job);
    EXPECT_EQ(expected.state, JobState::kQueued) << lease.job;
    EXPECT_GT(lease.fence, expected.fence);
    expected.state = JobState::kRunning;
    expected.fence = lease.fence;
    expected.lease_until = clock_.now() + queue_.options().lease;
    leases_.push_back(lease);
    return true;
  }

  // Of any worker, also of one whose job another has by now.
  template <typename Write>
  void write(const Write& write) {
    if (leases_.empty()) return;
    const JobLease lease = leases_.at(random_() % leases_.size());
    const Expected& expected = jobs_.at(lease.job);
    const bool holds = expected.state == JobState::kRunning && expected.fence == lease.fence;
    if (!holds) ++zombie_writes_;
    const Status written = write(lease);
    if (holds) {
      EXPECT_TRUE(written) << to_string(written.error());
    } else if (!written) {
      EXPECT_EQ(written.error().code, ErrorCode::kBusy);
    } else {
      // Only the same last word may be said again, and it changes nothing.
      EXPECT_EQ(expected.fence, lease.fence);
    }
  }
  Status renew(const JobLease& lease) {
    const Result<bool> renewed = queue_.heartbeat(lease);
    if (!renewed) return fail(renewed.error());
    jobs_.at(lease.job).lease_until = clock_.now() + queue_.options().lease;
    return {};
  }
  Status end(const JobLease& lease, Ending ending) {
    Status done = ending == Ending::kSucceeded
                      ? queue_.succeed(lease, "{}")
                      : queue_.end_with_error(lease, Error{ErrorCode::kSource, "no", ""});
    Expected& expected = jobs_.at(lease.job);
    if (done && expected.state == JobState::kRunning) {
      expected.state = ending == Ending::kSucceeded ? JobState::kSucceeded : JobState::kFailed;
      ++expected.endings;
    }
    return done;
  }
  Status release(const JobLease& lease) {
    Status done = queue_.release(lease);
    Expected& expected = jobs_.at(lease.job);
    if (done && expected.state == JobState::kRunning) expected.state = JobState::kQueued;
    return done;
  }
  void die() {
    if (!leases_.empty())
      leases_.erase(leases_.begin() + static_cast<std::ptrdiff_t>(random_() % leases_.size()));
  }

  void reap() {
    const auto ended = queue_.reap([](const Job& job) { return job.project != "fragile"; });
    ASSERT_TRUE(ended);
    std::set<std::string> failed;
    for (const Job& job : *ended) failed.insert(job.id);
    for (auto& [id, expected] : jobs_) {
      if (expected.state != JobState::kRunning || expected.lease_until > clock_.now()) continue;
      ++expected.lost;
      expected.state = failed.contains(id) ? JobState::kFailed : JobState::kQueued;
      expected.endings += static_cast<int>(failed.erase(id));
      EXPECT_TRUE(expected.lost < queue_.options().most_attempts || expected.state == JobState::kFailed)
          << id;
    }
    EXPECT_TRUE(failed.empty()) << *failed.begin() << " was reaped while its lease held";
  }

  JobQueue& queue_;
  SharedClock& clock_;
  std::mt19937_64 random_;
  std::map<std::string, Expected> jobs_;
  std::vector<JobLease> leases_;  // also those that do not hold any more
  int zombie_writes_ = 0;
};

TEST_P(JobRaceTest, HoweverWorkersDieEachJobEndsOnce) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  RandomSchedule schedule(*queue_, clock_, seed);
  for (int i = 0; i < 100; ++i) schedule.add(enqueue(backup_of(i % 3 == 0 ? "fragile" : "acme")));
  for (int i = 0; i < 1500; ++i) schedule.step();
  EXPECT_GT(schedule.zombie_writes(), 0) << "the schedule tried nothing";
  schedule.finish();
  schedule.expect_each_ended_once();
}

}  // namespace
}  // namespace skyhold
