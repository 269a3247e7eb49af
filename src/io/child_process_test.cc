#include "io/child_process.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace skyhold {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

ChildOptions shell(std::string script) {
  return {.argv = {"sh", "-c", std::move(script)},
          .environment = {{"PATH", "/usr/bin:/bin"}},
          .pipe_stdout = true};
}

std::unique_ptr<ChildProcess> start(const ChildOptions& options) {
  auto child = ChildProcess::start(options);
  if (!child) throw std::runtime_error(to_string(child.error()));
  return std::move(*child);
}

std::string read_all(ByteSource& source) {
  std::string text;
  Bytes buffer(65536);
  while (true) {
    const Result<std::size_t> got = source.read(buffer);
    EXPECT_TRUE(got);
    if (!got || *got == 0) return text;
    text += as_text(ByteView(buffer).first(*got));
  }
}

// The process is gone, or dead and only waits for its parent to notice.
bool is_dead(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return true;
  return text.substr(text.rfind(')') + 2, 1) == "Z";
}

// Death by a signal is not at once, so the test waits for it, and fails if it never comes.
bool dies(pid_t pid) {
  for (int i = 0; i < 1000; ++i) {
    if (is_dead(pid)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return false;
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

TEST(ChildProcess, RunsAProgramAndReadsItsOutput) {
  const auto child = start(shell("echo hello"));
  EXPECT_EQ(read_all(child->output()), "hello\n");
  EXPECT_TRUE(child->wait());
  EXPECT_TRUE(child->wait()) << "waiting twice gives the same answer";
}

TEST(ChildProcess, AFailureEndsWithTheLastLinesOfStderr) {
  const auto child = start(
      shell("for i in 1 2 3 4 5 6 7 8 9; do echo line $i >&2; done; printf 'pg: \\033 bad' >&2; exit 3"));
  const Status status = child->wait();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kSource);
  EXPECT_THAT(status.error().message, HasSubstr("sh ended with exit status 3: "));
  EXPECT_THAT(status.error().message, EndsWith("line 8; line 9; pg:   bad"));
  EXPECT_THAT(status.error().message, testing::Not(HasSubstr("line 1;")));
  EXPECT_THAT(child->error_output(), HasSubstr("line 1\n"));
}

TEST(ChildProcess, ADeathBySignalIsAFailure) {
  const auto child = start(shell("kill -SEGV $$"));
  const Status status = child->wait();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kSource);
  EXPECT_THAT(status.error().message, HasSubstr("killed by signal 11"));
}

TEST(ChildProcess, AMissingProgramIsNamedWithAWayOut) {
  for (const std::string program : {"no-such-program", "/no/such/program"}) {
    const auto child = ChildProcess::start({.argv = {program}, .environment = {}});
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(child.error().message, HasSubstr(program));
    EXPECT_FALSE(child.error().hint.empty());
  }
}

TEST(ChildProcess, AFileThatCannotBeExecutedIsAnErrorOfStart) {
  EXPECT_EQ(ChildProcess::start({.argv = {"/proc/self"}, .environment = {}}).error().code,
            ErrorCode::kPermissionDenied);
}

TEST(ChildProcess, GetsExactlyTheEnvironmentThatIsGiven) {
  ::setenv("SKYHOLD_TEST_SECRET", "must not be seen", 1);
  const auto child =
      start({.argv = {"env"}, .environment = {{"A", "1"}, {"B", "two words"}}, .pipe_stdout = true});
  ::unsetenv("SKYHOLD_TEST_SECRET");
  EXPECT_EQ(read_all(child->output()), "A=1\nB=two words\n");
  EXPECT_TRUE(child->wait());
}

TEST(ChildProcess, InheritsNoFileDescriptor) {
  const int leaky = ::fcntl(::open("/dev/null", O_RDONLY | O_CLOEXEC), F_DUPFD, 100);  // not close-on-exec
  ASSERT_GE(leaky, 100);
  const auto child = start(shell("test ! -e /proc/$$/fd/" + std::to_string(leaky)));
  EXPECT_TRUE(child->wait());
  ::close(leaky);
}

TEST(ChildProcess, LeavesNoFileDescriptorBehind) {
  static_cast<void>(start(shell("true"))->wait());  // what is opened once and kept is not a leak
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 5; ++i) {
    ChildOptions options = shell("cat");
    options.pipe_stdin = true;
    const auto child = start(options);
    if (i % 2 == 0) {
      EXPECT_TRUE(child->wait());
    }
    EXPECT_FALSE(ChildProcess::start({.argv = {"/proc/self"}, .environment = {}}));
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(ChildProcess, HasNoTerminalAndAnEmptyInput) {
  const auto child = start(shell("test ! -t 0 && test -z \"$(cat)\" && ! (: </dev/tty) 2>/dev/null"));
  EXPECT_TRUE(child->wait());
}

TEST(ChildProcess, BigStreamsFlowBothWaysAtOnce) {
  ChildOptions options = shell("cat");
  options.pipe_stdin = true;
  const auto child = start(options);
  constexpr std::size_t kBlocks = 100;
  std::thread writer([&] {
    for (std::size_t i = 0; i < kBlocks; ++i) {
      EXPECT_TRUE(child->input().write(Bytes(1'000'003, static_cast<std::uint8_t>('a' + i % 26))));
    }
    child->close_input();
  });
  const std::string text = read_all(child->output());
  writer.join();
  ASSERT_EQ(text.size(), kBlocks * 1'000'003);
  for (std::size_t i = 0; i < kBlocks; ++i) {
    EXPECT_EQ(text[i * 1'000'003], static_cast<char>('a' + i % 26));
    EXPECT_EQ(text[(i + 1) * 1'000'003 - 1], static_cast<char>('a' + i % 26));
  }
  EXPECT_TRUE(child->wait());
}

TEST(ChildProcess, AChildThatStopsReadingIsAnErrorNotASignal) {
  ChildOptions options = shell("exit 4");
  options.pipe_stdin = true;
  const auto child = start(options);
  const Status written = child->input().write(Bytes(std::size_t{8} << 20));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kSource);
  EXPECT_THAT(child->wait().error().message, HasSubstr("exit status 4"));
}

TEST(ChildProcess, AChattyChildDoesNotWaitForUsAndOnlyItsLastWordsAreKept) {
  const auto child = start(shell("yes noise | head -c 5000000 >&2; echo last words >&2; exit 1"));
  EXPECT_THAT(child->wait().error().message, EndsWith("last words"));
  EXPECT_LE(child->error_output().size(), std::size_t{64} << 10);
  EXPECT_THAT(child->error_output(), EndsWith("last words\n"));
}

TEST(ChildProcess, WaitingWithoutReadingEndsAChildThatStillWrites) {
  const auto before = ::signal(SIGPIPE, SIG_IGN);  // which the child must not inherit
  const auto child = start({.argv = {"yes"}, .environment = {}, .pipe_stdout = true});
  const Status status = child->wait();
  ::signal(SIGPIPE, before);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("killed by signal 13"));
}

