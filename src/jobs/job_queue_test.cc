// What comes in, what is taken, what is told.
#include "jobs/job_queue.h"

#include <gmock/gmock.h>

#include "jobs/job_queue_test_support.h"

namespace skyhold {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class JobQueueTest : public JobQueueTestBase {};
INSTANTIATE_TEST_SUITE_P(Databases, JobQueueTest, kBothDialects, dialect_name);

TEST_P(JobQueueTest, TheLifeOfAJob) {
  Job wanted = backup_of("acme");
  wanted.kind = JobKind::kRestore;
  wanted.priority = JobPriority::kRestore;
  wanted.backup_id = "bk_1";
  const std::string id = enqueue(wanted);
  const Job queued = job(id);
  EXPECT_EQ(queued.state, JobState::kQueued);
  EXPECT_EQ(queued.kind, JobKind::kRestore);
  EXPECT_EQ(queued.priority, JobPriority::kRestore);
  EXPECT_EQ(queued.database_server, "db1");
  EXPECT_EQ(queued.backup_id, "bk_1");
  EXPECT_EQ(queued.parameters, R"({"note":"x"})");
  EXPECT_EQ(queued.created_at, clock_.now());
  EXPECT_FALSE(queued.started_at);

  clock_.advance(5s);
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->job.id, id);
  EXPECT_EQ(taken->job.parameters, R"({"note":"x"})");
  EXPECT_EQ(taken->job.attempt, 1);
  EXPECT_EQ(taken->job.started_at, clock_.now());
  EXPECT_EQ(taken->job.lease_until, clock_.now() + 30s);
  EXPECT_FALSE(take("w2")) << "it was taken twice";

  ASSERT_TRUE(queue_->report(taken->lease, {"Reading tables", 10, 100, 1, 2}, 12.4));
  ASSERT_TRUE(queue_->add_event(taken->lease, "warning", "a file is missing"));
  const Job running = job(id);
  EXPECT_EQ(running.state, JobState::kRunning);
  EXPECT_EQ(running.progress.phase, "Reading tables");
  EXPECT_EQ(running.progress.total_bytes, 100U);
  EXPECT_EQ(running.progress.total_items, 2U);
  EXPECT_EQ(running.rate_bytes_per_second, 12);

  clock_.advance(5s);
  ASSERT_TRUE(queue_->succeed(taken->lease, R"({"rows":7})"));
  const Job ended = job(id);
  EXPECT_EQ(ended.state, JobState::kSucceeded);
  EXPECT_EQ(ended.result, R"({"rows":7})");
  EXPECT_EQ(ended.finished_at, clock_.now());
  EXPECT_FALSE(ended.lease_until);
  EXPECT_FALSE(ended.error);
  EXPECT_THAT(story(id), ElementsAre("state: queued by ada", "state: taken up by worker w1 (attempt 1)",
                                     "warning: a file is missing", "state: succeeded"));
}

TEST_P(JobQueueTest, AnErrorIsKeptWithItsHint) {
  const std::string id = enqueue(backup_of("acme"));
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  ASSERT_TRUE(queue_->end_with_error(taken->lease, Error{ErrorCode::kSource, "no table a", "make it"}));
  const Job ended = job(id);
  EXPECT_EQ(ended.state, JobState::kFailed);
  ASSERT_TRUE(ended.error);
  EXPECT_EQ(ended.error->code, ErrorCode::kSource);
  EXPECT_EQ(to_string(*ended.error), "no table a\n  hint: make it");
}

TEST_P(JobQueueTest, AnErrorAboutAnOddNameEndsItsJobAllTheSame) {
  const std::string id = enqueue(backup_of("acme"));
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  const std::string odd("caf\xe9 \0 x", 8);
  EXPECT_TRUE(queue_->report(taken->lease, {odd, 1, 2, 3, 4}, 0));
  EXPECT_TRUE(queue_->add_event(taken->lease, "warning", odd));
  EXPECT_EQ(code_of(queue_->succeed(taken->lease, odd)), ErrorCode::kInvalidArgument);
  ASSERT_TRUE(queue_->end_with_error(taken->lease, Error{ErrorCode::kSource, odd, std::string(9000, 'h')}));
  EXPECT_EQ(job(id).error->message, "caf? ? x");
  EXPECT_LT(job(id).error->hint.size(), 5000U);
}

