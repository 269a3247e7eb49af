#include "repository/lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "repository/lock_file.h"
#include "repository/unpacked_file.h"
#include "tests/support/scripted_store.h"

namespace skyhold {
namespace {

using std::chrono::milliseconds;

constexpr LockTiming kQuick{milliseconds(2), std::chrono::hours(1)};

class RepositoryLockTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<RepositoryLock>> acquire(LockMode mode, const LockTiming& timing = kQuick) {
    return RepositoryLock::acquire(copies, key, mode, timing);
  }

  Id leave_behind(const LockFile& lock, const ScriptedStorePtr& store) {
    const Bytes bytes = encode_unpacked(key, encode_lock(lock), Compress::kYes);
    const Id id = sha256(bytes);
    store->overwrite(object_name(FileKind::kLock, id), bytes);
    return id;
  }

  static LockFile lock_elsewhere(std::chrono::minutes age, bool exclusive) {
    LockFile lock;
    lock.time = SystemClock().now() - age;
    lock.exclusive = exclusive;
    lock.hostname = "far.example";
    lock.username = "backup";
    lock.pid = 4711;
    return lock;
  }

  const CipherKey key = CipherKey::random();
  std::vector<ScriptedStorePtr> stores{std::make_shared<ScriptedStore>("memory:a"),
                                       std::make_shared<ScriptedStore>("memory:b"),
                                       std::make_shared<ScriptedStore>("memory:c")};
  Copies copies{{stores[0], stores[1], stores[2]}};
};

TEST_F(RepositoryLockTest, LiesInEveryCopyAndIsGoneAfterwards) {
  {
    const auto lock = acquire(LockMode::kShared);
    ASSERT_TRUE(lock) << lock.error().message;
    for (const auto& store : stores) EXPECT_EQ(store->count("locks/"), 1U);
    const auto objects = stores[2]->objects();
    const Id id = *id_of_object(FileKind::kLock, objects.begin()->first);
    EXPECT_EQ(sha256(objects.begin()->second), id) << "restic looks at the name";
    const auto file = decode_lock(*decode_unpacked(key, objects.begin()->second));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->pid, getpid());
    EXPECT_FALSE(file->exclusive);
  }
  for (const auto& store : stores) EXPECT_EQ(store->count("locks/"), 0U);
}

TEST_F(RepositoryLockTest, ManyReadButOneRewrites) {
  auto first = acquire(LockMode::kShared);
  ASSERT_TRUE(first);
  auto second = acquire(LockMode::kShared);
  EXPECT_TRUE(second);

  const auto exclusive = acquire(LockMode::kExclusive);
  ASSERT_FALSE(exclusive);
  EXPECT_EQ(exclusive.error().code, ErrorCode::kBusy);
  EXPECT_NE(exclusive.error().message.find(std::to_string(getpid())), std::string::npos);
  EXPECT_NE(exclusive.error().message.find("memory:a"), std::string::npos);
  EXPECT_EQ(stores[0]->count("locks/"), 2U) << "the one that was refused leaves nothing";

  first->reset();
  second->reset();
  const auto now_free = acquire(LockMode::kExclusive);
  ASSERT_TRUE(now_free);
  EXPECT_EQ(acquire(LockMode::kShared).error().code, ErrorCode::kBusy);
  EXPECT_EQ(acquire(LockMode::kExclusive).error().code, ErrorCode::kBusy);
}

TEST_F(RepositoryLockTest, ALockInOneCopyHoldsThemAll) {
  leave_behind(lock_elsewhere(std::chrono::minutes(3), true), stores[1]);
  const auto lock = acquire(LockMode::kShared);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kBusy);
  EXPECT_NE(lock.error().message.find(
                "memory:b is locked exclusively by process 4711 on far.example (user backup)"),
            std::string::npos)
      << lock.error().message;
  EXPECT_EQ(stores[0]->count("locks/"), 0U);
}

TEST_F(RepositoryLockTest, LocksThatNobodyRefreshedAreRemoved) {
  leave_behind(lock_elsewhere(std::chrono::minutes(31), true), stores[1]);
  const auto lock = acquire(LockMode::kExclusive);
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_EQ(stores[1]->count("locks/"), 1U);
}

TEST_F(RepositoryLockTest, AKilledProcessOfThisHostBlocksNobody) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  LockFile dead = own_lock(true, SystemClock().now(), ProcessTable());
  dead.pid = child;
  leave_behind(dead, stores[0]);
  EXPECT_TRUE(acquire(LockMode::kExclusive));
}

TEST_F(RepositoryLockTest, ALockThatCannotBeReadIsHeldAndNamed) {
  const std::string name = object_name(FileKind::kLock, sha256(as_bytes("x")));
  for (const std::string_view content : {"", "x", "garbage"}) {
    stores[2]->overwrite(name, as_bytes(content));
    const auto lock = acquire(LockMode::kShared);
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, ErrorCode::kBusy);
    EXPECT_NE(lock.error().message.find("memory:c"), std::string::npos);
    EXPECT_NE(lock.error().message.find(name), std::string::npos);
    EXPECT_NE(lock.error().hint.find("remove that file"), std::string::npos);
  }
}

