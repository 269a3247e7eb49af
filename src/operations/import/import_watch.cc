#include "operations/import/import_watch.h"

#include <fmt/format.h>

#include "base/human.h"
#include "base/log.h"

namespace skyhold {
namespace {
constexpr std::chrono::milliseconds kInterval{300};
}  // namespace

Result<std::unique_ptr<ImportWatch>> ImportWatch::start(const ImportDatabase& database,
                                                        const ImportWatchLimits& limits,
                                                        const CancelToken& cancel) {
  PgSession session = TRY(database.connect_beside());
  return std::unique_ptr<ImportWatch>(new ImportWatch(database, limits, cancel, std::move(session)));
}

ImportWatch::ImportWatch(const ImportDatabase& database, const ImportWatchLimits& limits,
                         const CancelToken& cancel, PgSession session)
    : name_(database.name()),
      limits_(limits),
      cancel_(cancel),
      session_(std::move(session)),
      deadline_(std::chrono::steady_clock::now() + limits.load_time),
      thread_([this] { run(); }) {}

ImportWatch::~ImportWatch() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Status ImportWatch::verdict() const {
  const std::scoped_lock lock(mutex_);
  if (reason_) return fail(*reason_);
  return {};
}

std::uint64_t ImportWatch::database_bytes() const {
  const std::scoped_lock lock(mutex_);
  return database_bytes_;
}

void ImportWatch::run() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    lock.unlock();
    const Status seen = look();
    lock.lock();
    // Before anybody can see what comes of it.
    if (!seen && !reason_) reason_ = seen.error();
    lock.unlock();
    const Status done = seen ? Status() : end_connections();
    if (!done) log::debug("cannot end the connections of an import: {}", done.error().message);
    lock.lock();
    changed_.wait_for(lock, kInterval, [&] { return ended_; });
  }
}

Status ImportWatch::look() {
  TRY(verdict());
  TRY(cancel_.check());
  if (std::chrono::steady_clock::now() > deadline_) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("loading the dump took longer than {}",
                            human_seconds(static_cast<double>(limits_.load_time.count()))),
                "allow more time, or look at what the dump does: an ordinary one loads some MB a second");
  }
  const std::uint64_t bytes =
      std::stoull(TRY(session_.query_value("SELECT pg_catalog.pg_database_size($1::name)", {name_})));
  {
    const std::scoped_lock lock(mutex_);
    database_bytes_ = bytes;
  }
  if (bytes <= limits_.max_database_bytes) return {};
  return fail(ErrorCode::kNoSpace,
              fmt::format("the database that the dump makes is larger than {}",
                          human_bytes(limits_.max_database_bytes)),
              "allow a larger one if that is expected and the server has the room");
}

Status ImportWatch::end_connections() {
  TRY(session_.query(
      "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = $1",
      {name_}));
  return {};
}

}  // namespace skyhold
