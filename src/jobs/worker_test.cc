// The worker's loops with real threads. Nothing here measures time: it waits for what must come.
#include "jobs/worker.h"

#include <unistd.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>

#include "jobs/job_queue_test_support.h"

namespace skyhold {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// A gate that executions wait at until the test opens it.
class Gate {
 public:
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] bool is_open() {
    const std::scoped_lock lock(mutex_);
    return open_;
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }
  // As a well-behaved operation does.
  Status pass_unless(const CancelToken& cancel) {
    std::unique_lock lock(mutex_);
    while (!open_) {
      if (const Status going_on = cancel.check(); !going_on) return going_on;
      changed_.wait_for(lock, 2ms);
    }
    return {};
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

class WorkerTest : public JobQueueTestBase {
 protected:
  void SetUp() override {
    JobQueueTestBase::SetUp();
    breakable_ = std::make_unique<BreakableDatabase>(*database_);
    // The shortest lease there is; the shared clock stands still, so nobody reaps by chance.
    worker_queue_ = open_queue(*breakable_, {.lease = 1s});
  }

  WorkerOptions options(const std::string& name = "w1") {
    WorkerOptions options;
    options.name = name;
    options.region = "europe-west1";
    options.slots = 2;
    options.poll_interval = 5ms;
    options.flush_interval = 5ms;
    options.drain_deadline = 1min;
    options.choose = in_order;
    options.restartable = yes;
    options.reaped = [this](const Job& ended) {
      const std::scoped_lock lock(mutex_);
      reaped_.push_back(ended.id);
    };
    return options;
  }
  std::unique_ptr<Worker> start(Worker::Execute execute) { return start(std::move(execute), options()); }
  std::unique_ptr<Worker> start(Worker::Execute execute, WorkerOptions with) {
    auto worker = std::make_unique<Worker>(*worker_queue_, clock_, std::move(with), std::move(execute));
    worker->start();
    return worker;
  }
  // Until it is so; a test that waits for what never comes is ended here.
  static void wait_until(const std::function<bool()>& so, const char* what) {
    bool came = so();
    for (int i = 0; i < 6000 && !came; ++i) {
      std::this_thread::sleep_for(5ms);
      came = so();
    }
    ASSERT_TRUE(came) << "never came: " << what;
  }
  void wait_for_state(const std::string& id, JobState state) {
    wait_until([&] { return job(id).state == state; }, to_string(state).data());
  }
  std::vector<std::string> reaped() {
    const std::scoped_lock lock(mutex_);
    return reaped_;
  }

  std::unique_ptr<BreakableDatabase> breakable_;
  std::unique_ptr<JobQueue> worker_queue_;
  std::mutex mutex_;
  std::vector<std::string> reaped_;
};
INSTANTIATE_TEST_SUITE_P(Databases, WorkerTest, kBothDialects, dialect_name);

TEST_P(WorkerTest, JobsAreDoneAndTellOfThemselves) {
  Gate seen;
  const auto worker = start([&](const Job& mine, JobContext& context) -> Result<std::string> {
    context.progress().report({"Reading", 10, 100, 0, 0});
    context.progress().warn("a file is missing");
    seen.pass();
    context.event("note", "nearly");
    return R"({"project":")" + mine.project + "\"}";
  });
  const std::string one = enqueue(backup_of("acme"));
  const std::string two = enqueue(backup_of("bolt"));
  wait_until([&] { return job(one).progress.done_bytes == 10; }, "progress while it runs");
  wait_until([&] { return worker->running_jobs() == 2; }, "two at once");
  seen.open();
  wait_for_state(one, JobState::kSucceeded);
  wait_for_state(two, JobState::kSucceeded);
  EXPECT_EQ(job(two).result, R"({"project":"bolt"})");
  EXPECT_THAT(story(one),
              ::testing::ElementsAre("state: queued by ada", "state: taken up by worker w1 (attempt 1)",
                                     "phase: Reading", "warning: a file is missing", "note: nearly",
                                     "state: succeeded"));
  wait_until([&] { return queue_->workers()->size() == 1; }, "the worker's own row");
  worker->drain();
  EXPECT_TRUE(queue_->workers()->empty()) << "a worker that left in order is not missed";
}

TEST_P(WorkerTest, NoMoreThanItsSlotsAtOnce) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  const auto worker = start([&](const Job&, JobContext&) -> Result<std::string> {
    const int mine = ++now;
    int known = most;
    while (known < mine && !most.compare_exchange_weak(known, mine)) {
    }
    std::this_thread::sleep_for(5ms);
    --now;
    return "{}";
  });
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(enqueue(backup_of("acme")));
  for (const std::string& id : ids) wait_for_state(id, JobState::kSucceeded);
  EXPECT_EQ(most, 2);
}

