#include "jobs/worker.h"

#include <unistd.h>

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/random.h"
#include "jobs/worker_loops.h"

namespace skyhold {

std::string worker_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {"localhost"};
  Bytes random(4);
  random_bytes(random);
  return fmt::format("{}:{}:{}", host.data(), ::getpid(), hex_encode(random));
}

Worker::Worker(JobQueue& queue, const Clock& clock, WorkerOptions options, Execute execute)
    : loops_(std::make_unique<Loops>(queue, clock, std::move(options), std::move(execute))) {}

Worker::~Worker() {
  stop();
}

void Worker::start() {
  loops_->start();
}

void Worker::drain() {
  loops_->drain();
}

void Worker::stop() {
  loops_->stop();
}

int Worker::running_jobs() const {
  return loops_->running_jobs();
}

bool Worker::draining() const {
  return loops_->draining();
}

}  // namespace skyhold
