// kill -9 at random instants of backup, restore and prune: no finished backup is lost, the
// branch is never broken, and the next run goes on without anybody unlocking anything.
//
// SKYHOLD_TEST_KILLS says how many kills each story gets (4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include <fmt/format.h>

#include "tests/support/fingerprint.h"
#include "tests/support/program.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

std::uint64_t kills() {
  return test_count("SKYHOLD_TEST_KILLS", 4);
}

void expect_good(const ShellOutcome& outcome) {
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
}

class Kill : public testing::Test {
 protected:
  Kill() : seed_(test_seed()), random_(seed_), branch_("kill_branch", kTables) {
    expect_good(run_shell(make_filestore(filestore(), branch_.name(), 60)));
    expect_good(skyhold_.init());
    expect_good(skyhold_.backup(branch_.name(), files()));
  }

  static constexpr std::string_view kTables = R"(
    CREATE TABLE lines (id serial PRIMARY KEY, text text);
    INSERT INTO lines (text) SELECT md5(n::text) || repeat(md5((n + 1)::text), 10) FROM generate_series(1, 30000) n;
    CREATE TABLE heads (id serial PRIMARY KEY, line int REFERENCES lines);
    INSERT INTO heads (line) SELECT n FROM generate_series(1, 1000) n;
  )";

  [[nodiscard]] std::filesystem::path filestore() const { return skyhold_.directory() / "filestore"; }
  [[nodiscard]] std::string files() const { return "--filestore " + shell_word(filestore().string()); }

  void change_branch() {
    branch_.execute("UPDATE lines SET text = md5(random()::text) || text WHERE id % 50 = " +
                    std::to_string(random_() % 50));
  }

  // Runs a command and kills it -9 after some part of `longest_seconds`.
  void run_and_kill(const std::string& arguments, double longest_seconds) {
    const double seconds = std::uniform_real_distribution<double>(0, longest_seconds)(random_);
    run_shell(fmt::format("{} {} >/dev/null 2>&1 & pid=$!; sleep {:.3f}; kill -9 $pid 2>/dev/null; wait $pid",
                          SkyholdProgram::path(), arguments, seconds));
  }

  [[nodiscard]] std::string backup_arguments() const {
    return "repo backup" + skyhold_.all_copies() + " --project shop --branch production --database " +
           shell_word(branch_.url()) + " " + files();
  }

  // Each copy alone is whole, and its newest backup comes back.
  void expect_every_copy_restores() {
    for (std::size_t copy = 0; copy < 3; ++copy) {
      SCOPED_TRACE(copy);
      expect_good(skyhold_.repo("verify --read-data", skyhold_.one_copy(copy)));
      ScratchPostgres::instance().drop_database("kill_target");
      expect_good(skyhold_.restore("kill_target", "--check full", skyhold_.one_copy(copy)));
    }
    ScratchPostgres::instance().drop_database("kill_target");
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  SkyholdProgram skyhold_;
  ScratchDatabase branch_;
};

TEST_F(Kill, ABackupLosesNothingAndBlocksNothing) {
  SCOPED_TRACE(fmt::format("SKYHOLD_TEST_SEED={}", seed_));
  for (std::uint64_t i = 0; i < kills(); ++i) {
    change_branch();
    run_and_kill(backup_arguments(), 1.5);
    if (i % 4 == 3) expect_every_copy_restores();
  }
  expect_good(skyhold_.backup(branch_.name(), files()));
  expect_every_copy_restores();
  ScratchPostgres::instance().drop_database("kill_target");
  expect_good(skyhold_.restore("kill_target"));
  EXPECT_EQ(content_text("kill_target"), content_text(branch_.name()));
  ScratchPostgres::instance().drop_database("kill_target");
}

TEST_F(Kill, ARestoreLeavesTheBranchOldOrNewAndTheNextOneCleansUp) {
  SCOPED_TRACE(fmt::format("SKYHOLD_TEST_SEED={}", seed_));
  const std::string restored = content_text(branch_.name());
  change_branch();
  const std::string changed = content_text(branch_.name());
  for (std::uint64_t i = 0; i < kills(); ++i) {
    run_and_kill("repo restore latest" + skyhold_.all_copies() + " --replace --database " +
                     shell_word(branch_.url()) + " " + files(),
                 2.0);
    const std::string now = content_text(branch_.name());
    EXPECT_TRUE(now == restored || now == changed) << "after kill " << i;
  }
  expect_good(skyhold_.restore(branch_.name(), files() + " --replace"));
  EXPECT_EQ(content_text(branch_.name()), restored);
  EXPECT_EQ(ScratchPostgres::instance().query_value(
                "postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'kill_branch_skyhold_new%'"),
            "0");
  expect_good(skyhold_.run("repo accept-restore --database " + shell_word(branch_.url()) + " " + files()));
}

TEST_F(Kill, APruneLosesNothing) {
  SCOPED_TRACE(fmt::format("SKYHOLD_TEST_SEED={}", seed_));
  for (std::uint64_t i = 0; i < kills(); ++i) {
    change_branch();
    expect_good(skyhold_.backup(branch_.name(), files()));
    expect_good(
        skyhold_.repo("forget --keep-daily 1 --keep-weekly 0 --keep-monthly 0", skyhold_.all_copies()));
    run_and_kill("repo prune --grace 0s" + skyhold_.all_copies(), 0.8);
    if (i % 4 == 3) expect_every_copy_restores();
  }
  expect_good(skyhold_.repo("prune --grace 0s", skyhold_.all_copies()));
  expect_good(skyhold_.repo("prune --grace 0s", skyhold_.all_copies()));
  expect_every_copy_restores();
  for (std::size_t copy = 0; copy < 3; ++copy) expect_good(skyhold_.restic(copy, "check --read-data"));
}

}  // namespace
}  // namespace skyhold