TEST_P(JobQueueTest, AUniqueKeyIsTakenForEver) {
  Job run = backup_of("acme");
  run.unique_key = "nightly/2026-11-23T01:00";
  const std::string id = enqueue(run);
  EXPECT_EQ(code_of(queue_->enqueue(run)), ErrorCode::kAlreadyExists);
  EXPECT_EQ(queue_->job_of_key(run.unique_key), id);
  EXPECT_EQ(code_of(queue_->job_of_key("another")), ErrorCode::kNotFound);

  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  ASSERT_TRUE(queue_->succeed(taken->lease, "{}"));
  clock_.advance(48h);
  ASSERT_TRUE(queue_->sweep(24h));
  EXPECT_EQ(code_of(queue_->job(id)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(queue_->enqueue(run)), ErrorCode::kAlreadyExists);

  enqueue(backup_of("acme"));
  enqueue(backup_of("acme"));  // without a key: any number
}

TEST_P(JobQueueTest, OneJobOfSomeKindsAtATime) {
  const auto ask = [&](JobKind kind, const std::string& project, const std::string& branch) {
    Job wanted = backup_of(project);
    wanted.kind = kind;
    wanted.branch = branch;
    const auto outcome = queue_->enqueue_alone(wanted, {JobKind::kRestore, JobKind::kUndo});
    EXPECT_TRUE(outcome) << to_string(outcome.error());
    return outcome.value_or(JobQueue::Enqueued{});
  };
  const std::string first = ask(JobKind::kRestore, "acme", "main").id;
  EXPECT_EQ(job(first).state, JobState::kQueued);
  clock_.advance(1s);
  const auto refused = ask(JobKind::kUndo, "acme", "main");
  EXPECT_EQ(refused.id, "");
  ASSERT_TRUE(refused.in_the_way);
  EXPECT_EQ(refused.in_the_way->id, first);
  EXPECT_EQ(refused.in_the_way->kind, JobKind::kRestore);
  EXPECT_FALSE(ask(JobKind::kRestore, "acme", "stage").in_the_way) << "another branch";
  EXPECT_FALSE(ask(JobKind::kRestore, "globex", "main").in_the_way) << "another project";
  enqueue(backup_of("initech"));
  EXPECT_FALSE(ask(JobKind::kRestore, "initech", "main").in_the_way) << "another kind";
  EXPECT_TRUE(ask(JobKind::kUndo, "acme", "").in_the_way) << "without a branch it is of the project";

  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  ASSERT_EQ(taken->job.id, first);
  EXPECT_EQ(ask(JobKind::kUndo, "acme", "main").in_the_way->state, JobState::kRunning);
  ASSERT_TRUE(queue_->succeed(taken->lease, "{}"));
  EXPECT_FALSE(ask(JobKind::kUndo, "acme", "main").in_the_way);
}

TEST_P(JobQueueTest, WhatNobodyCouldTakeIsRefused) {
  Job nowhere = backup_of("acme");
  nowhere.region = "";
  EXPECT_EQ(code_of(queue_->enqueue(nowhere)), ErrorCode::kInvalidArgument);
  Job large = backup_of("acme");
  large.parameters = std::string(2U << 20U, 'x');
  EXPECT_EQ(code_of(queue_->enqueue(large)), ErrorCode::kInvalidArgument);
  Job known = backup_of("acme");
  known.id = enqueue(backup_of("acme"));
  EXPECT_EQ(code_of(queue_->enqueue(known)), ErrorCode::kAlreadyExists);
}

TEST_P(JobQueueTest, OnlyWhatIsReadyInTheRegionIsOffered) {
  Job later = backup_of("later");
  later.not_before = clock_.now() + 10min;
  enqueue(later);
  Job elsewhere = backup_of("elsewhere");
  elsewhere.region = "asia-east1";
  enqueue(elsewhere);
  EXPECT_FALSE(take("w1"));
  EXPECT_TRUE(queue_->waiting("europe-west1")->empty());
  clock_.advance(10min);
  ASSERT_EQ(queue_->waiting("europe-west1")->size(), 1U);
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->job.project, "later");
  EXPECT_EQ(queue_->running()->size(), 1U);
}

