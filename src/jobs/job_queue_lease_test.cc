// Who may write of a job: fences, lost leases, cancelling.
#include <gmock/gmock.h>

#include "jobs/job_queue.h"
#include "jobs/job_queue_test_support.h"

namespace skyhold {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JobLeaseTest : public JobQueueTestBase {
 protected:
  void expect_powerless(const JobLease& old) {
    EXPECT_EQ(code_of(queue_->heartbeat(old)), ErrorCode::kBusy);
    EXPECT_EQ(code_of(queue_->report(old, {"late", 1, 2, 3, 4}, 5)), ErrorCode::kBusy);
    EXPECT_EQ(code_of(queue_->add_event(old, "warning", "late")), ErrorCode::kBusy);
    EXPECT_EQ(code_of(queue_->succeed(old, R"({"late":1})")), ErrorCode::kBusy);
    EXPECT_EQ(code_of(queue_->end_with_error(old, Error{ErrorCode::kSource, "late", ""})), ErrorCode::kBusy);
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, JobLeaseTest, kBothDialects, dialect_name);

TEST_P(JobLeaseTest, AnOldHolderCanWriteNothingOnceAnotherHasTheJob) {
  const std::string id = enqueue(backup_of("acme"));
  const std::optional<TakenJob> old = take("w1");
  ASSERT_TRUE(old);
  clock_.advance(31s);
  ASSERT_THAT(*queue_->reap(yes), IsEmpty());
  const std::optional<TakenJob> young = take("w2");
  ASSERT_TRUE(young);
  EXPECT_GT(young->lease.fence, old->lease.fence);
  EXPECT_EQ(young->job.attempt, 2);

  expect_powerless(old->lease);
  EXPECT_EQ(code_of(queue_->release(old->lease)), ErrorCode::kBusy);
  EXPECT_EQ(job(id).state, JobState::kRunning);
  EXPECT_EQ(job(id).worker, "w2");
  EXPECT_EQ(job(id).progress.phase, "");
  EXPECT_TRUE(queue_->succeed(young->lease, "{}"));
  expect_powerless(old->lease);
  EXPECT_EQ(job(id).result, "{}");
}

TEST_P(JobLeaseTest, TheSameWorkerIsFencedFromItsOwnPast) {
  enqueue(backup_of("acme"));
  const std::optional<TakenJob> old = take("w1");
  ASSERT_TRUE(old);
  clock_.advance(31s);
  ASSERT_TRUE(queue_->reap(yes));
  expect_powerless(old->lease);
  EXPECT_TRUE(queue_->release(old->lease)) << "it is queued already: that is what was wished";
  ASSERT_TRUE(take("w1"));
  expect_powerless(old->lease);
}

TEST_P(JobLeaseTest, HeartbeatsKeepALease) {
  enqueue(backup_of("acme"));
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  for (int i = 0; i < 5; ++i) {
    clock_.advance(20s);
    const Result<bool> cancel = queue_->heartbeat(taken->lease);
    ASSERT_TRUE(cancel);
    EXPECT_FALSE(*cancel);
    ASSERT_THAT(*queue_->reap(no), IsEmpty());
  }
  EXPECT_TRUE(queue_->succeed(taken->lease, "{}"));
}

TEST_P(JobLeaseTest, ALateHolderGoesOnWhenNobodyTookItsPlace) {
  enqueue(backup_of("acme"));
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  clock_.advance(1h);
  EXPECT_TRUE(queue_->heartbeat(taken->lease));
  EXPECT_THAT(*queue_->reap(no), IsEmpty());
}

TEST_P(JobLeaseTest, AJobThatMayNotBeBegunAnewFailsInWords) {
  const std::string id = enqueue(backup_of("acme"));
  ASSERT_TRUE(take("w1"));
  clock_.advance(31s);
  const auto ended = queue_->reap(no);
  ASSERT_TRUE(ended && ended->size() == 1U);
  EXPECT_EQ(ended->at(0).id, id);
  EXPECT_EQ(ended->at(0).state, JobState::kFailed);
  EXPECT_EQ(ended->at(0).error->code, ErrorCode::kUnavailable);
  EXPECT_THAT(ended->at(0).error->message, ::testing::HasSubstr("w1"));
  EXPECT_FALSE(ended->at(0).error->hint.empty());
  EXPECT_FALSE(take("w2"));
}

TEST_P(JobLeaseTest, AJobThatKillsItsWorkersFailsInTheEnd) {
  const std::string id = enqueue(backup_of("acme"));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(take("w1"));
    clock_.advance(31s);
    EXPECT_THAT(*queue_->reap(yes), IsEmpty());
    EXPECT_EQ(job(id).state, JobState::kQueued);
  }
  ASSERT_TRUE(take("w1"));
  clock_.advance(31s);
  EXPECT_EQ(queue_->reap(yes)->size(), 1U);
  EXPECT_EQ(job(id).state, JobState::kFailed);
  EXPECT_EQ(job(id).attempt, 3);
}

TEST_P(JobLeaseTest, AJobThatIsGivenBackIsNobodysFailure) {
  const std::string id = enqueue(backup_of("acme"));
  for (int i = 0; i < 5; ++i) {
    const std::optional<TakenJob> taken = take("w1");
    ASSERT_TRUE(taken);
    ASSERT_TRUE(queue_->release(taken->lease));
    EXPECT_EQ(job(id).state, JobState::kQueued);
  }
  ASSERT_TRUE(take("w1"));
  clock_.advance(31s);
  EXPECT_THAT(*queue_->reap(yes), IsEmpty()) << "five drains counted as deaths";
}

TEST_P(JobLeaseTest, AQueuedJobIsCancelledAtOnce) {
  const std::string id = enqueue(backup_of("acme"));
  const Result<Job> cancelled = queue_->request_cancel(id, "ada");
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->state, JobState::kCancelled);
  EXPECT_EQ(cancelled->finished_at, clock_.now());
  EXPECT_FALSE(take("w1"));
  EXPECT_THAT(story(id), ElementsAre("state: queued by ada", "state: cancelled by ada"));
  EXPECT_EQ(code_of(queue_->request_cancel("jb_gone", "ada")), ErrorCode::kNotFound);
}