TEST_P(WorkerTest, ErrorsAndExceptionsEndTheJobAndNotTheWorker) {
  const auto worker = start([&](const Job& mine, JobContext&) -> Result<std::string> {
    if (mine.project == "throws") throw std::runtime_error("out of range");
    if (mine.project == "throws-a-number") throw 7;
    if (mine.project == "odd") return std::string("\xff");
    return fail(ErrorCode::kSource, "no such database", "create it");
  });
  const std::string error = enqueue(backup_of("acme"));
  const std::string exception = enqueue(backup_of("throws"));
  const std::string number = enqueue(backup_of("throws-a-number"));
  const std::string odd = enqueue(backup_of("odd"));
  for (const std::string& id : {error, exception, number, odd}) wait_for_state(id, JobState::kFailed);
  EXPECT_EQ(job(error).error->code, ErrorCode::kSource);
  EXPECT_EQ(job(error).error->hint, "create it");
  EXPECT_EQ(job(exception).error->code, ErrorCode::kInternal);
  EXPECT_THAT(job(exception).error->message, HasSubstr("out of range"));
  EXPECT_EQ(job(number).error->code, ErrorCode::kInternal);
  EXPECT_EQ(job(odd).error->code, ErrorCode::kInternal);
}

TEST_P(WorkerTest, ARequestToCancelReachesTheExecution) {
  Gate never;
  const auto worker = start([&](const Job&, JobContext& context) -> Result<std::string> {
    if (const Status done = never.pass_unless(context.cancel()); !done) {
      EXPECT_EQ(code_of(context.checkpoint()), ErrorCode::kCancelled);
      return fail(done.error());
    }
    return "{}";
  });
  const std::string id = enqueue(backup_of("acme"));
  wait_for_state(id, JobState::kRunning);
  ASSERT_TRUE(queue_->request_cancel(id, "ada"));
  wait_for_state(id, JobState::kCancelled);
}

TEST_P(WorkerTest, DrainingLetsJobsFinishAndTakesNoMore) {
  Gate gate;
  const auto worker = start([&](const Job&, JobContext&) -> Result<std::string> {
    gate.pass();
    return "{}";
  });
  const std::string runs = enqueue(backup_of("acme"));
  wait_for_state(runs, JobState::kRunning);
  std::jthread draining([&] { worker->drain(); });
  wait_until([&] { return worker->draining(); }, "draining");
  const std::string waits = enqueue(backup_of("bolt"));
  gate.open();
  draining.join();
  EXPECT_EQ(job(runs).state, JobState::kSucceeded);
  EXPECT_EQ(job(waits).state, JobState::kQueued);
  EXPECT_EQ(worker->running_jobs(), 0);
}

TEST_P(WorkerTest, AtTheDeadlineJobsAreGivenBackOrCancelled) {
  Gate never;
  WorkerOptions with = options();
  with.drain_deadline = 20ms;
  with.restartable = [](const Job& mine) { return mine.kind == JobKind::kBackup; };
  const auto worker = start(
      [&](const Job&, JobContext& context) -> Result<std::string> {
        if (const Status done = never.pass_unless(context.cancel()); !done) return fail(done.error());
        return "{}";
      },
      with);
  const std::string again = enqueue(backup_of("acme"));
  Job restore = backup_of("bolt");
  restore.kind = JobKind::kRestore;
  const std::string once = enqueue(restore);
  wait_for_state(again, JobState::kRunning);
  wait_for_state(once, JobState::kRunning);
  worker->drain();
  EXPECT_EQ(job(again).state, JobState::kQueued);
  EXPECT_EQ(job(once).state, JobState::kCancelled);
  EXPECT_THAT(job(once).error->message, HasSubstr("shut down"));
}

TEST_P(WorkerTest, WithoutTheDatabaseAWorkerCancelsItsJobsByItself) {
  Gate never;
  Gate cancelled;
  std::atomic<int> executions{0};
  const auto worker = start([&](const Job&, JobContext& context) -> Result<std::string> {
    if (++executions > 1) return R"({"second":1})";
    const Status done = never.pass_unless(context.cancel());
    EXPECT_EQ(code_of(context.checkpoint()), ErrorCode::kUnavailable);
    cancelled.open();
    return fail(done.error());
  });
  const std::string id = enqueue(backup_of("acme"));
  wait_for_state(id, JobState::kRunning);
  breakable_->break_down();
  wait_until([&] { return cancelled.is_open(); }, "its cancelling");
  EXPECT_EQ(job(id).state, JobState::kRunning) << "nobody could write anything";
  breakable_->mend();
  wait_for_state(id, JobState::kSucceeded);  // given back, and done anew
  EXPECT_EQ(job(id).result, R"({"second":1})");
  EXPECT_EQ(job(id).attempt, 2);
}