TEST_P(JobQueueTest, TheChoiceSeesWhatWaitsAndRunsAndDecides) {
  const std::string first = enqueue(backup_of("acme"));
  clock_.advance(1s);
  const std::string second = enqueue(backup_of("bolt"));
  clock_.advance(1s);
  Job urgent_job = backup_of("crux");
  urgent_job.priority = JobPriority::kRestore;
  const std::string urgent = enqueue(urgent_job);

  const auto choose_second = [&](const std::vector<Job>& queued, const std::vector<Job>& running) {
    EXPECT_EQ(queued.size(), 3U);
    EXPECT_EQ(queued.at(0).id, urgent) << "the more urgent first, then the older";
    EXPECT_EQ(queued.at(1).id, first);
    EXPECT_EQ(queued.at(1).project, "acme");
    EXPECT_EQ(queued.at(1).database_server, "db1");
    EXPECT_TRUE(running.empty());
    return std::vector<std::string>{"jb_gone", second, first};
  };
  const auto taken = queue_->take("w1", "europe-west1", choose_second);
  ASSERT_TRUE(taken && *taken);
  EXPECT_EQ((*taken)->job.id, second);

  const auto choose_none = [&](const std::vector<Job>& queued, const std::vector<Job>& running) {
    EXPECT_EQ(queued.size(), 2U);
    EXPECT_EQ(running.size(), 1U);
    EXPECT_EQ(running.at(0).worker, "w1");
    return std::vector<std::string>{};
  };
  const auto none = queue_->take("w2", "europe-west1", choose_none);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST_P(JobQueueTest, PagesAndFilters) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    clock_.advance(1s);
    ids.push_back(enqueue(backup_of(i % 2 == 0 ? "acme" : "bolt")));
  }
  const auto first = queue_->jobs({}, 2);
  ASSERT_TRUE(first && first->items.size() == 2U);
  EXPECT_EQ(first->items[0].id, ids[4]);
  const auto second = queue_->jobs({}, 2, first->next);
  ASSERT_TRUE(second && second->items.size() == 2U);
  EXPECT_EQ(second->items[0].id, ids[2]);
  const auto third = queue_->jobs({}, 2, second->next);
  ASSERT_TRUE(third && third->items.size() == 1U);
  EXPECT_TRUE(third->next.empty());

  EXPECT_EQ(queue_->jobs({.project = "bolt"}, 10)->items.size(), 2U);
  EXPECT_EQ(queue_->jobs({.branch = "other"}, 10)->items.size(), 0U);
  EXPECT_EQ(queue_->jobs({.kinds = {JobKind::kDrill}}, 10)->items.size(), 0U);
  ASSERT_TRUE(queue_->request_cancel(ids[0], "ada"));
  EXPECT_EQ(queue_->jobs({.state = JobState::kCancelled}, 10)->items.size(), 1U);
  EXPECT_EQ(queue_->jobs({.active = true}, 10)->items.size(), 4U);
}

TEST_P(JobQueueTest, CountsOfAllProjects) {
  const Instant start = clock_.now();
  for (const char* project : {"acme", "globex", "acme", "acme"}) enqueue(backup_of(project));
  const std::optional<TakenJob> fails = take("w1");
  ASSERT_TRUE(queue_->end_with_error(fails->lease, Error{ErrorCode::kSource, "no", ""}));
  const std::optional<TakenJob> succeeds = take("w1");
  ASSERT_TRUE(queue_->succeed(succeeds->lease, "{}"));
  ASSERT_TRUE(take("w1"));
  const auto counts = queue_->counts(start);
  ASSERT_TRUE(counts) << to_string(counts.error());
  EXPECT_EQ(counts->queued, 1);
  EXPECT_EQ(counts->running, 1);
  EXPECT_EQ(counts->failed, 1);
  EXPECT_EQ(queue_->counts(start + 1s)->failed, 0);
}

