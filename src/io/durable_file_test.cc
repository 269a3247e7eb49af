#include "io/durable_file.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file_descriptor.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

class DurableFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(scratch_.path()))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  static std::string content(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Runs `body` in a child process and returns its wait status.
  template <typename Body>
  static int in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
  }
  static void limit_file_size(rlim_t bytes) {
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
  }

  ScratchDirectory scratch_;
  fs::path file_ = scratch_ / "file";
};

TEST_F(DurableFileTest, WritesTheWholeFileAndNothingElse) {
  ASSERT_TRUE(write_file_durably(file_, as_bytes("content"), {.mode = 0640}));
  EXPECT_EQ(content(file_), "content");
  struct stat info {};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0640U);
  EXPECT_THAT(files(), testing::ElementsAre("file"));
}

// From a page's border and from beside one, on a disk if there is one.
TEST_F(DurableFileTest, LargeFilesAreWrittenWholeWhereverTheyBeginAndEnd) {
  constexpr std::size_t kPageBytes = 4096;
  const ScratchDirectory on_disk("/var/tmp");
  const fs::path file = on_disk / "file";
  std::mt19937 random(1);
  for (const std::size_t size :
       {1U << 20, (1U << 20) + 1, (2U << 20) - 1, (3U << 20) + 4096, (3U << 20) + 4095}) {
    Bytes buffer(size + 2 * kPageBytes);
    std::generate(buffer.begin(), buffer.end(), [&] { return static_cast<std::uint8_t>(random()); });
    const std::size_t border = kPageBytes - reinterpret_cast<std::uintptr_t>(buffer.data()) % kPageBytes;
    for (const std::size_t begin : {border, border + 1}) {
      const ByteView bytes = ByteView(buffer).subspan(begin, size);
      ASSERT_TRUE(write_file_durably(file, bytes, {.if_exists = IfExists::kReplace}));
      EXPECT_TRUE(content(file) == as_text(bytes))
          << size << " from " << begin - border << " beside a border";
    }
  }
}

TEST_F(DurableFileTest, LargeFilesLeaveNoCopyInThePageCache) {
  constexpr std::size_t kPages = 1024;
  const Bytes large(kPages * 4096 + 10);
  const ScratchDirectory on_disk("/var/tmp");
  const fs::path file = on_disk / "file";
  ASSERT_TRUE(write_file_durably(file, large));
  const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(descriptor.is_open());
  if (::fcntl(descriptor.get(), F_SETFL, O_DIRECT) != 0) GTEST_SKIP() << "no direct writes to /var/tmp";
  struct statfs system {};
  ASSERT_EQ(::fstatfs(descriptor.get(), &system), 0);
  if (system.f_type == TMPFS_MAGIC) GTEST_SKIP() << "/var/tmp is nothing but page cache";
  void* const mapped = ::mmap(nullptr, large.size(), PROT_READ, MAP_SHARED, descriptor.get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  std::vector<unsigned char> resident(kPages + 1);
  EXPECT_EQ(::mincore(mapped, large.size(), resident.data()), 0);
  ::munmap(mapped, large.size());
  const auto cached =
      std::count_if(resident.begin(), resident.end(), [](unsigned char page) { return page % 2 == 1; });
  EXPECT_LE(cached, 1) << "of " << kPages << " pages";
}

TEST_F(DurableFileTest, TheUmaskDoesNotChangeTheMode) {
  const mode_t before = ::umask(077);
  const Status written = write_file_durably(file_, as_bytes("x"), {.mode = 0644});
  ::umask(before);
  ASSERT_TRUE(written);
  struct stat info {};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0644U);
}