TEST_P(JobLeaseTest, ARunningJobIsAskedTo) {
  const std::string id = enqueue(backup_of("acme"));
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  EXPECT_THAT(*queue_->cancel_requests("w1"), IsEmpty());
  ASSERT_TRUE(queue_->request_cancel(id, "ada"));
  const Result<Job> asked = queue_->request_cancel(id, "bob");
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->state, JobState::kRunning);
  EXPECT_TRUE(asked->cancel_requested);
  EXPECT_EQ(queue_->heartbeat(taken->lease), true);
  EXPECT_THAT(*queue_->cancel_requests("w1"), ElementsAre(id));
  EXPECT_THAT(*queue_->cancel_requests("w2"), IsEmpty());
  ASSERT_TRUE(queue_->end_with_error(taken->lease, Error{ErrorCode::kCancelled, "cancelled", ""}));
  EXPECT_EQ(job(id).state, JobState::kCancelled);
  EXPECT_THAT(story(id), Contains("state: ada asked to cancel it"));
  EXPECT_EQ(queue_->request_cancel(id, "ada")->state, JobState::kCancelled) << "what is over stays";
}

TEST_P(JobLeaseTest, AJobThatWasAskedToEndIsNotBegunAnew) {
  const std::string reaped = enqueue(backup_of("acme"));
  ASSERT_TRUE(take("w1"));
  ASSERT_TRUE(queue_->request_cancel(reaped, "ada"));
  clock_.advance(31s);
  EXPECT_EQ(queue_->reap(yes)->size(), 1U);
  EXPECT_EQ(job(reaped).state, JobState::kCancelled);

  const std::string released = enqueue(backup_of("acme"));
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  ASSERT_TRUE(queue_->request_cancel(released, "ada"));
  ASSERT_TRUE(queue_->release(taken->lease));
  EXPECT_EQ(job(released).state, JobState::kCancelled);
  EXPECT_EQ(job(released).finished_at, clock_.now());
}

TEST_P(JobLeaseTest, ALastWordSaidTwiceIsTrueOnce) {
  BreakableDatabase unsure(*database_);
  const std::unique_ptr<JobQueue> queue = open_queue(unsure);
  const std::string id = enqueue(backup_of("acme"));
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  unsure.lose_next_answer();
  EXPECT_EQ(code_of(queue->succeed(taken->lease, "{}")), ErrorCode::kUnavailable);
  EXPECT_TRUE(queue->succeed(taken->lease, "{}")) << "it had been written";
  EXPECT_EQ(code_of(queue->end_with_error(taken->lease, Error{ErrorCode::kSource, "x", ""})),
            ErrorCode::kBusy);
  EXPECT_THAT(story(id), ElementsAre("state: queued by ada", "state: taken up by worker w1 (attempt 1)",
                                     "state: succeeded"));
}

}  // namespace
}  // namespace skyhold
