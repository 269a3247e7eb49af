// The program: signals, streams, and the command line.
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <malloc.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/service_commands.h"
#include "cli/run.h"

namespace {

skyhold::CancelToken cancel_token;

constexpr int kExitCancelled = 130;

// Async-signal-safe: the first signal asks, the second does not.
void on_signal(int) {
  if (cancel_token.cancelled()) ::_exit(kExitCancelled);
  cancel_token.cancel();
  static constexpr char kText[] = "\nending cleanly; once more ends at once\n";
  if (::isatty(STDERR_FILENO) == 1) {
    // When the text cannot be written there is nobody to tell.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kText, sizeof(kText) - 1);
  }
}

void handle_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  for (const int signal_number : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    ::sigaction(signal_number, nullptr, &before);
    // nohup and background jobs of a shell have asked not to be ended by some of these.
    if (before.sa_handler != SIG_IGN) ::sigaction(signal_number, &action, nullptr);
  }
  // restic asks the holder of a lock on its own host for signs of life with a SIGHUP.
  std::signal(SIGHUP, SIG_IGN);
  // A reader that goes away is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

// Packs and file buffers of many megabytes come and go all the time. By default the
// allocator gives each back to the kernel, which then zeroes its pages again: a seventh of a
// backup's processor time. Freed memory is kept instead; what is in use stays bounded.
void keep_freed_memory() {
  constexpr int kMmapThresholdBytes = 32 << 20;
  constexpr int kTrimThresholdBytes = 256 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kMmapThresholdBytes);
  ::mallopt(M_TRIM_THRESHOLD, kTrimThresholdBytes);
  ::mallopt(M_ARENA_MAX, 2);
}

int terminal_columns() {
  constexpr int kUsualColumns = 80;
  struct winsize size {};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUsualColumns;
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace

int main(int argc, char** argv) {
  handle_signals();
  keep_freed_memory();
  const skyhold::SystemClock clock;
  const skyhold::Surroundings surroundings{
      std::cout, std::cerr,    ::isatty(STDERR_FILENO) == 1, terminal_columns, environment_variable,
      clock,     cancel_token, skyhold::service_commands()};
  return skyhold::run_command_line(std::vector<std::string>(argv + 1, argv + argc), surroundings);
}
