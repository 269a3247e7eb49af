// Looks at a load from outside, where what is being loaded cannot reach: its size, its time, and
// whether it is still wanted.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/cancel.h"
#include "operations/import/import_database.h"

namespace skyhold {

struct ImportWatchLimits {
  std::uint64_t max_database_bytes = 0;
  std::chrono::seconds load_time{0};
};

// A thread with a session of the operator's. Ends every connection of the dump's role once a limit
// is passed, and again until it is gone itself.
class ImportWatch {
 public:
  static Result<std::unique_ptr<ImportWatch>> start(const ImportDatabase& database,
                                                    const ImportWatchLimits& limits,
                                                    const CancelToken& cancel);
  ~ImportWatch();
  ImportWatch(const ImportWatch&) = delete;
  ImportWatch& operator=(const ImportWatch&) = delete;

  // Why it ended the load, if it did: kNoSpace (too large), kUnavailable (too long, or the watch itself
  // failed) or kCancelled.
  [[nodiscard]] Status verdict() const;
  [[nodiscard]] std::uint64_t database_bytes() const;  // as last seen

 private:
  ImportWatch(const ImportDatabase& database, const ImportWatchLimits& limits, const CancelToken& cancel,
              PgSession session);
  void run();
  Status look();
  Status end_connections();

  const std::string name_;
  const ImportWatchLimits limits_;
  const CancelToken& cancel_;
  PgSession session_;
  const std::chrono::steady_clock::time_point deadline_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::optional<Error> reason_;
  std::uint64_t database_bytes_ = 0;
  std::thread thread_;  // last: it uses the others
};

}  // namespace skyhold