TEST_P(WorkerTest, AWorkerStopsThoughItsDatabaseIsAway) {
  Gate never;
  const auto worker = start([&](const Job&, JobContext& context) -> Result<std::string> {
    if (const Status done = never.pass_unless(context.cancel()); !done) return fail(done.error());
    return "{}";
  });
  const std::string id = enqueue(backup_of("acme"));
  wait_for_state(id, JobState::kRunning);
  breakable_->break_down();
  worker->stop();
  EXPECT_EQ(worker->running_jobs(), 0);
  EXPECT_EQ(job(id).state, JobState::kRunning);
  clock_.advance(2s);
  EXPECT_TRUE(queue_->reap(yes)->empty());
  EXPECT_EQ(job(id).state, JobState::kQueued) << "what it could not say its lease says";
}

TEST_P(WorkerTest, AnOutcomeSurvivesAShortOutage) {
  Gate gate;
  const auto worker = start([&](const Job&, JobContext&) -> Result<std::string> {
    gate.pass();
    return R"({"hours":3})";
  });
  const std::string id = enqueue(backup_of("acme"));
  wait_for_state(id, JobState::kRunning);
  breakable_->break_down();
  gate.open();
  const int before = breakable_->refused();
  wait_until([&] { return breakable_->refused() > before + 20; }, "tries");
  breakable_->mend();
  wait_for_state(id, JobState::kSucceeded);
  EXPECT_EQ(job(id).result, R"({"hours":3})");
}

TEST_P(WorkerTest, AWorkerThatLostItsJobStopsAndSaysNothingMore) {
  Gate never;
  Gate stopped;
  const auto worker = start([&](const Job&, JobContext& context) -> Result<std::string> {
    const Status done = never.pass_unless(context.cancel());
    EXPECT_EQ(code_of(context.checkpoint()), ErrorCode::kBusy);
    stopped.open();
    return R"({"stale":1})";
  });
  const std::string id = enqueue(backup_of("acme"));
  wait_for_state(id, JobState::kRunning);
  // Another worker's clock is past the lease: it ends the job in this one's place.
  Result<std::vector<Job>> ended;
  wait_until(
      [&] {
        clock_.advance(2s);
        ended = queue_->reap(no);
        return ended && !ended->empty();
      },
      "a moment without a lease");
  wait_until([&] { return stopped.is_open(); }, "its cancelling");
  worker->stop();
  EXPECT_EQ(job(id).state, JobState::kFailed);
  EXPECT_EQ(job(id).result, "");
}

TEST_P(WorkerTest, JobsOfADeadWorkerAreTakenUp) {
  const std::string id = enqueue(backup_of("acme"));
  Job restore = backup_of("bolt");
  restore.kind = JobKind::kRestore;
  const std::string once = enqueue(restore);
  ASSERT_TRUE(take("dead"));
  ASSERT_TRUE(take("dead"));
  clock_.advance(31s);
  WorkerOptions with = options();
  with.restartable = [](const Job& mine) { return mine.kind == JobKind::kBackup; };
  const auto worker = start([](const Job&, JobContext&) -> Result<std::string> { return "{}"; }, with);
  wait_for_state(id, JobState::kSucceeded);
  wait_for_state(once, JobState::kFailed);
  EXPECT_EQ(job(id).attempt, 2);
  wait_until([&] { return !reaped().empty(); }, "the word that it was reaped");
  EXPECT_EQ(reaped(), std::vector<std::string>{once});
}

TEST_P(WorkerTest, ManyWorkersDoEachJobOnce) {
  std::mutex mutex;
  std::multiset<std::string> done;
  const auto note = [&](const Job& mine, JobContext& context) -> Result<std::string> {
    if (const Status ours = context.checkpoint(); !ours) return fail(ours.error());
    const std::scoped_lock lock(mutex);
    done.insert(mine.id);
    return "{}";
  };
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i) ids.push_back(enqueue(backup_of("acme")));
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < 3; ++i) workers.push_back(start(note, options("w" + std::to_string(i))));
  for (const std::string& id : ids) wait_for_state(id, JobState::kSucceeded);
  workers.clear();
  EXPECT_EQ(done, std::multiset<std::string>(ids.begin(), ids.end()));
}

TEST(WorkerName, IsOfThisProcessAndNoOther) {
  EXPECT_THAT(worker_name(), HasSubstr(std::to_string(::getpid())));
  EXPECT_NE(worker_name(), worker_name());
}

}  // namespace
}  // namespace skyhold
