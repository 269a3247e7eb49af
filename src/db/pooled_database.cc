#include "db/pooled_database.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "base/assert.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/utf8.h"

namespace skyhold {
namespace {

using std::chrono::milliseconds;

// What comes between two attempts: long enough together for a server to be started again.
constexpr std::array kPauses{milliseconds(10), milliseconds(50), milliseconds(250), milliseconds(1000),
                             milliseconds(1000)};
// A server that does not even refuse is not asked again and again.
constexpr double kLongestTryingSeconds = 10;

// Two that got in each other's way must not meet again after equal pauses.
void pause_about(milliseconds pause) {
  std::this_thread::sleep_for(pause / 2 + pause * (random_u64() % 1000) / 1000);
}

// A transaction inside another would wait for itself where there is one writer at a time.
class NestingGuard {
 public:
  explicit NestingGuard(const SqlDatabase& database) : database_(&database) {
    SKYHOLD_ASSERT(std::find(open_.begin(), open_.end(), database_) == open_.end());
    open_.push_back(database_);
  }
  ~NestingGuard() { open_.erase(std::find(open_.begin(), open_.end(), database_)); }
  NestingGuard(const NestingGuard&) = delete;
  NestingGuard& operator=(const NestingGuard&) = delete;

 private:
  static thread_local std::vector<const SqlDatabase*> open_;
  const SqlDatabase* database_;
};
thread_local std::vector<const SqlDatabase*> NestingGuard::open_;

Status check_parameters(const SqlParameters& parameters) {
  for (const SqlValue& value : parameters) {
    const std::string* text = std::get_if<std::string>(&value);
    if (text == nullptr || (text->find('\0') == std::string::npos && is_utf8(*text))) continue;
    return fail(ErrorCode::kInvalidArgument, "a text for the catalog is not UTF-8 or holds a zero byte");
  }
  return {};
}

class Session final : public SqlSession {
 public:
  Session(SqlConnection& connection, SqlDialect dialect) : connection_(connection), dialect_(dialect) {}

  Result<SqlRows> query(std::string_view sql, const SqlParameters& parameters) override {
    SqlOutcome outcome = TRY(run(sql, parameters));
    return std::move(outcome.rows);
  }
  Result<std::int64_t> execute(std::string_view sql, const SqlParameters& parameters) override {
    const SqlOutcome outcome = TRY(run(sql, parameters));
    return outcome.changed_rows;
  }
  [[nodiscard]] SqlDialect dialect() const override { return dialect_; }
  [[nodiscard]] const std::optional<SqlFailure>& failure() const { return failure_; }

 private:
  Result<SqlOutcome> run(std::string_view sql, const SqlParameters& parameters) {
    if (failure_) return fail(failure_->error);
    const Status fits = check_parameters(parameters);
    if (!fits) {
      failure_ = SqlFailure{fits.error()};
      return fail(fits.error());
    }
    auto outcome = connection_.run(sql, parameters);
    if (!outcome) {
      failure_ = std::move(outcome).error();
      return fail(failure_->error);
    }
    return std::move(*outcome);
  }

  SqlConnection& connection_;
  const SqlDialect dialect_;
  std::optional<SqlFailure> failure_;
};

}  // namespace

PooledDatabase::PooledDatabase(SqlDialect dialect, std::string description,
                               std::unique_ptr<ConnectionPool> readers,
                               std::unique_ptr<ConnectionPool> writers)
    : dialect_(dialect),
      description_(std::move(description)),
      readers_(std::move(readers)),
      writers_(std::move(writers)) {}

Status PooledDatabase::transact(SqlAccess access, const std::function<Status(SqlSession&)>& body) {
  const NestingGuard guard(*this);
  const double started = monotonic_seconds();
  for (std::size_t attempts = 0;; ++attempts) {
    auto outcome = attempt(access, body);
    if (outcome) return {};
    const bool again = outcome.error().try_again && attempts < kPauses.size() &&
                       monotonic_seconds() - started < kLongestTryingSeconds;
    if (!again) return fail(std::move(outcome).error().error);
    pause_about(kPauses[attempts]);
  }
}

SqlAttempt<void> PooledDatabase::attempt(SqlAccess access, const std::function<Status(SqlSession&)>& body) {
  ConnectionPool& pool = access == SqlAccess::kReadWrite && writers_ ? *writers_ : *readers_;
  auto lease = pool.take();
  if (!lease) return tl::unexpected(std::move(lease).error());
  SqlConnection& connection = **lease;
  const auto failed = [&](SqlFailure failure) {
    if (failure.broken) {
      pool.close_idle();
    } else if (connection.rollback()) {
      lease->give_back();
    }
    return tl::unexpected(std::move(failure));
  };

  if (auto begun = connection.begin(access); !begun) return failed(std::move(begun).error());
  Session session(connection, dialect_);
  const Status done = body(session);
  if (session.failure()) {
    SqlFailure failure = *session.failure();
    if (!done) failure.error = done.error();  // it may have found better words
    return failed(std::move(failure));
  }
  if (!done) return failed(SqlFailure{done.error()});
  if (auto committed = connection.commit(); !committed) return failed(std::move(committed).error());
  lease->give_back();
  return {};
}

}  // namespace skyhold
