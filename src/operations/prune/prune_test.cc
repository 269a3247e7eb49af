#include "operations/prune/prune.h"

#include <atomic>

#include <gtest/gtest.h>

#include "base/log.h"
#include "repository/lock.h"
#include "tests/support/sample_repository.h"

namespace skyhold {
namespace {

using std::chrono::hours;

constexpr std::size_t kBlob = 65536;

// Three stores in memory and a clock that is moved by hand.
class PruneTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { empty = quick_empty_repository(master_key); }
  void SetUp() override {
    for (const auto& store : stores) store->set_objects(empty);
    repository = open();
  }

  std::unique_ptr<Repository> open() const {
    auto opened = Repository::open({stores[0], stores[1], stores[2]}, master_key);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  // From now on the third copy lets go of what is removed a week later.
  std::shared_ptr<DelayedRemovalStore> open_with_late_copy(const std::shared_ptr<ManualClock>& late_clock) {
    auto late = std::make_shared<DelayedRemovalStore>(stores[2], hours(24 * 7), late_clock);
    repository = *Repository::open({stores[0], stores[1], late}, master_key);
    return late;
  }
  Result<PruneResult> prune(PruneOptions options = {}) {
    options.lock_timing.settle = std::chrono::milliseconds(1);
    return run_prune(*repository, options, clock, progress, CancelToken());
  }
  PruneResult prune_now() {
    const auto result = prune({.grace = std::chrono::seconds(0), .max_unused_share = 0});
    EXPECT_TRUE(result) << to_string(result.error());
    return result.value_or(PruneResult{});
  }
  void forget(const Snapshot& snapshot) {
    ASSERT_TRUE(repository->copies().remove_everywhere(object_name(FileKind::kSnapshot, snapshot.id)));
  }
  void every_copy_reads_back_alone() const {
    for (const auto& store : stores) {
      const Status read = LoneCopyReader(store, repository->key()).read_all();
      ASSERT_TRUE(read) << store->location() << ": " << read.error().message;
    }
  }
  void copies_are_equal() const {
    EXPECT_EQ(stores[0]->objects(), stores[1]->objects());
    EXPECT_EQ(stores[0]->objects(), stores[2]->objects());
  }
  // Half of the first backup's blobs are used by the second as well.
  std::pair<Snapshot, Snapshot> two_backups() const {
    const std::string common = noise(1, 8 * kBlob);
    return {back_up(*repository, {{"common", common}, {"old", noise(2, 8 * kBlob)}}),
            back_up(*repository, {{"common", common}, {"new", noise(3, 4 * kBlob)}})};
  }

  static inline const MasterKey master_key = MasterKey::random();
  static inline std::map<std::string, Bytes> empty;
  std::vector<ScriptedStorePtr> stores{std::make_shared<ScriptedStore>("memory:a"),
                                       std::make_shared<ScriptedStore>("memory:b"),
                                       std::make_shared<ScriptedStore>("memory:c")};
  std::unique_ptr<Repository> repository;
  ManualClock clock{*parse_rfc3339("2026-11-23T02:00:00Z")};
  SilentProgress progress;
};

TEST_F(PruneTest, FindsNothingToDoInAFreshRepositoryOrAfterOneBackup) {
  EXPECT_EQ(prune_now().packs_total, 0U);
  back_up(*repository, {{"a", noise(1, kBlob)}});
  const auto before = stores[0]->objects();
  const PruneResult result = prune_now();
  EXPECT_EQ(result.packs_total, 2U) << "one of data, one of trees";
  EXPECT_EQ(result.packs_deleted, 0U);
  EXPECT_EQ(stores[0]->objects(), before);
}

TEST_F(PruneTest, MarksFirstAndDeletesAfterTheGracePeriod) {
  forget(back_up(*repository, {{"a", noise(1, 4 * kBlob)}}));
  const auto packs = stores[0]->count("data/");

  auto marked = prune();
  ASSERT_TRUE(marked) << to_string(marked.error());
  EXPECT_EQ(marked->packs_marked, packs);
  EXPECT_GT(marked->bytes_marked, 4 * kBlob);
  EXPECT_EQ(marked->packs_deleted, 0U);
  EXPECT_EQ(stores[0]->count("data/"), packs);

  clock.advance(hours(23));
  EXPECT_EQ(prune()->packs_deleted, 0U);
  clock.advance(hours(1));
  const auto deleted = prune();
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->packs_deleted, packs);
  EXPECT_EQ(deleted->bytes_deleted, marked->bytes_marked);
  for (const auto& store : stores) EXPECT_EQ(store->count("data/"), 0U);
  EXPECT_EQ(stores[0]->count("index/"), 0U) << "nothing is left to be named";
  EXPECT_EQ(stores[0]->count("locks/"), 0U);
}

TEST_F(PruneTest, RepacksWhatIsStillUsedAndKeepsEveryCopyReadable) {
  const auto [old_backup, new_backup] = two_backups();
  forget(old_backup);
  const auto before = stores[0]->objects();
  const PruneResult result = prune_now();
  EXPECT_GT(result.packs_repacked, 0U);
  EXPECT_GT(result.bytes_deleted, 8 * kBlob);
  every_copy_reads_back_alone();
  copies_are_equal();
  const auto again = prune_now();
  EXPECT_EQ(again.packs_repacked + again.packs_deleted + again.packs_marked, 0U) << "once is enough";
}

TEST_F(PruneTest, LittleWasteIsLeftAlone) {
  const Snapshot old_backup = back_up(*repository, {{"a", noise(1, 60 * kBlob)}, {"b", noise(2, kBlob)}});
  back_up(*repository, {{"a", noise(1, 60 * kBlob)}});
  forget(old_backup);
  const auto result = prune({.grace = std::chrono::seconds(0), .max_unused_share = 0.05});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->packs_repacked, 0U);
  EXPECT_EQ(result->packs_deleted, 1U) << "the old backup's trees";
  every_copy_reads_back_alone();
}

