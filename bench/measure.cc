// bench_measure FILE COMMAND [ARGUMENT…]
//
// Runs a command and appends one line to FILE: wall seconds, processor seconds of it and all
// that it started, the peak memory of its largest process and of all its processes together,
// in bytes. Exits as the command does.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::chrono::milliseconds kSampleEvery{50};

std::uint64_t resident_bytes(pid_t process) {
  std::ifstream stream(fmt::format("/proc/{}/statm", process));
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  stream >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// A thread's children are listed under that thread; both may vanish while they are looked at.
std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> children;
  std::error_code vanished;
  std::filesystem::directory_iterator thread(fmt::format("/proc/{}/task", process), vanished);
  for (; !vanished && thread != std::filesystem::directory_iterator(); thread.increment(vanished)) {
    std::ifstream stream(thread->path() / "children");
    for (pid_t child = 0; stream >> child;) children.push_back(child);
  }
  return children;
}

std::uint64_t resident_bytes_together(pid_t process) {
  std::uint64_t total = resident_bytes(process);
  for (const pid_t child : children_of(process)) total += resident_bytes_together(child);
  return total;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void run_child(char** command) {
  execvp(command[0], command);
  fmt::print(stderr, "bench_measure: cannot run {}: {}\n", command[0], std::strerror(errno));
  _exit(127);
}

int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int measure(const char* file, char** command) {
  const auto began = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child < 0) {
    fmt::print(stderr, "bench_measure: cannot start a process: {}\n", std::strerror(errno));
    return 1;
  }
  if (child == 0) run_child(command);
  // Ctrl-C goes to the command too; what it leaves is still written down.
  std::signal(SIGINT, SIG_IGN);

  std::atomic<bool> done = false;
  std::uint64_t peak_together = 0;
  std::thread sampler([child, &done, &peak_together] {
    while (!done) {
      peak_together = std::max(peak_together, resident_bytes_together(child));
      std::this_thread::sleep_for(kSampleEvery);
    }
  });
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - began;
  done = true;
  sampler.join();

  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto largest = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  std::ofstream stream(file, std::ios::app);
  stream << fmt::format("{:.3f} {:.3f} {} {}\n", wall.count(),
                        seconds(usage.ru_utime) + seconds(usage.ru_stime), largest,
                        std::max(peak_together, largest));
  stream.close();
  if (!stream) {
    fmt::print(stderr, "bench_measure: cannot write {}\n", file);
    return 1;
  }
  return exit_status(status);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: bench_measure FILE COMMAND [ARGUMENT…]\n");
    return 2;
  }
  return measure(argv[1], argv + 2);
}
