#include "operations/prune/forget.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "repository/lock.h"
#include "tests/support/sample_repository.h"

namespace skyhold {
namespace {

class ForgetTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { empty = quick_empty_repository(master_key); }
  void SetUp() override {
    for (const auto& store : stores) store->set_objects(empty);
    repository = *Repository::open({stores[0], stores[1]}, master_key);
  }

  Snapshot back_up_on(const std::string& time, const std::string& branch = "production",
                      const std::string& kind = "automatic") const {
    return back_up(*repository, {{"a", branch + time}},
                   {.branch = branch, .kind = kind, .time = *parse_rfc3339(time)});
  }
  std::size_t stored() const { return stores[0]->count("snapshots/"); }
  static std::size_t kept(const std::vector<ForgetDecision>& decisions) {
    return static_cast<std::size_t>(std::count_if(decisions.begin(), decisions.end(),
                                                  [](const ForgetDecision& one) { return one.keep; }));
  }

  static inline const MasterKey master_key = MasterKey::random();
  static inline std::map<std::string, Bytes> empty;
  std::vector<ScriptedStorePtr> stores{std::make_shared<ScriptedStore>("memory:a"),
                                       std::make_shared<ScriptedStore>("memory:b")};
  std::unique_ptr<Repository> repository;
};

TEST_F(ForgetTest, KeepsByDayInPlatformTimeAndRemovesFromEveryCopy) {
  back_up_on("2026-11-20T23:30:00Z");  // in Brussels the 21st
  back_up_on("2026-11-21T01:00:00Z");
  back_up_on("2026-11-22T01:00:00Z", "production", "manual");
  const auto decisions =
      run_forget(*repository, {.policy = RetentionPolicy{7, 0, 0}, .time_zone = "Europe/Brussels"});
  ASSERT_TRUE(decisions) << to_string(decisions.error());
  EXPECT_EQ(decisions->size(), 3U);
  EXPECT_EQ(kept(*decisions), 2U);
  for (const auto& store : stores) {
    EXPECT_EQ(store->count("snapshots/"), 2U);
    EXPECT_EQ(store->count("locks/"), 0U);
  }
}

TEST_F(ForgetTest, EachBranchHasItsOwnRules) {
  back_up_on("2026-11-01T01:00:00Z", "production");
  back_up_on("2026-11-02T01:00:00Z", "production");
  back_up_on("2026-10-01T01:00:00Z", "staging");
  const auto decisions = run_forget(*repository, {.policy = RetentionPolicy{1, 0, 0}});
  ASSERT_TRUE(decisions);
  EXPECT_EQ(kept(*decisions), 2U);
}

TEST_F(ForgetTest, KeepingNothingStillKeepsTheNewestOfEachBranch) {
  back_up_on("2026-11-01T01:00:00Z");
  const Snapshot newest = back_up_on("2026-11-02T01:00:00Z");
  const auto decisions = run_forget(*repository, {.policy = RetentionPolicy{0, 0, 0}});
  ASSERT_TRUE(decisions);
  ASSERT_EQ(stored(), 1U);
  EXPECT_EQ(repository->find_snapshot("latest")->id, newest.id);
}

TEST_F(ForgetTest, ADryRunDecidesAndTouchesNothing) {
  back_up_on("2026-11-01T01:00:00Z");
  back_up_on("2026-11-02T01:00:00Z");
  const auto before = stores[0]->objects();
  const auto lock = RepositoryLock::acquire(repository->copies(), repository->key(), LockMode::kShared);
  const auto decisions = run_forget(*repository, {.policy = RetentionPolicy{1, 0, 0}, .dry_run = true});
  ASSERT_TRUE(decisions);
  EXPECT_EQ(kept(*decisions), 1U);
  EXPECT_EQ(stored(), 2U);
}

TEST_F(ForgetTest, ByNameItTakesWhatWasNamedAndNothingElse) {
  const Snapshot first = back_up_on("2026-11-01T01:00:00Z");
  back_up_on("2026-11-02T01:00:00Z");
  const auto decisions = run_forget(*repository, {.snapshots = {first.id.hex().substr(0, 12)}});
  ASSERT_TRUE(decisions) << to_string(decisions.error());
  EXPECT_EQ(kept(*decisions), 1U);
  EXPECT_EQ(stored(), 1U);
  EXPECT_FALSE(repository->find_snapshot(first.id.hex()));
}

TEST_F(ForgetTest, TheLastBackupOfABranchIsNotForgotten) {
  const Snapshot production = back_up_on("2026-11-01T01:00:00Z");
  const Snapshot first = back_up_on("2026-11-01T02:00:00Z", "staging");
  const Snapshot second = back_up_on("2026-11-02T02:00:00Z", "staging");
  const auto one = run_forget(*repository, {.snapshots = {production.id.hex()}});
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(one.error().message.find("branch production of project acme"), std::string::npos);
  EXPECT_FALSE(run_forget(*repository, {.snapshots = {first.id.hex(), second.id.hex()}}));
  EXPECT_EQ(stored(), 3U);
}

TEST_F(ForgetTest, AsksForOneThingAtATime) {
  EXPECT_EQ(run_forget(*repository, {}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(run_forget(*repository, {.policy = RetentionPolicy{}, .snapshots = {"abcd"}}).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(run_forget(*repository, {.snapshots = {"0000"}}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(run_forget(*repository, {.policy = RetentionPolicy{}, .time_zone = "Mars/Base"}).error().code,
            ErrorCode::kInvalidArgument);
}

TEST_F(ForgetTest, ASnapshotThatCannotBeReadIsLeftAlone) {
  back_up_on("2026-11-01T01:00:00Z");
  back_up_on("2026-11-02T01:00:00Z");
  const std::string odd = object_name(FileKind::kSnapshot, sha256(as_bytes("odd")));
  for (const auto& store : stores) store->overwrite(odd, as_bytes("odd"));
  ASSERT_TRUE(run_forget(*repository, {.policy = RetentionPolicy{0, 0, 0}}));
  EXPECT_TRUE(stores[1]->objects().contains(odd));
  EXPECT_EQ(stored(), 2U);
}

TEST_F(ForgetTest, RefusesWhileABackupRunsOrACopyDoesNotAnswer) {
  back_up_on("2026-11-01T01:00:00Z");
  {
    const auto lock = RepositoryLock::acquire(repository->copies(), repository->key(), LockMode::kShared);
    EXPECT_EQ(run_forget(*repository, {.policy = RetentionPolicy{}}).error().code, ErrorCode::kBusy);
  }
  repository->copies().mark_failed(1, {ErrorCode::kUnavailable, "connection refused", ""});
  EXPECT_EQ(run_forget(*repository, {.policy = RetentionPolicy{}}).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace skyhold
