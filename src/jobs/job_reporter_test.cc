#include "jobs/job_reporter.h"

#include <gmock/gmock.h>

#include "jobs/job_queue_test_support.h"

namespace skyhold {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// SQLite alone: nothing here depends on the dialect.
class JobReporterTest : public JobQueueTestBase {
 protected:
  void SetUp() override {
    JobQueueTestBase::SetUp();
    id_ = enqueue(backup_of("acme"));
    lease_ = take("w1")->lease;
  }
  Status flush(double at_seconds) { return reporter_.flush(*queue_, lease_, at_seconds); }
  std::vector<std::string> told() {
    std::vector<std::string> lines = story(id_);
    lines.erase(lines.begin(), lines.begin() + 2);  // queued, taken up
    return lines;
  }

  std::string id_;
  JobLease lease_;
  JobReporter reporter_{clock_, 0};
};
INSTANTIATE_TEST_SUITE_P(Database, JobReporterTest, ::testing::Values(SqlDialect::kSqlite), dialect_name);

TEST_P(JobReporterTest, PhasesAndWarningsBecomeEventsInOrder) {
  reporter_.report({"Reading", 1, 100, 0, 0});
  reporter_.warn("a file is missing");
  reporter_.report({"Reading", 50, 100, 0, 0});
  reporter_.report({"Writing", 60, 100, 0, 0});
  reporter_.event("note", "hello");
  EXPECT_THAT(told(), IsEmpty()) << "it waited for the database";
  ASSERT_TRUE(flush(1));
  EXPECT_THAT(told(),
              ElementsAre("phase: Reading", "warning: a file is missing", "phase: Writing", "note: hello"));
  EXPECT_EQ(job(id_).progress.done_bytes, 60U);
  ASSERT_TRUE(flush(2));
  EXPECT_EQ(told().size(), 4U);
}

TEST_P(JobReporterTest, TheFirstWriteHasARateAndItFallsWhenNothingIsReported) {
  reporter_.report({"Reading", 10'000, 0, 0, 0});
  ASSERT_TRUE(flush(2));
  EXPECT_EQ(job(id_).rate_bytes_per_second, 5000);
  ASSERT_TRUE(flush(30));
  EXPECT_LT(job(id_).rate_bytes_per_second, 500);
}

TEST_P(JobReporterTest, WhatCouldNotBeWrittenIsWrittenLater) {
  BreakableDatabase database(*database_);
  const std::unique_ptr<JobQueue> queue = open_queue(database);
  reporter_.warn("one");
  reporter_.report({"Reading", 7, 0, 0, 0});
  database.break_down();
  EXPECT_EQ(code_of(reporter_.flush(*queue, lease_, 1)), ErrorCode::kUnavailable);
  reporter_.warn("two");
  database.mend();
  ASSERT_TRUE(reporter_.flush(*queue, lease_, 2));
  EXPECT_THAT(told(), ElementsAre("warning: one", "phase: Reading", "warning: two"));
  EXPECT_EQ(job(id_).progress.done_bytes, 7U);
}

TEST_P(JobReporterTest, AFloodIsCountedNotKept) {
  for (int i = 0; i < 800; ++i) reporter_.warn("again");
  ASSERT_TRUE(flush(1));
  EXPECT_EQ(queue_->events(id_, 0, 1000)->size(), 2U + 500U + 1U);
  const auto last = queue_->events(id_, 502);
  ASSERT_TRUE(last && last->size() == 1U);
  EXPECT_THAT(last->at(0).text, HasSubstr("300 more events"));
}

}  // namespace
}  // namespace skyhold
