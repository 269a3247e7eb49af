#include "operations/restore/job_graph.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch_postgres.h"

namespace skyhold {
namespace {

class JobGraphTest : public testing::Test {
 protected:
  std::vector<RestoreSession> sessions(int count) {
    std::vector<RestoreSession> opened;
    for (int i = 0; i < count; ++i) {
      auto session = RestoreSession::open(PgTarget::parse(database_.url()).value(), "");
      EXPECT_TRUE(session) << to_string(session.error());
      opened.push_back(std::move(*session));
    }
    return opened;
  }
  JobGraph::Work note(const std::string& name) {
    return [this, name](RestoreSession&) -> Status {
      const std::scoped_lock lock(mutex_);
      order_.push_back(name);
      return {};
    };
  }

  ScratchDatabase database_{"job_graph"};
  CancelToken cancel_;
  std::mutex mutex_;
  std::vector<std::string> order_;
};

TEST_F(JobGraphTest, RunsByPriorityAndAfterWhatIsNeeded) {
  auto one = sessions(1);
  JobGraph graph;
  const auto low = graph.add(1, note("low"));
  graph.add(2, note("middle"));
  const auto high = graph.add(3, note("high but later"));
  graph.after(high, low);
  ASSERT_TRUE(graph.run(one, cancel_));
  EXPECT_THAT(order_, testing::ElementsAre("middle", "low", "high but later"));
}

TEST_F(JobGraphTest, ExclusiveJobsNeverMeet) {
  auto four = sessions(4);
  JobGraph graph;
  std::atomic<int> running{0};
  std::atomic<int> done{0};
  for (int i = 0; i < 40; ++i) {
    graph.add(
        i,
        [&](RestoreSession& session) -> Status {
          EXPECT_EQ(++running, 1);
          TRY(session.pg().execute("SELECT 1"));
          --running;
          ++done;
          return {};
        },
        true);
    graph.add(i, [&](RestoreSession&) -> Status {
      ++done;
      return {};
    });
  }
  ASSERT_TRUE(graph.run(four, cancel_));
  EXPECT_EQ(done, 80);
}

TEST_F(JobGraphTest, TheFirstErrorEndsWhatRunsAndWhatWaits) {
  auto two = sessions(2);
  JobGraph graph;
  graph.add(2, [](RestoreSession& session) { return session.pg().execute("SELECT pg_sleep(60)"); });
  const auto bad = graph.add(1, [](RestoreSession& session) { return session.pg().execute("SELECT 1 / 0"); });
  graph.after(graph.add(3, note("never")), bad);
  const Status status = graph.run(two, cancel_);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, testing::HasSubstr("division by zero"));
  EXPECT_TRUE(order_.empty());
}

TEST_F(JobGraphTest, CancelEndsARunningStatement) {
  auto one = sessions(1);
  JobGraph graph;
  graph.add(1, [this](RestoreSession& session) {
    cancel_.cancel();
    return session.pg().execute("SELECT pg_sleep(60)");
  });
  const Status status = graph.run(one, cancel_);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
}

TEST_F(JobGraphTest, AFailedBatchNamesTheStatementAndCanHoldWhatNeedsNoTransaction) {
  auto one = sessions(1);
  const auto script = with_settings({"SET check_function_bodies = false", "CREATE TABLE public.a (id int)",
                                     "VACUUM public.a", "CREATE TABLE public.b (id int)"});
  ASSERT_EQ(script.size(), 3U);
  ASSERT_TRUE(one[0].run(script));
  EXPECT_EQ(database_.query_value("SELECT count(*) FROM pg_class WHERE relname IN ('a', 'b')"), "2");
  EXPECT_EQ(one[0].pg().query_value("SHOW check_function_bodies").value(), "off");

  const auto bad = with_settings({"CREATE TABLE public.c (id int)", "CREATE TABLE public.d (id nonsense)"});
  const Status status = one[0].run(bad);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, testing::HasSubstr("CREATE TABLE public.d"));
}

}  // namespace
}  // namespace skyhold
