#include "operations/restore/hooks.h"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "io/child_process.h"

namespace skyhold {
namespace {

// Nothing is inherited but this: our own environment holds keys of stores and URLs of databases.
std::vector<std::pair<std::string, std::string>> environment_of(const RestoreHooks& hooks,
                                                                const std::string& database) {
  std::vector<std::pair<std::string, std::string>> environment{{"SKYHOLD_PROJECT", hooks.project},
                                                               {"SKYHOLD_BRANCH", hooks.branch},
                                                               {"SKYHOLD_DATABASE", database},
                                                               {"SKYHOLD_OPERATION", hooks.operation}};
  for (const char* name : {"PATH", "HOME", "LANG"}) {
    if (const char* value = std::getenv(name)) environment.emplace_back(name, value);
  }
  return environment;
}

// Kills the child when its time is over or it is not wanted any more.
class Watch {
 public:
  Watch(ChildProcess& child, std::chrono::seconds timeout, const CancelToken& cancel)
      : child_(child), cancel_(cancel), deadline_(std::chrono::steady_clock::now() + timeout) {
    thread_ = std::thread([this] { run(); });
  }
  ~Watch() { end(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // No kill after this.
  void end() {
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  // Valid after end().
  [[nodiscard]] bool timed_out() const { return timed_out_; }
  [[nodiscard]] bool cancelled() const { return cancelled_; }

 private:
  // The token is set from a signal handler, which can wake nobody.
  void run() {
    constexpr std::chrono::milliseconds kInterval{50};
    std::unique_lock lock(mutex_);
    while (!ended_) {
      cancelled_ = cancel_.cancelled();
      timed_out_ = !cancelled_ && std::chrono::steady_clock::now() >= deadline_;
      if (cancelled_ || timed_out_) return child_.kill();
      changed_.wait_for(lock, kInterval);
    }
  }

  ChildProcess& child_;
  const CancelToken& cancel_;
  const std::chrono::steady_clock::time_point deadline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  bool timed_out_ = false;
  bool cancelled_ = false;
  std::thread thread_;  // last: it uses the others
};

Status run_child(const ChildOptions& options, const Hook& hook, const CancelToken& cancel,
                 std::string& output) {
  const std::unique_ptr<ChildProcess> child = TRY(ChildProcess::start(options));
  Watch watch(*child, hook.timeout, cancel);
  const Status ended = child->wait();
  watch.end();
  output = child->error_output();
  if (output.size() > HookOutcome::kMostOutputBytes) {
    output.erase(0, output.size() - HookOutcome::kMostOutputBytes);
  }
  if (ended) return {};
  if (watch.cancelled()) return fail(ErrorCode::kCancelled, "cancelled");
  if (watch.timed_out()) {
    return fail(ErrorCode::kSource,
                fmt::format("it did not end within {} s and was killed", hook.timeout.count()),
                "let it start what lasts and end, or give it more time");
  }
  return ended;
}

}  // namespace

Hook shell_hook(std::string command) {
  return Hook{{"/bin/sh", "-c", std::move(command)}};
}

HookOutcome run_hook(std::string name, const Hook& hook, const RestoreHooks& hooks,
                     const std::string& database, const CancelToken& cancel) {
  HookOutcome outcome;
  outcome.name = std::move(name);
  const double start = monotonic_seconds();
  // Standard output joins standard error, which is drained beside us and, unlike a pipe to
  // its end, not held open by a server that the hook leaves running.
  ChildOptions options;
  options.argv = {"/bin/sh", "-c", "exec \"$@\" >&2", "hook"};
  options.argv.insert(options.argv.end(), hook.argv.begin(), hook.argv.end());
  options.environment = environment_of(hooks, database);
  const Status done = run_child(options, hook, cancel, outcome.output);
  if (!done) outcome.error = done.error().in(fmt::format("the hook {}", outcome.name));
  outcome.seconds = monotonic_seconds() - start;
  return outcome;
}

}  // namespace skyhold