TEST_F(RepositoryLockTest, TemporaryFilesOfOtherProgramsAreNoLocks) {
  stores[0]->overwrite("locks/abc-tmp-123", as_bytes("half"));
  EXPECT_TRUE(acquire(LockMode::kExclusive));
}

TEST_F(RepositoryLockTest, ALockThatIsReleasedWhileWeLookIsNoObstacle) {
  const Id id = leave_behind(lock_elsewhere(std::chrono::minutes(1), true), stores[0]);
  stores[0]->script([&](StoreCall call, std::string_view name) -> Status {
    if (call == StoreCall::kGet && name == object_name(FileKind::kLock, id)) {
      return fail(ErrorCode::kNotFound, "gone");
    }
    return {};
  });
  EXPECT_TRUE(acquire(LockMode::kExclusive));
}

TEST_F(RepositoryLockTest, ACopyThatCannotTakeTheLockIsLeftOut) {
  stores[1]->script([](StoreCall call, std::string_view) -> Status {
    if (call == StoreCall::kPut) return fail(ErrorCode::kPermissionDenied, "read-only");
    return {};
  });
  stores[2]->script(
      [](StoreCall, std::string_view) -> Status { return fail(ErrorCode::kUnavailable, "vanished"); });
  const auto lock = acquire(LockMode::kShared);
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_TRUE(copies.healthy(0));
  EXPECT_FALSE(copies.healthy(1));
  EXPECT_FALSE(copies.healthy(2));
}

TEST_F(RepositoryLockTest, WithNoCopyLeftThereIsNoLock) {
  for (const auto& store : stores) {
    store->script([](StoreCall call, std::string_view) -> Status {
      if (call == StoreCall::kPut) return fail(ErrorCode::kNoSpace, "full");
      return {};
    });
  }
  const auto lock = acquire(LockMode::kShared);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kNoSpace);
}

TEST_F(RepositoryLockTest, OfManyThatComeAtOnceNeverTwoHoldItExclusively) {
  std::atomic<int> holders{0};
  std::vector<std::future<void>> threads;
  for (int i = 0; i < 6; ++i) {
    threads.push_back(std::async(std::launch::async, [&] {
      const auto lock = acquire(LockMode::kExclusive, {milliseconds(20), std::chrono::hours(1)});
      if (!lock) {
        EXPECT_EQ(lock.error().code, ErrorCode::kBusy);
        return;
      }
      EXPECT_EQ(holders.fetch_add(1), 0);
      std::this_thread::sleep_for(milliseconds(5));
      holders.fetch_sub(1);
    }));
  }
  for (auto& thread : threads) thread.get();
  for (const auto& store : stores) EXPECT_EQ(store->count("locks/"), 0U);
}

TEST_F(RepositoryLockTest, TheSecondLookFindsWhoCameAtTheSameMoment) {
  const LockFile rival = lock_elsewhere(std::chrono::minutes(0), true);
  bool came = false;
  stores[0]->script([&](StoreCall call, std::string_view name) -> Status {
    if (call == StoreCall::kPut && name.starts_with("locks/") && !came) {
      came = true;
      leave_behind(rival, stores[2]);
    }
    return {};
  });
  const auto lock = acquire(LockMode::kShared);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kBusy);
  EXPECT_EQ(stores[0]->count("locks/"), 0U);
  EXPECT_EQ(stores[2]->count("locks/"), 1U) << "only the rival's";
}

// Waits for a condition that another thread brings about.
template <typename Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 2000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return false;
}

TEST_F(RepositoryLockTest, IsRefreshedByANewFileBeforeTheOldOneGoes) {
  const auto lock = acquire(LockMode::kExclusive, {milliseconds(2), milliseconds(10)});
  ASSERT_TRUE(lock);
  const std::string first = stores[0]->objects().begin()->first;
  std::atomic<bool> ever_without{false};
  stores[0]->script([&](StoreCall call, std::string_view) -> Status {
    if (call == StoreCall::kRemove && stores[0]->count("locks/") < 2) ever_without = true;
    return {};
  });
  EXPECT_TRUE(eventually([&] { return !stores[0]->objects().contains(first); }));
  EXPECT_TRUE(eventually([&] { return stores[0]->count("locks/") == 1; }));
  stores[0]->script(nullptr);
  EXPECT_FALSE(ever_without);
}

TEST_F(RepositoryLockTest, ALockThatWasForcedOpenAndTakenByAnotherIsLost) {
  const auto lock = acquire(LockMode::kShared, {milliseconds(2), milliseconds(10)});
  ASSERT_TRUE(lock);
  const LockFile rival = lock_elsewhere(std::chrono::minutes(0), true);
  stores[1]->set_objects({});
  leave_behind(rival, stores[1]);
  EXPECT_TRUE(eventually([&] { return !copies.healthy(1); }));
  EXPECT_EQ(copies.failure(1)->code, ErrorCode::kBusy);
  EXPECT_TRUE((*lock)->confirm()) << "two copies are left";
}

TEST_F(RepositoryLockTest, AnswersResticsQuestionWhetherWeLive) {
  const auto lock = acquire(LockMode::kShared);
  ASSERT_TRUE(lock);
  EXPECT_EQ(raise(SIGHUP), 0);
}

}  // namespace
}  // namespace skyhold
