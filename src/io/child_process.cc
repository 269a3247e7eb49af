#include "io/child_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "io/file_descriptor.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostErrorBytes = std::size_t{64} << 10;
constexpr int kPipeBytes = 1 << 20;
constexpr std::size_t kMostLinesInMessage = 6;
constexpr std::size_t kMostBytesInMessage = 2000;

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

// Both ends above 2, so that dup2() in the child never meets an end that lies where a
// standard stream is to go (our own may be closed).
Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(error_from_errno(errno, "cannot make a pipe"));
  Pipe pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  for (FileDescriptor* end : {&pipe.read_end, &pipe.write_end}) {
    if (end->get() > STDERR_FILENO) continue;
    *end = FileDescriptor(::fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!end->is_open()) return fail(error_from_errno(errno, "cannot make a pipe"));
  }
  return pipe;
}

Result<FileDescriptor> open_null_device() {
  const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  FileDescriptor moved(::fcntl(null.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved.is_open()) return fail(error_from_errno(errno, "cannot open /dev/null"));
  return moved;
}

// A larger pipe means fewer switches between the processes. The kernel may refuse it
// to a user who has many; the pipe then works as it is.
void enlarge(const FileDescriptor& pipe) {
  ::fcntl(pipe.get(), F_SETPIPE_SZ, kPipeBytes);
}

Result<std::string> find_program(const std::string& name) {
  const auto not_found = [&](std::string_view where) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no program {} {}", name, where),
                "install the package that has it, or add its directory to PATH");
  };
  if (name.find('/') != std::string::npos) {
    if (::access(name.c_str(), X_OK) != 0) return not_found("that can be run");
    return name;
  }
  const char* const variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  while (!path.empty()) {
    const std::size_t colon = std::min(path.find(':'), path.size());
    std::string candidate = fmt::format("{}/{}", colon == 0 ? "." : path.substr(0, colon), name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  return not_found("in PATH");
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// All that the child needs, made ready before fork(): behind it, in a process that had
// several threads, only async-signal-safe calls are allowed.
struct Launch {
  std::string program;
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::vector<char*> argv_pointers;
  std::vector<char*> environment_pointers;
  int standard_input = -1;
  int standard_output = -1;
  int standard_error = -1;
  int failure_report = -1;
  pid_t parent = 0;
};

void close_others_on_exec() {
  if (::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const int end = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 20));
  for (int fd = STDERR_FILENO + 1; fd < end; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void report_and_exit(int failure_report) {
  const int saved_errno = errno;
  const ssize_t ignored = ::write(failure_report, &saved_errno, sizeof(saved_errno));
  static_cast<void>(ignored);  // nobody is left to tell
  ::_exit(127);
}

[[noreturn]] void become(const Launch& launch) {
  // A session of its own has no terminal: nothing can prompt there, and a Ctrl-C
  // reaches us alone, so that we decide in which order things end.
  ::setsid();
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) report_and_exit(launch.failure_report);
  if (::getppid() != launch.parent) ::_exit(127);  // it died before the line above
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::dup2(launch.standard_input, STDIN_FILENO) < 0 || ::dup2(launch.standard_output, STDOUT_FILENO) < 0 ||
      ::dup2(launch.standard_error, STDERR_FILENO) < 0) {
    report_and_exit(launch.failure_report);
  }
  close_others_on_exec();
  ::execve(launch.program.c_str(), launch.argv_pointers.data(), launch.environment_pointers.data());
  report_and_exit(launch.failure_report);
}

// Keeps SIGPIPE away from this thread, and eats the one that a write() below raised.
class SigPipeGuard {
 public:
  SigPipeGuard() {
    ::sigemptyset(&pipe_signal_);
    ::sigaddset(&pipe_signal_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_signal_, &before_);
  }
  ~SigPipeGuard() {
    const int saved_errno = errno;
    if (raised_ && ::sigismember(&before_, SIGPIPE) == 0) {
      const timespec no_time{};
      while (::sigtimedwait(&pipe_signal_, nullptr, &no_time) < 0 && errno == EINTR) {
      }
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = saved_errno;
  }
  SigPipeGuard(const SigPipeGuard&) = delete;
  SigPipeGuard& operator=(const SigPipeGuard&) = delete;
  void note_broken_pipe() { raised_ = true; }

 private:
  sigset_t pipe_signal_{};
  sigset_t before_{};
  bool raised_ = false;
};

class PipeSource final : public ByteSource {
 public:
  Result<std::size_t> read(MutableByteView out) override {
    SKYHOLD_ASSERT(end.is_open());
    while (true) {
      const ssize_t got = ::read(end.get(), out.data(), out.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return fail(error_from_errno(errno, fmt::format("cannot read from {}", name)));
    }
  }

  FileDescriptor end;
  std::string name;
};

class PipeSink final : public ByteSink {
 public:
  Status write(ByteView bytes) override {
    SKYHOLD_ASSERT(end.is_open());
    SigPipeGuard guard;
    while (!bytes.empty()) {
      const ssize_t wrote = ::write(end.get(), bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0 && errno == EPIPE) {
        guard.note_broken_pipe();
        return fail(ErrorCode::kSource, fmt::format("{} stopped reading before it had everything", name));
      }
      if (wrote < 0) return fail(error_from_errno(errno, fmt::format("cannot write to {}", name)));
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return {};
  }

  FileDescriptor end;
  std::string name;
};

// Drains stderr on a thread of its own, so that a chatty child never waits for us.
class ErrorTail {
 public:
  // Reads `from` until its end, or until `stop` is closed and nothing more waits.
  void start(FileDescriptor from, FileDescriptor stop) {
    ::fcntl(from.get(), F_SETFL, O_NONBLOCK);
    thread_ = std::thread([this, from = std::move(from), stop = std::move(stop)] {
      while (drain(from.get())) {
        std::array<pollfd, 2> waits{{{from.get(), POLLIN, 0}, {stop.get(), POLLIN, 0}}};
        if (::poll(waits.data(), waits.size(), -1) > 0 && waits[1].revents != 0) {
          drain(from.get());
          return;
        }
      }
    });
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_.size() <= kMostErrorBytes ? text_ : text_.substr(text_.size() - kMostErrorBytes);
  }

 private:
  // False at the end of the stream.
  bool drain(int fd) {
    std::array<char, 4096> buffer;
    while (true) {
      const ssize_t got = ::read(fd, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return errno == EAGAIN;
      if (got == 0) return false;
      const std::scoped_lock lock(mutex_);
      text_.append(buffer.data(), static_cast<std::size_t>(got));
      if (text_.size() > 2 * kMostErrorBytes) text_.erase(0, text_.size() - kMostErrorBytes);
    }
  }

  mutable std::mutex mutex_;
  std::string text_;
  std::thread thread_;
};

// The last lines in one, as a message wants them.
std::string last_lines(std::string_view text) {
  std::string joined;
  for (std::size_t lines = 0; lines < kMostLinesInMessage && !text.empty();) {
    const std::size_t newline = text.rfind('\n');
    const std::string_view line = newline == std::string_view::npos ? text : text.substr(newline + 1);
    text = newline == std::string_view::npos ? std::string_view{} : text.substr(0, newline);
    if (line.empty()) continue;
    if (joined.size() + line.size() > kMostBytesInMessage) break;
    joined = joined.empty() ? std::string(line) : fmt::format("{}; {}", line, joined);
    ++lines;
  }
  for (char& c : joined) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return joined;
}

Status status_of(const std::string& name, int wait_status, const std::string& error_output) {
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0) return {};
  std::string message = WIFSIGNALED(wait_status)
                            ? fmt::format("{} was killed by signal {} ({})", name, WTERMSIG(wait_status),
                                          ::strsignal(WTERMSIG(wait_status)))
                            : fmt::format("{} ended with exit status {}", name, WEXITSTATUS(wait_status));
  if (const std::string tail = last_lines(error_output); !tail.empty()) message += ": " + tail;
  return fail(ErrorCode::kSource, std::move(message));
}

}  // namespace

struct ChildProcess::State {
  std::string name;
  PipeSink input;
  PipeSource output;
  ErrorTail errors;
  FileDescriptor errors_stop;

  std::mutex mutex;  // guards `pid` against being signalled after it was reaped
  pid_t pid = -1;
  int wait_status = 0;

  void reap();
  void kill();
};

void ChildProcess::State::kill() {
  const std::scoped_lock lock(mutex);
  if (pid <= 0) return;
  // The whole session; and the child alone in case it has not come as far as setsid().
  ::kill(-pid, SIGKILL);
  ::kill(pid, SIGKILL);
}

void ChildProcess::State::reap() {
  if (pid <= 0) return;
  // WNOWAIT keeps the process id taken until the lock is held, so that kill() from
  // another thread can never hit a stranger.
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  {
    const std::scoped_lock lock(mutex);
    while (::waitpid(pid, &wait_status, 0) < 0 && errno == EINTR) {
    }
    pid = -1;
  }
  errors_stop.reset();
  errors.join();
}

ChildProcess::ChildProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}

ChildProcess::~ChildProcess() {
  state_->kill();
  state_->reap();
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const ChildOptions& options) {
  SKYHOLD_ASSERT(!options.argv.empty());
  Launch launch;
  launch.program = TRY(find_program(options.argv.front()));
  launch.argv = options.argv;
  for (const auto& [key, value] : options.environment) launch.environment.push_back(key + "=" + value);
  launch.argv_pointers = pointers_to(launch.argv);
  launch.environment_pointers = pointers_to(launch.environment);

  const FileDescriptor null = TRY(open_null_device());
  Pipe input = options.pipe_stdin ? TRY(make_pipe()) : Pipe{};
  Pipe output = options.pipe_stdout ? TRY(make_pipe()) : Pipe{};
  Pipe error = TRY(make_pipe());
  Pipe stop = TRY(make_pipe());
  Pipe failure = TRY(make_pipe());
  enlarge(input.write_end);
  enlarge(output.read_end);
  launch.standard_input = options.pipe_stdin ? input.read_end.get() : null.get();
  launch.standard_output = options.pipe_stdout ? output.write_end.get() : null.get();
  launch.standard_error = error.write_end.get();
  launch.failure_report = failure.write_end.get();
  launch.parent = ::getpid();

  auto state = std::make_unique<State>();
  const std::size_t slash = options.argv.front().rfind('/');
  state->name = slash == std::string::npos ? options.argv.front() : options.argv.front().substr(slash + 1);
  state->input.name = state->output.name = state->name;
  state->input.end = std::move(input.write_end);
  state->output.end = std::move(output.read_end);
  state->errors_stop = std::move(stop.write_end);
  try {
    state->errors.start(std::move(error.read_end), std::move(stop.read_end));
  } catch (const std::system_error& e) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("cannot start a thread for {}: {}", state->name, e.what()),
                "raise the limit on processes and threads, or run fewer jobs at once");
  }
  std::unique_ptr<ChildProcess> child(new ChildProcess(std::move(state)));

  const pid_t pid = ::fork();
  if (pid == 0) become(launch);
  const int fork_errno = errno;
  child->state_->pid = pid;
  failure.write_end.reset();
  if (pid < 0) {
    child->state_->errors_stop.reset();
    child->state_->errors.join();
    return fail(error_from_errno(fork_errno, fmt::format("cannot start {}", child->state_->name)));
  }
  int exec_errno = 0;
  ssize_t got = 0;
  while ((got = ::read(failure.read_end.get(), &exec_errno, sizeof(exec_errno))) < 0 && errno == EINTR) {
  }
  if (got == sizeof(exec_errno)) {
    return fail(error_from_errno(exec_errno, fmt::format("cannot run {}", launch.program)));
  }
  return child;
}

ByteSource& ChildProcess::output() {
  return state_->output;
}
ByteSink& ChildProcess::input() {
  return state_->input;
}
void ChildProcess::close_input() {
  state_->input.end.reset();
}

Status ChildProcess::wait() {
  state_->input.end.reset();
  state_->output.end.reset();
  state_->reap();
  return status_of(state_->name, state_->wait_status, state_->errors.text());
}

std::string ChildProcess::error_output() const {
  return state_->errors.text();
}

void ChildProcess::kill() {
  state_->kill();
}

}  // namespace skyhold