TEST_F(DurableFileTest, OverwritesOnlyWhenAsked) {
  ASSERT_TRUE(write_file_durably(file_, as_bytes("first")));
  const Status refused = write_file_durably(file_, as_bytes("second"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(content(file_), "first");
  ASSERT_TRUE(write_file_durably(file_, as_bytes("third"), {.if_exists = IfExists::kReplace}));
  EXPECT_EQ(content(file_), "third");
  EXPECT_THAT(files(), testing::ElementsAre("file"));
}

TEST_F(DurableFileTest, ADanglingSymlinkCountsAsThere) {
  fs::create_symlink("/nowhere/else", file_);
  EXPECT_EQ(write_file_durably(file_, as_bytes("x")).error().code, ErrorCode::kAlreadyExists);
  EXPECT_TRUE(fs::is_symlink(file_));
}

TEST_F(DurableFileTest, TheTemporaryFileMayLieElsewhere) {
  fs::create_directory(scratch_ / "tmp");
  fs::create_directory(scratch_ / "target");
  ASSERT_TRUE(
      write_file_durably(scratch_ / "target/file", as_bytes("x"), {.temporary_directory = scratch_ / "tmp"}));
  EXPECT_TRUE(fs::is_empty(scratch_ / "tmp"));
  EXPECT_EQ(content(scratch_ / "target/file"), "x");
}

TEST_F(DurableFileTest, AMissingDirectoryIsNotFound) {
  EXPECT_EQ(write_file_durably(scratch_ / "none/file", as_bytes("x")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(sync_directory(scratch_ / "none").error().code, ErrorCode::kNotFound);
}

TEST_F(DurableFileTest, AFullDiskLeavesTheOldFileAndNoOther) {
  ASSERT_TRUE(write_file_durably(file_, as_bytes("old")));
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    limit_file_size(1 << 20);
    const Status written = write_file_durably(file_, Bytes(2 << 20), {.if_exists = IfExists::kReplace});
    return !written && written.error().code == ErrorCode::kNoSpace ? 0 : 1;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(content(file_), "old");
  EXPECT_THAT(files(), testing::ElementsAre("file"));
}

TEST_F(DurableFileTest, WhatADeadWriterLeftIsRemovedAndALivingOneKept) {
  const int status = in_child([&] {
    limit_file_size(1 << 20);  // the signal kills in mid-write
    static_cast<void>(write_file_durably(file_, Bytes(2 << 20)));
    return 0;
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(files().size(), 1U);
  const fs::path left_behind = scratch_ / files().front();

  // As long as somebody holds the lock, the file is in use, whatever its name says.
  const int writer = ::open(left_behind.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(writer, LOCK_EX | LOCK_NB), 0);
  EXPECT_EQ(remove_abandoned_temporaries(scratch_.path()).value(), 0U);
  ::close(writer);

  std::ofstream(scratch_ / "file") << "mine";
  std::ofstream(scratch_ / ".skyhold-tmp.1.0123456789abcdef.another.host") << "of another host";
  std::ofstream(scratch_ / ".skyhold-tmp.x") << "of nobody";
  EXPECT_EQ(remove_abandoned_temporaries(scratch_.path()).value(), 1U);
  EXPECT_FALSE(fs::exists(left_behind));
  EXPECT_EQ(files().size(), 3U);
}

TEST_F(DurableFileTest, CleaningNeverHitsAWriterAtWork) {
  std::atomic<bool> done{false};
  std::jthread cleaner([&] {
    while (!done) EXPECT_TRUE(remove_abandoned_temporaries(scratch_.path()));
  });
  for (int i = 0; i < 200; ++i) {
    const Status written = write_file_durably(scratch_ / std::to_string(i), as_bytes("x"));
    EXPECT_TRUE(written) << to_string(written.error());
  }
  done = true;
}

TEST_F(DurableFileTest, ReadsFilesUpToABound) {
  std::ofstream(file_) << "12345";
  EXPECT_EQ(as_text(read_file(file_, 5).value()), "12345");
  EXPECT_EQ(read_file(file_, 4).error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(read_file(scratch_ / "none", 4).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_file(scratch_.path(), 4).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(DurableFileTest, ReadsWhatHasNoSizeAsWell) {
  EXPECT_GT(read_file("/proc/self/status", 1 << 20)->size(), 100U);
  EXPECT_EQ(read_file("/dev/zero", 100'000).error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(read_file("/dev/null", 0)->size(), 0U);
}

}  // namespace
}  // namespace skyhold
