#include "access/access.h"

#include "access/access_schema.h"
#include "access/account_rows.h"
#include "access/instant_ms.h"
#include "access/secrets.h"
#include "access/session_rows.h"
#include "access/throttle.h"

namespace skyhold {
namespace {

constexpr std::chrono::seconds kLongestWaitForTurn{5};

tl::unexpected<Error> too_many_hashes() {
  return fail(Error{.code = ErrorCode::kUnavailable,
                    .message = "too many people sign in at this moment",
                    .hint = "try again in a few seconds",
                    .retry_after = std::chrono::seconds(2)});
}

// One of the few turns to hash a password, given back at the end.
template <typename Semaphore>
class Turn {
 public:
  explicit Turn(Semaphore& turns) : turns_(turns), had_(turns.try_acquire_for(kLongestWaitForTurn)) {}
  ~Turn() {
    if (had_) turns_.release();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] bool had() const { return had_; }

 private:
  Semaphore& turns_;
  const bool had_;
};

}  // namespace

Access::Access(SqlDatabase& database, const MasterKey& master_key, const Clock& clock,
               const AccessOptions& options)
    : database_(database),
      master_key_(master_key),
      clock_(clock),
      options_(options),
      dummy_hash_(hash_password(new_secret(), options.password_cost)) {}

Result<std::unique_ptr<Access>> Access::open(SqlDatabase& database, const MasterKey& master_key,
                                             const Clock& clock, const AccessOptions& options) {
  TRY(migrate(database, "access", access_migrations()));
  return std::unique_ptr<Access>(new Access(database, master_key, clock, options));
}

Result<std::string> Access::hash_in_turn(std::string_view password) {
  const Turn turn(hash_turns_);
  if (!turn.had()) return too_many_hashes();
  return hash_password(password, options_.password_cost);
}

Result<bool> Access::matches_in_turn(const std::string& hash, std::string_view password) {
  const Turn turn(hash_turns_);
  if (!turn.had()) return too_many_hashes();
  return password_matches(hash, password);
}

Result<std::string> Access::check_current_password(const Principal& who, std::string_view password) {
  const Throttle throttle(database_, clock_, options_);
  const ThrottleKeys keys = {attempts_of_name(who.account.name)};
  TRY(throttle.admit(keys));
  const AccountRow row =
      TRY(database_.read([&](SqlSession& session) { return require_account(session, who.account.id); }));
  const Result<bool> matches = matches_in_turn(row.password_hash, password);
  if (!matches) {
    TRY(throttle.withdraw(keys));
    return fail(matches.error());
  }
  if (!*matches) {
    return fail(ErrorCode::kPermissionDenied, "the current password is wrong", "type it again");
  }
  TRY(database_.write([&](SqlSession& session) { return throttle.succeeded(session, keys); }));
  return row.password_hash;
}

Status Access::sweep() {
  const Throttle throttle(database_, clock_, options_);
  return database_.write([&](SqlSession& session) -> Status {
    const Instant now = clock_.now();
    TRY(session.execute("DELETE FROM access_sessions WHERE ends_at_ms <= ? OR last_seen_at_ms <= ?",
                        {to_ms(now), to_ms(now - options_.session_idle)}));
    return throttle.sweep(session);
  });
}

Result<std::int64_t> Access::revision() {
  return database_.read([](SqlSession& session) -> Result<std::int64_t> {
    return TRY(session.query("SELECT value FROM access_counters WHERE name = 'revision'")).front().integer(0);
  });
}

}  // namespace skyhold
