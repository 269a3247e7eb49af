// Our locks and those of Debian's restic, side by side in one repository.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "repository/lock.h"
#include "tests/support/sample_repository.h"

namespace skyhold {
namespace {

class LockWithRestic : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Restic::installed()) GTEST_SKIP() << "restic is not installed";
    stores = {*open_store("file://" + (scratch / "a").string())};
    ASSERT_TRUE(Repository::init(stores, master_key, "acme"));
    repository = *Repository::open(stores, master_key);
    password = *Repository::platform_password(*stores[0], master_key);
    std::ofstream(scratch / "password") << password;
  }
  Result<std::unique_ptr<RepositoryLock>> acquire(LockMode mode) {
    return RepositoryLock::acquire(repository->copies(), repository->key(), mode);
  }
  [[nodiscard]] std::size_t locks() const {
    std::size_t count = 0;
    EXPECT_TRUE(stores[0]->list("locks/", [&](const ObjectInfo&) -> Status {
      ++count;
      return {};
    }));
    return count;
  }

  ScratchDirectory scratch;
  const MasterKey master_key = MasterKey::random();
  std::vector<ObjectStorePtr> stores;
  std::unique_ptr<Repository> repository;
  std::string password;
};

TEST_F(LockWithRestic, OursHoldsResticOffAndOutlivesItsUnlock) {
  Restic restic(scratch / "a", password);
  {
    const auto shared = acquire(LockMode::kShared);
    ASSERT_TRUE(shared) << shared.error().message;
    EXPECT_EQ(restic.run("snapshots"), 0) << restic.output;
    EXPECT_NE(restic.run("prune"), 0);
    EXPECT_NE(restic.output.find("already locked"), std::string::npos) << restic.output;
    EXPECT_EQ(restic.run("unlock"), 0) << restic.output;
    EXPECT_EQ(locks(), 1U) << "restic asked whether we live, and we do";
  }
  {
    const auto exclusive = acquire(LockMode::kExclusive);
    ASSERT_TRUE(exclusive) << exclusive.error().message;
    EXPECT_NE(restic.run("snapshots"), 0);
    EXPECT_NE(restic.output.find("locked exclusively"), std::string::npos) << restic.output;
  }
  EXPECT_EQ(locks(), 0U);
  EXPECT_EQ(restic.run("prune"), 0) << restic.output;
}

TEST_F(LockWithRestic, ItsLockHoldsUsOffWhileItRunsAndNotWhenItWasKilled) {
  // A backup of standard input lasts for as long as somebody may write to it: we do.
  const std::string fifo = (scratch / "input").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int writer = open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(writer, 0);
  const std::string command = "restic --no-cache -q --password-file '" + (scratch / "password").string() +
                              "' -r '" + (scratch / "a").string() + "' backup --stdin <'" + fifo +
                              "' >/dev/null 2>&1 & echo $! >'" + (scratch / "pid").string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  for (int i = 0; i < 3000 && locks() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_EQ(locks(), 1U);

  EXPECT_TRUE(acquire(LockMode::kShared));
  const auto refused = acquire(LockMode::kExclusive);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBusy);
  std::string pid;
  std::ifstream(scratch / "pid") >> pid;
  EXPECT_NE(refused.error().message.find("process " + pid + " on"), std::string::npos)
      << refused.error().message;

  ASSERT_EQ(kill(std::stoi(pid), SIGKILL), 0);
  Result<std::unique_ptr<RepositoryLock>> freed = acquire(LockMode::kExclusive);
  for (int i = 0; i < 1000 && !freed; ++i) {  // until the kernel has ended it
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    freed = acquire(LockMode::kExclusive);
  }
  EXPECT_TRUE(freed) << freed.error().message;
  close(writer);
}

}  // namespace
}  // namespace skyhold