TEST_F(PruneTest, APackThatNoIndexNamesIsMarkedAtSightAndDeletedLater) {
  back_up(*repository, {{"a", noise(1, kBlob)}});
  const std::string orphan = object_name(FileKind::kPack, sha256(as_bytes("orphan")));
  stores[1]->overwrite(orphan, as_bytes("left by a backup that was killed"));
  EXPECT_EQ(prune()->packs_marked, 1U);
  EXPECT_TRUE(stores[1]->objects().contains(orphan));
  const auto marked = stores[1]->objects();
  EXPECT_EQ(prune()->packs_marked, 0U) << "a mark is not renewed";
  EXPECT_EQ(stores[1]->objects(), marked);
  clock.advance(hours(24));
  EXPECT_EQ(prune()->packs_deleted, 1U);
  EXPECT_FALSE(stores[1]->objects().contains(orphan));
  every_copy_reads_back_alone();
}

TEST_F(PruneTest, AMarkedPackIsRecoveredWhenASnapshotComesBack) {
  const Snapshot snapshot = back_up(*repository, {{"a", noise(1, 2 * kBlob)}});
  const std::string name = object_name(FileKind::kSnapshot, snapshot.id);
  const Bytes stored = stores[0]->objects().at(name);
  forget(snapshot);
  ASSERT_EQ(prune()->packs_marked, 2U);
  for (const auto& store : stores) store->overwrite(name, stored);
  clock.advance(hours(100));
  const auto result = prune();
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->packs_recovered, 2U);
  EXPECT_EQ(result->packs_deleted, 0U);
  every_copy_reads_back_alone();
}

TEST_F(PruneTest, SmallPacksOfManyNightsAreMerged) {
  for (std::uint64_t night = 0; night < 10; ++night) back_up(*repository, {{"a", noise(night, kBlob)}});
  EXPECT_EQ(stores[0]->count("data/"), 20U);
  prune_now();
  EXPECT_EQ(stores[0]->count("data/"), 2U);
  EXPECT_EQ(stores[0]->count("index/"), 1U);
  every_copy_reads_back_alone();
  copies_are_equal();
}

TEST_F(PruneTest, RefusesWhileACopyDoesNotAnswer) {
  forget(back_up(*repository, {{"a", noise(1, kBlob)}}));
  repository->copies().mark_failed(2, {ErrorCode::kUnavailable, "connection refused", ""});
  const auto result = prune();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(result.error().message.find("memory:c"), std::string::npos);
}

