#include "cli/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "io/file_descriptor.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostLineBytes = 64 * 1024;
constexpr int kPollMilliseconds = 200;

// Turned back on however the question ends.
class WithoutEcho {
 public:
  explicit WithoutEcho(int descriptor) : descriptor_(descriptor) {
    if (::tcgetattr(descriptor_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    changed_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
  }
  ~WithoutEcho() {
    if (changed_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

  [[nodiscard]] bool in_force() const { return changed_; }

 private:
  int descriptor_;
  termios before_{};
  bool changed_ = false;
};

void write_all(int descriptor, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(descriptor, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    // A terminal that went away is noticed by the answer that does not come.
    if (count <= 0) return;
    written += static_cast<std::size_t>(count);
  }
}

Error nobody_is_there() {
  return Error{ErrorCode::kUnavailable, "there is no terminal to ask at",
               "in a script give what it asks for by flags; passwords with --password-stdin"};
}

}  // namespace

bool ProcessTerminal::is_there() {
  return FileDescriptor(::open(device_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)).is_open();
}

void ProcessTerminal::say(const std::string& text) {
  const FileDescriptor terminal(::open(device_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (terminal.is_open()) write_all(terminal.get(), text);
}

Result<std::string> ProcessTerminal::ask(const std::string& question) {
  return ask_with(question, Echo::kOn);
}

Result<std::string> ProcessTerminal::ask_secret(const std::string& question) {
  return ask_with(question, Echo::kOff);
}

Result<std::string> ProcessTerminal::ask_with(const std::string& question, Echo echo) {
  const FileDescriptor terminal(::open(device_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.is_open()) return fail(nobody_is_there());
  if (echo == Echo::kOn) {
    write_all(terminal.get(), question);
    return read_line(terminal.get());
  }
  const WithoutEcho silence(terminal.get());
  if (!silence.in_force()) {
    return fail(ErrorCode::kUnavailable, "the terminal cannot hide what is typed",
                "give the password with --password-stdin");
  }
  write_all(terminal.get(), question);
  return read_line(terminal.get());
}

Result<std::string> ProcessTerminal::next_input_line() {
  return read_line(STDIN_FILENO);
}

// Byte by byte, so that nothing is taken of the lines that follow.
Result<std::string> ProcessTerminal::read_line(int descriptor) const {
  std::string line;
  while (line.size() < kMostLineBytes) {
    TRY(cancel_.check());
    pollfd ready{descriptor, POLLIN, 0};
    // A signal does not end a read, so that cancelling is looked for between waits.
    if (::poll(&ready, 1, kPollMilliseconds) <= 0) continue;
    char c = 0;
    const ssize_t count = ::read(descriptor, &c, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0 || (count == 0 && line.empty())) {
      return fail(ErrorCode::kInvalidArgument, "the input ended before the answer came",
                  "give each answer on a line of its own");
    }
    if (count == 0 || c == '\n') {
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    line += c;
  }
  return fail(ErrorCode::kInvalidArgument, "the answer is longer than 64 KiB");
}

}  // namespace skyhold
