// A queue over each kind of database, and clocks and databases that do as a test says.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "jobs/job_queue.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold {

// A ManualClock that threads may share.
class SharedClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant{std::chrono::nanoseconds{now_.load()}}; }
  void advance(std::chrono::nanoseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{1'795'395'600'000'000'000};  // 2026-11-23T01:00:00Z
};

// Another database, that fails when it is told to.
class BreakableDatabase final : public SqlDatabase {
 public:
  explicit BreakableDatabase(SqlDatabase& inner) : inner_(inner) {}

  void break_down() { broken_ = true; }
  void mend() { broken_ = false; }
  // The next write is done, but its caller is told that nobody knows.
  void lose_next_answer() { lose_next_answer_ = true; }
  [[nodiscard]] int refused() const { return refused_; }

  Status transact(SqlAccess access, const std::function<Status(SqlSession&)>& body) override {
    if (broken_) {
      ++refused_;
      return fail(ErrorCode::kUnavailable, "the database is away");
    }
    Status done = inner_.transact(access, body);
    if (access == SqlAccess::kReadWrite && lose_next_answer_.exchange(false)) {
      return fail(ErrorCode::kUnavailable, "the connection was lost while committing");
    }
    return done;
  }
  [[nodiscard]] SqlDialect dialect() const override { return inner_.dialect(); }
  [[nodiscard]] std::string describe() const override { return inner_.describe(); }

 private:
  SqlDatabase& inner_;
  std::atomic<bool> broken_{false};
  std::atomic<bool> lose_next_answer_{false};
  std::atomic<int> refused_{0};
};

class JobQueueTestBase : public ::testing::TestWithParam<SqlDialect> {
 protected:
  void SetUp() override {
    if (GetParam() == SqlDialect::kPostgresql) {
      url_ = shared_postgres().url();
    } else {
      directory_ = std::make_unique<ScratchDirectory>();
      url_ = "sqlite://" + (*directory_ / "jobs.db").string();
    }
    database_ = connect();
    queue_ = open_queue(*database_);
    if (GetParam() == SqlDialect::kPostgresql) {
      shared_postgres().execute("TRUNCATE jobs, job_events, job_keys, job_workers");
    }
  }
  void TearDown() override {
    queue_.reset();
    database_.reset();
  }

  // One for all tests, emptied between them: to make a database takes longer than most tests.
  static ScratchDatabase& shared_postgres() {
    static ScratchDatabase database("jobs");
    return database;
  }
  // A pool of its own, as another process has it.
  std::unique_ptr<SqlDatabase> connect() {
    Result<std::unique_ptr<SqlDatabase>> opened = open_sql_database(url_);
    if (!opened) throw std::runtime_error(to_string(opened.error()));
    return std::move(*opened);
  }
  std::unique_ptr<JobQueue> open_queue(SqlDatabase& database, const JobQueueOptions& options = {}) {
    Result<std::unique_ptr<JobQueue>> opened = JobQueue::open(database, clock_, options);
    if (!opened) throw std::runtime_error(to_string(opened.error()));
    return std::move(*opened);
  }

  static Job backup_of(const std::string& project) {
    Job job;
    job.project = project;
    job.branch = "main";
    job.region = "europe-west1";
    job.database_server = "db1";
    job.parameters = R"({"note":"x"})";
    job.created_by = "ada";
    return job;
  }
  std::string enqueue(const Job& job) {
    const Result<std::string> id = queue_->enqueue(job);
    EXPECT_TRUE(id) << to_string(id.error());
    return id.value_or("");
  }
  Job job(const std::string& id) {
    const Result<Job> found = queue_->job(id);
    EXPECT_TRUE(found) << to_string(found.error());
    return found.value_or(Job{});
  }
  std::optional<TakenJob> take(const std::string& worker) { return take_from(*queue_, worker); }
  static std::optional<TakenJob> take_from(JobQueue& queue, const std::string& worker) {
    const auto taken = queue.take(worker, "europe-west1", in_order);
    EXPECT_TRUE(taken) << to_string(taken.error());
    return taken.value_or(std::nullopt);
  }
  // The story as "kind: text" lines.
  std::vector<std::string> story(const std::string& id) {
    std::vector<std::string> lines;
    const auto events = queue_->events(id, 0);
    EXPECT_TRUE(events) << to_string(events.error());
    if (!events) return lines;
    for (const JobEvent& event : *events) lines.push_back(event.kind + ": " + event.text);
    return lines;
  }
  static std::vector<std::string> in_order(const std::vector<Job>& queued, const std::vector<Job>&) {
    std::vector<std::string> ids;
    for (const Job& each : queued) ids.push_back(each.id);
    return ids;
  }
  static bool yes(const Job&) { return true; }
  static bool no(const Job&) { return false; }

  SharedClock clock_;
  std::unique_ptr<ScratchDirectory> directory_;
  std::string url_;
  std::unique_ptr<SqlDatabase> database_;
  std::unique_ptr<JobQueue> queue_;
};

inline const auto kBothDialects = ::testing::Values(SqlDialect::kSqlite, SqlDialect::kPostgresql);
inline std::string dialect_name(const ::testing::TestParamInfo<SqlDialect>& info) {
  return info.param == SqlDialect::kSqlite ? "Sqlite" : "Postgresql";
}

// Of a Result or Status that must have failed.
template <typename Outcome>
ErrorCode code_of(const Outcome& outcome) {
  EXPECT_FALSE(outcome.has_value()) << "it succeeded";
  return outcome ? ErrorCode::kInternal : outcome.error().code;
}

}  // namespace skyhold