TEST_F(PruneTest, RefusesWhenACopyLacksSomethingThatIsNeededAndNamesIt) {
  const Snapshot old_backup = back_up(*repository, {{"a", noise(1, kBlob)}});
  back_up(*repository, {{"b", noise(2, kBlob)}});
  forget(old_backup);
  repository->load_index();
  const BlobHandle needed{BlobType::kData, sha256(as_bytes(noise(2, kBlob)))};
  const std::string pack = object_name(FileKind::kPack, repository->index().find(needed)->pack);
  ASSERT_TRUE(stores[1]->remove(pack));
  const auto before = stores[0]->objects();

  const auto result = prune({.grace = std::chrono::seconds(0)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(result.error().message.find(pack), std::string::npos) << result.error().message;
  EXPECT_NE(result.error().message.find("memory:b"), std::string::npos);
  EXPECT_EQ(stores[0]->objects(), before);
}

TEST_F(PruneTest, RefusesWhenASnapshotOrAnIndexFileCannotBeRead) {
  const Snapshot snapshot = back_up(*repository, {{"a", noise(1, kBlob)}});
  const auto whole = stores[0]->objects();
  for (const std::string_view prefix : {"snapshots/", "index/", "data/"}) {
    SCOPED_TRACE(prefix);
    for (const auto& store : stores) {
      store->set_objects(whole);
      for (const auto& [name, bytes] : whole) {
        if (!name.starts_with(prefix)) continue;
        Bytes damaged = bytes;
        damaged[damaged.size() / 2] ^= 1;
        damaged[40] ^= 1;
        store->overwrite(name, damaged);
      }
    }
    const auto result = prune({.grace = std::chrono::seconds(0)});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
  }
}

TEST_F(PruneTest, MendsAnIndexFileThatOneCopyLacks) {
  back_up(*repository, {{"a", noise(1, kBlob)}});
  stores[2]->remove_all("index/");
  ASSERT_TRUE(prune());
  every_copy_reads_back_alone();
  copies_are_equal();
}

TEST_F(PruneTest, IsShutOutByABackupAndShutsItOut) {
  const auto lock = RepositoryLock::acquire(repository->copies(), repository->key(), LockMode::kShared);
  ASSERT_TRUE(lock);
  EXPECT_EQ(prune().error().code, ErrorCode::kBusy);
}

TEST_F(PruneTest, CancelledItStopsWithoutHarm) {
  const auto [old_backup, new_backup] = two_backups();
  forget(old_backup);
  CancelToken cancel;
  cancel.cancel();
  const auto result = run_prune(*repository, {}, clock, progress, cancel);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  every_copy_reads_back_alone();
}

// All stores go dead together after so many changes, as when the process is killed.
class Death {
 public:
  Death(const std::vector<ScriptedStorePtr>& stores, std::size_t changes_before) : left_(changes_before) {
    for (const auto& store : stores) {
      store->script([this](StoreCall call, std::string_view) -> Status {
        if (dead_) return fail(ErrorCode::kUnavailable, "dead");
        const bool change = call == StoreCall::kPut || call == StoreCall::kRemove;
        if (change && left_.fetch_sub(1) == 0) dead_ = true;
        if (dead_) return fail(ErrorCode::kUnavailable, "dead");
        return {};
      });
    }
  }
  [[nodiscard]] bool came() const { return dead_; }

 private:
  std::atomic<std::size_t> left_;
  std::atomic<bool> dead_{false};
};

TEST_F(PruneTest, KilledAtAnyStepEverySnapshotStillRestoresAndTheNextPruneFinishes) {
  log::set_level(log::Level::kError);  // every killed run would warn of its lock
  const auto [old_backup, new_backup] = two_backups();
  forget(old_backup);
  const auto start = stores[0]->objects();
  bool survived = false;
  for (std::size_t changes = 0; !survived; ++changes) {
    SCOPED_TRACE("killed after " + std::to_string(changes) + " changes");
    for (const auto& store : stores) store->set_objects(start);
    repository = open();
    const Death death(stores, changes);
    const auto result = prune({.grace = std::chrono::seconds(0), .max_unused_share = 0});
    survived = !death.came();
    EXPECT_TRUE(result.has_value() || !survived);
    for (const auto& store : stores) {
      store->script(nullptr);
      // The lock of a process that died; lock_test.cc shows that it blocks nobody.
      store->remove_all("locks/");
    }
    every_copy_reads_back_alone();
    if (HasFatalFailure()) return;
    if (changes % 7 != 0) continue;
    repository = open();
    prune_now();
    every_copy_reads_back_alone();
    if (HasFatalFailure()) return;
  }
}

// The same on disk, judged by restic.
class PruneWithRestic : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Restic::installed()) GTEST_SKIP() << "restic is not installed";
    for (const char* name : {"a", "b"}) stores.push_back(*open_store("file://" + (scratch / name).string()));
    ASSERT_TRUE(Repository::init(stores, master_key, "acme"));
    repository = *Repository::open(stores, master_key);
    password = *Repository::platform_password(*stores[0], master_key);
  }
  void prune(std::chrono::seconds grace) {
    const auto result = run_prune(*repository, {.grace = grace, .max_unused_share = 0}, SystemClock(),
                                  progress, CancelToken());
    ASSERT_TRUE(result) << to_string(result.error());
  }
  void forget(const Snapshot& snapshot) {
    ASSERT_TRUE(repository->copies().remove_everywhere(object_name(FileKind::kSnapshot, snapshot.id)));
  }
  void restic_says(const std::string& expected, const std::string& never) {
    for (const char* name : {"a", "b"}) {
      Restic restic(scratch / name, password);
      EXPECT_EQ(restic.run("check --read-data"), 0) << restic.output;
      EXPECT_NE(restic.output.find(expected), std::string::npos) << restic.output;
      EXPECT_EQ(restic.output.find(never), std::string::npos) << restic.output;
    }
  }

  ScratchDirectory scratch;
  const MasterKey master_key = MasterKey::random();
  std::vector<ObjectStorePtr> stores;
  std::unique_ptr<Repository> repository;
  std::string password;
  SilentProgress progress;
};