TEST_P(JobQueueTest, NewsSinceTheLastLook) {
  const std::string id = enqueue(backup_of("acme"));
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  const auto first = queue_->news(id, 0);
  ASSERT_TRUE(first && first->events.size() == 2U);
  EXPECT_TRUE(queue_->news(id, first->events.back().sequence)->events.empty());
  ASSERT_TRUE(queue_->add_events(
      taken->lease, {{0, clock_.now(), "phase", "Reading"}, {0, clock_.now(), "phase", "Writing"}}));
  ASSERT_TRUE(queue_->succeed(taken->lease, "{}"));
  const auto rest = queue_->news(id, first->events.back().sequence);
  ASSERT_TRUE(rest && rest->events.size() == 3U);
  EXPECT_EQ(rest->events[1].text, "Writing");
  EXPECT_EQ(rest->events[2].sequence, 5);
  EXPECT_EQ(rest->job.state, JobState::kSucceeded);
  EXPECT_EQ(code_of(queue_->news("jb_gone", 0)), ErrorCode::kNotFound);
}

TEST_P(JobQueueTest, AFloodOfWarningsIsBoundedAndTheEndStillTold) {
  const std::string id = enqueue(backup_of("acme"));
  const std::optional<TakenJob> taken = take("w1");
  ASSERT_TRUE(taken);
  const std::vector<JobEvent> flood(1500, {0, clock_.now(), "warning", "again"});
  ASSERT_TRUE(queue_->add_events(taken->lease, flood));
  ASSERT_TRUE(queue_->add_events(taken->lease, flood));
  ASSERT_TRUE(queue_->succeed(taken->lease, "{}"));
  const auto tail = queue_->events(id, 1998);
  ASSERT_TRUE(tail && tail->size() == 3U);
  EXPECT_EQ(tail->at(1).text, "more than 2000 events: the rest is not kept");
  EXPECT_EQ(tail->at(2).text, "succeeded");
}

TEST_P(JobQueueTest, WorkersAreSeenAndLeave) {
  const WorkerRecord one{"w1", "europe-west1", "1.0", clock_.now(), clock_.now(), 2};
  ASSERT_TRUE(queue_->seen(one));
  clock_.advance(10s);
  ASSERT_TRUE(queue_->seen({"w2", "asia-east1", "1.0", clock_.now(), clock_.now(), 0}));
  ASSERT_TRUE(queue_->seen({"w1", "europe-west1", "1.0", one.started_at, clock_.now(), 1}));
  const auto both = queue_->workers();
  ASSERT_TRUE(both && both->size() == 2U);
  EXPECT_EQ(both->at(0).running_jobs, 1);
  EXPECT_EQ(both->at(0).started_at, one.started_at);
  EXPECT_EQ(both->at(0).seen_at, clock_.now());
  ASSERT_TRUE(queue_->left("w2"));
  EXPECT_EQ(queue_->workers()->size(), 1U);
  clock_.advance(48h);
  ASSERT_TRUE(queue_->sweep(24h));
  EXPECT_TRUE(queue_->workers()->empty());
}

TEST_P(JobQueueTest, SweepingLeavesWhatIsYoungOrNotOver) {
  const std::string waits = enqueue(backup_of("acme"));
  std::vector<std::string> over;
  for (int i = 0; i < 150; ++i) {  // more than one transaction removes
    over.push_back(enqueue(backup_of("acme")));
    ASSERT_TRUE(queue_->request_cancel(over.back(), "ada"));
  }
  clock_.advance(48h);
  const std::string young = enqueue(backup_of("acme"));
  ASSERT_TRUE(queue_->request_cancel(young, "ada"));
  ASSERT_TRUE(queue_->sweep(24h));
  const auto left = queue_->jobs({}, 500);
  ASSERT_TRUE(left && left->items.size() == 2U);
  EXPECT_EQ(left->items[0].id, young);
  EXPECT_EQ(left->items[1].id, waits);
  EXPECT_TRUE(queue_->events(over[0], 0)->empty());
}

}  // namespace
}  // namespace skyhold
