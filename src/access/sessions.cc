#include <fmt/format.h>

#include "access/access.h"
#include "access/instant_ms.h"
#include "access/printable.h"
#include "access/secrets.h"
#include "access/session_rows.h"
#include "access/throttle.h"

namespace skyhold {
namespace {

// Between the password and the code of the second factor.
constexpr std::chrono::minutes kPendingSessionLife{10};
// So often, at most, a session's last use is written.
constexpr std::chrono::minutes kSeenEvery{1};

// One answer for a name that does not exist, a wrong password and a disabled account.
tl::unexpected<Error> wrong_name_or_password() {
  return fail(ErrorCode::kPermissionDenied, "the name or the password is wrong",
              "an operator can give out a new one-time password");
}

struct SignIn {
  std::string account_id;
  std::string password_hash;  // that the password matched
  std::string_view address;
  std::string_view user_agent;
  Instant now;
};

Result<NewSession> begin_session(SqlSession& session, const SignIn& sign_in, const AccessOptions& options) {
  // What was true before the password was hashed may have changed meanwhile.
  std::optional<AccountRow> row = TRY(find_account(session, sign_in.account_id));
  if (!row || !row->account.enabled || row->password_hash != sign_in.password_hash) {
    return wrong_name_or_password();
  }
  const bool needs_totp = row->account.has_totp;
  if (!needs_totp) {
    TRY(session.execute("UPDATE access_accounts SET last_sign_in_at_ms = ? WHERE id = ?",
                        {to_ms(sign_in.now), row->account.id}));
    row->account.last_sign_in_at = sign_in.now;
  }
  const SessionRow wanted{
      .needs_totp = needs_totp,
      .address = std::string(sign_in.address),
      .user_agent = std::string(sign_in.user_agent),
      .created_at = sign_in.now,
      .last_seen_at = sign_in.now,
      .ends_at = sign_in.now + (needs_totp ? kPendingSessionLife : options.session_absolute)};
  return start_session(session, *row, wanted, sign_in.now);
}

struct SeenSession {
  Principal who;
  bool write_seen = false;
};

Result<SeenSession> look_up(SqlSession& session, std::string_view cookie, Instant now,
                            const AccessOptions& options) {
  const std::optional<SessionRow> row = TRY(find_session(session, cookie, now, options));
  if (!row) return SeenSession{};
  const std::optional<AccountRow> account = TRY(find_account(session, row->account_id));
  if (!account || !account->account.enabled) return SeenSession{};
  return SeenSession{.who = TRY(session_principal(session, *account, *row, cookie)),
                     .write_seen = now - row->last_seen_at >= kSeenEvery};
}

}  // namespace

Result<NewSession> Access::sign_in(std::string_view name, std::string_view password, std::string_view address,
                                   std::string_view user_agent) {
  const Throttle throttle(database_, clock_, options_);
  const ThrottleKeys keys = {attempts_of_name(name), attempts_from(address)};
  TRY(throttle.admit(keys));
  const std::optional<AccountRow> row =
      TRY(database_.read([&](SqlSession& session) { return find_account_named(session, name); }));
  const Result<bool> matches = matches_in_turn(row ? row->password_hash : dummy_hash_, password);
  if (!matches) {
    TRY(throttle.withdraw(keys));
    return fail(matches.error());
  }
  if (!row || !*matches || !row->account.enabled) return wrong_name_or_password();
  const Instant now = clock_.now();
  if (row->password_ends_at && now >= *row->password_ends_at) {
    return fail(ErrorCode::kPermissionDenied, "this one-time password was not used in time and has expired",
                "ask an operator for a new one");
  }
  const SignIn sign_in{.account_id = row->account.id,
                       .password_hash = row->password_hash,
                       .address = address,
                       .user_agent = user_agent,
                       .now = now};
  return database_.write([&](SqlSession& session) -> Result<NewSession> {
    TRY(throttle.succeeded(session, keys));
    return begin_session(session, sign_in, options_);
  });
}

Result<Principal> Access::by_cookie(std::string_view cookie) {
  if (cookie.size() != kSecretCharacters) return Principal{};
  const Instant now = clock_.now();
  SeenSession seen =
      TRY(database_.read([&](SqlSession& session) { return look_up(session, cookie, now, options_); }));
  if (seen.write_seen) {
    TRY(database_.write([&](SqlSession& session) {
      return session.execute(
          "UPDATE access_sessions SET last_seen_at_ms = ? WHERE id = ? AND last_seen_at_ms < ?",
          {to_ms(now), seen.who.session_id, to_ms(now)});
    }));
  }
  return std::move(seen.who);
}

Status Access::sign_out(const Principal& who) {
  // Also of a session that still waits for its code.
  if (who.session_id.empty()) return check_is_person(who, "sign out");
  TRY(database_.write([&](SqlSession& session) {
    return session.execute("DELETE FROM access_sessions WHERE id = ?", {who.session_id});
  }));
  return {};
}

Result<std::vector<SessionRecord>> Access::sessions(const Principal& who) {
  TRY(check_is_person(who, "see sessions"));
  const Instant now = clock_.now();
  const SqlRows rows = TRY(database_.read([&](SqlSession& session) {
    return session.query(
        "SELECT id, address, user_agent, created_at_ms, last_seen_at_ms FROM access_sessions WHERE "
        "account_id = ? AND needs_totp = 0 AND ends_at_ms > ? AND last_seen_at_ms > ? "
        "ORDER BY last_seen_at_ms DESC, id DESC",
        {who.account.id, to_ms(now), to_ms(now - options_.session_idle)});
  }));
  std::vector<SessionRecord> sessions;
  sessions.reserve(rows.size());
  for (const SqlRow& row : rows) {
    sessions.push_back({.id = row.text(0),
                        .address = row.text(1),
                        .user_agent = row.text(2),
                        .created_at = from_ms(row.integer(3)),
                        .last_seen_at = from_ms(row.integer(4)),
                        .current = row.text(0) == who.session_id});
  }
  return sessions;
}

Status Access::end_session(const Principal& who, std::string_view session_id) {
  TRY(check_is_person(who, "end sessions"));
  const std::int64_t ended = TRY(database_.write([&](SqlSession& session) {
    return session.execute("DELETE FROM access_sessions WHERE id = ? AND account_id = ?",
                           {storable_key(session_id), who.account.id});
  }));
  if (ended == 0) {
    return fail(ErrorCode::kNotFound, fmt::format("you have no session {}", printable(session_id, 64)),
                "it may have ended already: list the sessions");
  }
  return {};
}

}  // namespace skyhold