TEST(ChildProcess, WaitDoesNotHangOnAGrandchildThatHoldsStderr) {
  const auto child = start(shell("sleep 1000 >/dev/null & echo $!"));
  const pid_t grandchild = std::stoi(read_all(child->output()));
  EXPECT_TRUE(child->wait());
  EXPECT_FALSE(is_dead(grandchild));
  ::kill(grandchild, SIGKILL);
}

TEST(ChildProcess, TheDestructorKillsTheChildAndItsChildren) {
  pid_t child_pid = 0;
  pid_t grandchild_pid = 0;
  {
    const auto child = start(shell("sleep 1000 & echo $$ $!; wait"));
    Bytes line(100);
    const std::size_t got = child->output().read(line).value();
    std::istringstream(std::string(as_text(ByteView(line).first(got)))) >> child_pid >> grandchild_pid;
    ASSERT_GT(grandchild_pid, 0);
  }
  EXPECT_TRUE(is_dead(child_pid));
  EXPECT_TRUE(dies(grandchild_pid));
}

TEST(ChildProcess, CanBeKilledFromAnotherThread) {
  const auto child = start(shell("exec sleep 1000"));
  std::thread killer([&] { child->kill(); });
  EXPECT_THAT(child->wait().error().message, HasSubstr("killed by signal 9"));
  killer.join();
  child->kill();  // nothing is left to kill, and no stranger is hit
}

TEST(ChildProcess, DiesWithItsParent) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    const auto child = start(shell("echo $$; exec sleep 1000"));
    Bytes line(100);
    const std::size_t got = child->output().read(line).value();
    const ssize_t told = ::write(ends[1], line.data(), got);
    if (told > 0) ::raise(SIGKILL);
    ::_exit(1);
  }
  ::close(ends[1]);
  std::array<char, 100> text{};
  ASSERT_GT(::read(ends[0], text.data(), text.size() - 1), 0);
  ::close(ends[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(parent, &status, 0), parent);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(dies(std::stoi(text.data())));
}

}  // namespace
}  // namespace skyhold