TEST_F(PruneWithRestic, IsCleanOnceTheGraceIsOverAndHasOnlyAdditionalFilesBefore) {
  const Snapshot old_backup = back_up(*repository, {{"a", noise(1, 4 * kBlob)}, {"b", noise(2, 4 * kBlob)}});
  back_up(*repository, {{"a", noise(1, 4 * kBlob)}, {"c", noise(3, kBlob)}});
  forget(old_backup);
  prune(hours(24));
  restic_says("additional files were found in the repo", "error:");
  prune(std::chrono::seconds(0));
  restic_says("no errors were found", "additional files");
}

TEST_F(PruneWithRestic, WhatResticWroteAndForgotIsPrunedToo) {
  back_up(*repository, {{"a", noise(1, 2 * kBlob)}});
  // As a mirror would be: restic works on one copy, the other gets the same files.
  Restic restic(scratch / "a", password);
  std::ofstream(scratch / "first") << noise(7, 300'000);
  std::ofstream(scratch / "second") << noise(8, 300'000);
  ASSERT_EQ(restic.run("backup '" + (scratch / "first").string() + "'"), 0) << restic.output;
  ASSERT_EQ(restic.run("backup '" + (scratch / "second").string() + "'"), 0) << restic.output;
  ASSERT_EQ(restic.run("snapshots --json --path '" + (scratch / "first").string() + "'"), 0) << restic.output;
  const std::size_t id = restic.output.find("\"id\":\"");
  ASSERT_NE(id, std::string::npos) << restic.output;
  ASSERT_EQ(restic.run("forget " + restic.output.substr(id + 6, 64)), 0) << restic.output;
  std::filesystem::remove_all(scratch / "b");
  std::filesystem::copy(scratch / "a", scratch / "b", std::filesystem::copy_options::recursive);
  EXPECT_EQ(repository->snapshots()->size(), 2U);
  prune(std::chrono::seconds(0));
  restic_says("no errors were found", "additional files");
  EXPECT_EQ(repository->snapshots()->size(), 2U);
}

// What was removed by mistake, or by a thief with the key, is in the late copy for a week.
TEST_F(PruneTest, ALateCopyLetsGoAfterItsDelay) {
  const auto moved = std::make_shared<ManualClock>(clock.now());
  const auto late = open_with_late_copy(moved);
  const auto [old, kept] = two_backups();
  const auto before = stores[2]->objects();
  const PruneOptions at_once{.grace = std::chrono::seconds(0), .max_unused_share = 0, .late_copies = {late}};

  forget(old);
  const auto pruned = prune(at_once);
  ASSERT_TRUE(pruned) << to_string(pruned.error());
  EXPECT_GT(pruned->packs_deleted, 0U);
  EXPECT_EQ(pruned->objects_let_go, 0U);
  EXPECT_GT(pruned->objects_held, pruned->packs_deleted);
  for (const auto& [name, bytes] : before) EXPECT_TRUE(stores[2]->objects().contains(name)) << name;
  EXPECT_EQ(repository->snapshots()->size(), 1U);
  EXPECT_TRUE(LoneCopyReader(stores[2], repository->key()).read_all());  // as restic sees it
  EXPECT_TRUE(LoneCopyReader(late, repository->key()).read_all());

  moved->advance(hours(24 * 8));
  const auto later = prune(at_once);
  ASSERT_TRUE(later) << to_string(later.error());
  EXPECT_EQ(later->objects_let_go, pruned->objects_held);
  copies_are_equal();
  every_copy_reads_back_alone();
}

TEST_F(PruneTest, WhatALateCopyHoldsComesBackWhole) {
  const auto moved = std::make_shared<ManualClock>(clock.now());
  const auto late = open_with_late_copy(moved);
  const auto [old, kept] = two_backups();
  forget(old);
  ASSERT_TRUE(prune({.grace = std::chrono::seconds(0), .max_unused_share = 0, .late_copies = {late}}));
  EXPECT_GT(late->bring_back(moved->now() - hours(1), CancelToken()).value_or(0), 0U);
  EXPECT_EQ(repository->snapshots()->size(), 2U);
  EXPECT_TRUE(LoneCopyReader(late, repository->key()).read_all());
}

}  // namespace
}  // namespace skyhold
