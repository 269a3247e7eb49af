#include "stores/local_store.h"

#include <fstream>
#include <set>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LocalStoreTest : public testing::Test {
 protected:
  std::set<std::string> names(std::string_view prefix = "") {
    std::set<std::string> found;
    const Status listed = store_.list(prefix, [&](const ObjectInfo& info) -> Status {
      found.insert(info.name);
      return {};
    });
    EXPECT_TRUE(listed) << to_string(listed.error());
    return found;
  }
  std::size_t unfinished_files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(root_ / "tmp"), fs::directory_iterator()));
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 07777U;
  }
  static void write(const fs::path& path, std::string_view text = "x") { std::ofstream(path) << text; }

  ScratchDirectory scratch_;
  fs::path root_ = scratch_ / "store";
  LocalStore store_{root_};
};

TEST_F(LocalStoreTest, KeepsEachObjectInAFileOfItsNameThatOnlyItsOwnerReads) {
  ASSERT_TRUE(store_.put("data/ab/abcd", as_bytes("content")));
  std::string content;
  std::ifstream(root_ / "data/ab/abcd") >> content;
  EXPECT_EQ(content, "content");
  EXPECT_EQ(mode_of(root_ / "data/ab/abcd"), 0600U);
  for (const char* directory : {"", "data", "data/ab", "tmp"})
    EXPECT_EQ(mode_of(root_ / directory), 0700U) << directory;
  EXPECT_EQ(unfinished_files(), 0U);
}

TEST_F(LocalStoreTest, AMissingStoreIsNotFoundWithAWayOut) {
  for (const Result<Bytes>& read : {store_.get("config"), store_.get_range("config", 0, 1)}) {
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(read.error().message, HasSubstr("no store at file://" + root_.string()));
    EXPECT_THAT(read.error().hint, HasSubstr("repo init"));
    EXPECT_THAT(read.error().hint, HasSubstr("mounted"));
  }
  const Status listed = store_.list("", [](const ObjectInfo&) -> Status { return {}; });
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(root_)) << "reading must not make a store";
}

TEST_F(LocalStoreTest, AStoreThatVanishesIsNotMadeAnew) {
  ASSERT_TRUE(store_.put("config", as_bytes("x")));
  fs::remove_all(root_);
  for (const Status& lost : {store_.put("data/ab/abcd", as_bytes("x")), store_.remove("config"),
                             store_.list("", [](const ObjectInfo&) -> Status { return {}; })}) {
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(lost.error().hint, HasSubstr("mounted"));
  }
  EXPECT_EQ(store_.get("config").error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(fs::exists(root_));
}

TEST_F(LocalStoreTest, AReaderAloneAlsoNoticesThatTheStoreVanished) {
  ASSERT_TRUE(store_.put("config", as_bytes("x")));
  LocalStore reader(root_);
  ASSERT_TRUE(reader.get("config"));
  fs::remove_all(root_);
  EXPECT_EQ(reader.put("data/ab/abcd", as_bytes("x")).error().code, ErrorCode::kUnavailable);
}

TEST_F(LocalStoreTest, ADirectoryThatWasTidiedUpIsMadeAgain) {
  ASSERT_TRUE(store_.put("locks/1", as_bytes("x")));
  ASSERT_TRUE(store_.remove("locks/1"));
  fs::remove(root_ / "locks");
  fs::remove(root_ / "tmp");
  const Status written = store_.put("locks/2", as_bytes("x"));
  EXPECT_TRUE(written) << to_string(written.error());
}

TEST_F(LocalStoreTest, AFileWhereTheStoreShouldBeIsNamed) {
  write(root_);
  const Status written = store_.put("config", as_bytes("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(written.error().message, HasSubstr("not a directory"));
}

TEST_F(LocalStoreTest, ForeignFilesAreNotObjects) {
  ASSERT_TRUE(store_.put("config", as_bytes("x")));
  ASSERT_TRUE(store_.put("data/ab/abcd", as_bytes("x")));
  fs::create_directory(root_ / "lost+found");
  write(root_ / "lost+found/inode");
  write(root_ / ".hidden");
  write(root_ / "tmp/unfinished");
  write(root_ / "data/ab/with space");
  fs::create_symlink("/nowhere", root_ / "data/ab/dangling");
  EXPECT_EQ(names(), (std::set<std::string>{"config", "data/ab/abcd"}));
}

TEST_F(LocalStoreTest, ADataDirectoryMayLieOnAnotherDiskByASymlink) {
  fs::create_directories(scratch_ / "other/ab");
  fs::create_directory(root_);
  fs::create_directory_symlink(scratch_ / "other", root_ / "data");
  ASSERT_TRUE(store_.put("data/ab/abcd", as_bytes("x")));
  EXPECT_TRUE(fs::exists(scratch_ / "other/ab/abcd"));
  EXPECT_EQ(names("data/"), std::set<std::string>{"data/ab/abcd"});
}

TEST_F(LocalStoreTest, WhatAKilledWriterLeftGoesAtTheNextWrite) {
  ASSERT_TRUE(store_.put("config", as_bytes("x")));
  const pid_t child = ::fork();
  if (child == 0) {
    // Stops in mid-write: the limit on a file's size raises SIGXFSZ, which kills.
    const rlimit limit{1 << 20, 1 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    static_cast<void>(LocalStore(root_).put("data/ab/abcd", Bytes(2 << 20, 1)));
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(unfinished_files(), 1U);
  EXPECT_EQ(names(), std::set<std::string>{"config"});

  LocalStore next(root_);
  ASSERT_TRUE(next.get("config"));
  EXPECT_EQ(unfinished_files(), 1U) << "a reader must not clean";
  ASSERT_TRUE(next.put("data/ab/abcd", as_bytes("x")));
  EXPECT_EQ(unfinished_files(), 0U);
}

TEST_F(LocalStoreTest, AFullDiskLeavesNothingBehind) {
  ASSERT_TRUE(store_.put("config", as_bytes("x")));
  // A child, since a lowered hard limit cannot be raised again by an ordinary user.
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const Status written = store_.put("data/ab/abcd", Bytes(2 << 20, 1));
    ::_exit(!written && written.error().code == ErrorCode::kNoSpace && !written.error().hint.empty() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(unfinished_files(), 0U);
  EXPECT_EQ(names(), std::set<std::string>{"config"});
}

TEST_F(LocalStoreTest, WithoutTheRightToWriteItSaysSo) {
  ASSERT_TRUE(store_.put("config", as_bytes("x")));
  const pid_t child = ::fork();
  if (child == 0) {
    // Root may do everything, so it becomes somebody else first.
    ::chmod(scratch_.path().c_str(), 0755);
    ::chmod(root_.c_str(), 0555);
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) ::_exit(2);
    const Status written = LocalStore(root_).put("data/ab/abcd", as_bytes("x"));
    ::_exit(!written && written.error().code == ErrorCode::kPermissionDenied ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ::chmod(root_.c_str(), 0700);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(LocalStoreTest, AnObjectThatIsTooLargeToBeOneIsNotRead) {
  ASSERT_TRUE(store_.put("config", as_bytes("x")));
  write(root_ / "huge");
  fs::resize_file(root_ / "huge", std::uintmax_t{1} << 40);
  const Result<Bytes> read = store_.get("huge");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace skyhold
