#include "app/periodic.h"

#include "base/log.h"

namespace skyhold {

Periodic::Periodic(std::string name, std::chrono::milliseconds pause,
                   std::function<Status(const CancelToken&)> work)
    : name_(std::move(name)), pause_(pause), work_(std::move(work)), thread_([this] { run(); }) {}

Periodic::~Periodic() {
  {
    const std::lock_guard lock(mutex_);
    cancel_.cancel();
  }
  ended_.notify_all();
  thread_.join();
}

void Periodic::run() {
  std::string last_problem;
  std::unique_lock lock(mutex_);
  while (!cancel_.cancelled()) {
    lock.unlock();
    const Status done = work_(cancel_);
    const std::string problem = done ? "" : done.error().message;
    if (!problem.empty() && problem != last_problem && !cancel_.cancelled()) {
      log::warning("{}: {}", name_, problem);
    }
    last_problem = problem;
    lock.lock();
    ended_.wait_for(lock, pause_, [this] { return cancel_.cancelled(); });
  }
}

}  // namespace skyhold
