#include "repository/lock_file.h"

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace skyhold {
namespace {

using std::chrono::minutes;

const Instant kNow = *parse_rfc3339("2026-11-23T01:00:00Z");

class FakeProcesses final : public ProcessTable {
 public:
  std::string name = "web1";
  std::int64_t living_pid = 0;
  ProcessIdentity living{"boot", "4026531836", "1000"};

  std::string hostname() const override { return name; }
  bool exists(std::int64_t pid) const override { return pid == living_pid; }
  ProcessIdentity identity(std::int64_t) const override { return living; }
};

LockFile lock_of(std::int64_t pid, const std::string& hostname, minutes age) {
  LockFile lock;
  lock.time = kNow - age;
  lock.hostname = hostname;
  lock.pid = pid;
  return lock;
}

TEST(LockFile, WhatIsWrittenIsReadAgain) {
  LockFile lock = lock_of(4242, "web1", minutes(0));
  lock.exclusive = true;
  lock.username = "odoo";
  lock.uid = 107;
  lock.gid = 110;
  lock.process = "boot 1 2";
  const auto read = decode_lock(encode_lock(lock));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->time, lock.time);
  EXPECT_TRUE(read->exclusive);
  EXPECT_EQ(read->hostname, "web1");
  EXPECT_EQ(read->username, "odoo");
  EXPECT_EQ(read->pid, 4242);
  EXPECT_EQ(read->uid, 107U);
  EXPECT_EQ(read->gid, 110U);
  EXPECT_EQ(read->process, "boot 1 2");
}

TEST(LockFile, ResticsLockIsRead) {
  const auto read = decode_lock(as_bytes(
      R"({"time":"2026-11-23T02:00:00.5+01:00","exclusive":false,"hostname":"h","username":"root","pid":7})"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->time, kNow + std::chrono::milliseconds(500));
  EXPECT_EQ(read->uid, 0U);
  EXPECT_TRUE(read->process.empty());
}

TEST(LockFile, WhatIsNotALockIsCorrupt) {
  for (const std::string_view text : {"", "[]", "{}", R"({"time":"x","exclusive":true,"pid":1})",
                                      R"({"time":"2026-11-23T01:00:00Z","pid":1})",
                                      R"({"time":"2026-11-23T01:00:00Z","exclusive":1,"pid":1})",
                                      R"({"time":"2026-11-23T01:00:00Z","exclusive":true,"pid":"1"})"}) {
    const auto read = decode_lock(as_bytes(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  }
}

TEST(LockFile, AfterHalfAnHourWithoutRefreshItIsStaleWhereverItCameFrom) {
  FakeProcesses processes;
  EXPECT_FALSE(is_stale(lock_of(7, "elsewhere", minutes(30)), kNow, processes));
  EXPECT_TRUE(is_stale(lock_of(7, "elsewhere", minutes(31)), kNow, processes));
}

TEST(LockFile, ADeadProcessOfThisHostLeavesAStaleLock) {
  FakeProcesses processes;
  processes.living_pid = 7;
  EXPECT_FALSE(is_stale(lock_of(7, "web1", minutes(1)), kNow, processes));
  EXPECT_TRUE(is_stale(lock_of(8, "web1", minutes(1)), kNow, processes));
  EXPECT_FALSE(is_stale(lock_of(8, "web2", minutes(1)), kNow, processes))
      << "of another host nothing is known";
  processes.name.clear();
  EXPECT_FALSE(is_stale(lock_of(8, "", minutes(1)), kNow, processes))
      << "two unnamed hosts need not be the same";
}

TEST(LockFile, ALaterProcessWithTheSamePidIsNotTheHolder) {
  FakeProcesses processes;
  processes.living_pid = 7;
  LockFile lock = lock_of(7, "web1", minutes(1));
  lock.process = "boot 4026531836 1000";
  EXPECT_FALSE(is_stale(lock, kNow, processes));
  lock.process = "boot 4026531836 999";
  EXPECT_TRUE(is_stale(lock, kNow, processes));
  lock.process = "another-boot 4026531836 999";
  EXPECT_FALSE(is_stale(lock, kNow, processes)) << "may be a machine of the same name";
}

TEST(LockFile, ThePidOfAnotherContainerOfThisHostSaysNothing) {
  FakeProcesses processes;
  LockFile lock = lock_of(8, "web1", minutes(1));
  lock.process = "boot 4026539999 1000";
  EXPECT_FALSE(is_stale(lock, kNow, processes));
}

TEST(LockFile, ALockFromAClockAheadOfOursIsHeld) {
  FakeProcesses processes;
  EXPECT_FALSE(is_stale(lock_of(7, "elsewhere", minutes(-600)), kNow, processes));
}

TEST(LockFile, OurOwnLockIsHeldWhileWeLiveAndStaleWhenAChildThatTookOneIsGone) {
  const ProcessTable processes;
  LockFile own = own_lock(true, kNow, processes);
  EXPECT_EQ(own.pid, getpid());
  EXPECT_FALSE(own.hostname.empty());
  EXPECT_FALSE(is_stale(own, kNow, processes));

  const pid_t child = fork();
  if (child == 0) _exit(0);
  ASSERT_GT(child, 0);
  siginfo_t ended{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  own.pid = child;
  EXPECT_TRUE(is_stale(own, kNow, processes)) << "ended, though nobody has reaped it yet";
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(is_stale(own, kNow, processes));
}

}  // namespace
}  // namespace skyhold
