#include "operations/restore/neutralize_phase.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "capture/pg_session.h"

namespace skyhold {
namespace {

// Hands a cancellation on to the server.
class ServerCancel {
 public:
  ServerCancel(PgSession& session, const CancelToken& cancel)
      : thread_([this, &session, &cancel] { follow(session, cancel); }) {}
  ~ServerCancel() {
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  ServerCancel(const ServerCancel&) = delete;
  ServerCancel& operator=(const ServerCancel&) = delete;

 private:
  // Again and again: one that falls between two statements is lost.
  void follow(PgSession& session, const CancelToken& cancel) {
    constexpr std::chrono::milliseconds kInterval{100};
    std::unique_lock lock(mutex_);
    while (!ended_) {
      if (cancel.cancelled()) session.cancel();
      changed_.wait_for(lock, kInterval);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace

Result<std::optional<NeutralizationReport>> neutralize_hidden(const PgTarget& hidden,
                                                              const RestoreOptions& options,
                                                              const CancelToken& cancel) {
  if (!options.neutralize && options.identity == Identity::kKeep) return std::nullopt;
  PgSession session = TRY(PgSession::connect(hidden));
  const ServerCancel follow(session, cancel);
  auto report = neutralize(session, options.neutralize, options.identity, SystemClock().now());
  TRY(cancel.check());
  if (!report) return fail(std::move(report).error());
  return std::move(*report);
}

}  // namespace skyhold
