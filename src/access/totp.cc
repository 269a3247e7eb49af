#include <fmt/format.h>

#include "access/access.h"
#include "access/access_schema.h"
#include "access/instant_ms.h"
#include "access/secrets.h"
#include "access/session_rows.h"
#include "access/throttle.h"
#include "access/totp_code.h"
#include "base/random.h"

namespace skyhold {
namespace {

constexpr int kRecoveryCodes = 10;

// The master key wraps a secret for one account only: a row copied over another's opens nothing.
std::string wrapping_context(std::string_view account_id) {
  return fmt::format("totp of account {}", account_id);
}

tl::unexpected<Error> wrong_code() {
  return fail(ErrorCode::kPermissionDenied, "the code is wrong or was used before",
              "wait for the next code of the app, check the clock of its device, or use a recovery code");
}

bool is_totp_code(std::string_view code) {
  return code.size() == kTotpDigits && code.find_first_not_of("0123456789") == std::string_view::npos;
}

// Uses the code up; whoever comes second with it changes no row.
Status use_totp_code(SqlSession& session, const MasterKey& master_key, const AccountRow& row,
                     std::string_view code, Instant now) {
  const std::string& id = row.account.id;
  const std::string secret = TRY(master_key.unwrap(row.wrapped_totp, wrapping_context(id)));
  const auto step = matching_totp_step(as_bytes(secret), code, now, row.totp_last_step);
  if (!step) return wrong_code();
  const std::int64_t used =
      TRY(session.execute("UPDATE access_accounts SET totp_last_step = ? WHERE id = ? AND totp_last_step < ?",
                          {*step, id, *step}));
  if (used == 0) return wrong_code();
  return {};
}

Status use_recovery_code(SqlSession& session, const AccountRow& row, std::string_view code) {
  const std::string& id = row.account.id;
  const std::int64_t used =
      TRY(session.execute("DELETE FROM access_recovery_codes WHERE account_id = ? AND digest = ?",
                          {id, recovery_code_digest(id, code)}));
  if (used == 0) return wrong_code();
  return raise_access_revision(session);
}

struct Confirmation {
  std::string_view cookie;
  std::string_view code;
  std::string_view address;
  Instant now;
};

Result<SessionRow> pending_session(SqlSession& session, std::string_view cookie, Instant now,
                                   const AccessOptions& options) {
  std::optional<SessionRow> pending = TRY(find_session(session, cookie, now, options));
  if (!pending || !pending->needs_totp) {
    return fail(ErrorCode::kPermissionDenied, "no sign-in waits for a code here; it may have lasted too long",
                "sign in again with name and password");
  }
  return std::move(*pending);
}

Result<NewSession> confirm_in(SqlSession& session, const Confirmation& given, const MasterKey& master_key,
                              const AccessOptions& options) {
  const SessionRow pending = TRY(pending_session(session, given.cookie, given.now, options));
  AccountRow row = TRY(require_account(session, pending.account_id));
  if (!row.account.enabled || !row.account.has_totp) {
    return fail(ErrorCode::kPermissionDenied, "this sign-in has ended", "sign in again");
  }
  if (is_totp_code(given.code)) {
    TRY(use_totp_code(session, master_key, row, given.code, given.now));
  } else {
    TRY(use_recovery_code(session, row, given.code));
  }
  TRY(session.execute("DELETE FROM access_sessions WHERE id = ?", {pending.id}));
  TRY(session.execute("UPDATE access_accounts SET last_sign_in_at_ms = ? WHERE id = ?",
                      {to_ms(given.now), row.account.id}));
  row.account.last_sign_in_at = given.now;
  const SessionRow wanted{.address = std::string(given.address),
                          .user_agent = pending.user_agent,
                          .created_at = given.now,
                          .last_seen_at = given.now,
                          .ends_at = given.now + options.session_absolute};
  return start_session(session, row, wanted, given.now);
}

Result<std::vector<std::string>> renew_recovery_codes(SqlSession& session, const std::string& account_id) {
  TRY(session.execute("DELETE FROM access_recovery_codes WHERE account_id = ?", {account_id}));
  std::vector<std::string> codes;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    codes.push_back(new_recovery_code());
    TRY(session.execute("INSERT INTO access_recovery_codes (account_id, digest) VALUES (?, ?)",
                        {account_id, recovery_code_digest(account_id, codes.back())}));
  }
  return codes;
}

Result<std::vector<std::string>> enable_in(SqlSession& session, const MasterKey& master_key,
                                           const Principal& who, std::string_view code, Instant now) {
  const AccountRow row = TRY(require_account(session, who.account.id));
  const std::string& id = row.account.id;
  if (row.wrapped_totp_pending.empty()) {
    return fail(ErrorCode::kInvalidArgument, "no second factor is being set up",
                "ask for a new secret first, and give it to the app");
  }
  const std::string secret = TRY(master_key.unwrap(row.wrapped_totp_pending, wrapping_context(id)));
  const auto step = matching_totp_step(as_bytes(secret), code, now, /*last_step=*/0);
  if (!step) return wrong_code();
  TRY(
      session.execute("UPDATE access_accounts SET wrapped_totp = wrapped_totp_pending, "
                      "wrapped_totp_pending = '', totp_last_step = ? WHERE id = ?",
                      {*step, id}));
  // The others came in by a password alone.
  TRY(end_sessions(session, id, who.session_id));
  TRY(raise_access_revision(session));
  return renew_recovery_codes(session, id);
}

Status forget_totp(SqlSession& session, const std::string& account_id) {
  const std::int64_t changed =
      TRY(session.execute("UPDATE access_accounts SET wrapped_totp = '', wrapped_totp_pending = '', "
                          "totp_last_step = 0 WHERE id = ? AND wrapped_totp <> ''",
                          {account_id}));
  if (changed == 0) {
    return fail(ErrorCode::kNotFound, "this account has no second factor", "there is nothing to turn off");
  }
  TRY(session.execute("DELETE FROM access_recovery_codes WHERE account_id = ?", {account_id}));
  return raise_access_revision(session);
}

}  // namespace

Result<NewSession> Access::confirm_totp(std::string_view cookie, std::string_view code,
                                        std::string_view address) {
  const Confirmation given{.cookie = cookie, .code = code, .address = address, .now = clock_.now()};
  const SessionRow pending = TRY(database_.read(
      [&](SqlSession& session) { return pending_session(session, cookie, given.now, options_); }));
  const Throttle throttle(database_, clock_, options_);
  const ThrottleKeys keys = {attempts_of_code(pending.account_id), attempts_from(address)};
  TRY(throttle.admit(keys));
  return database_.write([&](SqlSession& session) -> Result<NewSession> {
    TRY(throttle.succeeded(session, keys));
    return confirm_in(session, given, master_key_, options_);
  });
}

Result<Access::TotpSetup> Access::begin_totp(const Principal& who) {
  TRY(check_is_person_with_own_password(who, "set up a second factor"));
  Bytes secret(kTotpSecretBytes);
  random_bytes(secret);
  const std::string wrapped = master_key_.wrap(as_text(secret), wrapping_context(who.account.id));
  const std::int64_t begun = TRY(database_.write([&](SqlSession& session) {
    return session.execute(
        "UPDATE access_accounts SET wrapped_totp_pending = ? WHERE id = ? AND wrapped_totp = ''",
        {wrapped, who.account.id});
  }));
  if (begun == 0) {
    return fail(ErrorCode::kAlreadyExists, "this account has a second factor already",
                "turn it off first, with the password");
  }
  const std::string base32 = base32_encode(secret);
  return TotpSetup{.secret_base32 = base32, .uri = totp_uri(who.account.name, base32)};
}

Result<std::vector<std::string>> Access::enable_totp(const Principal& who, std::string_view code) {
  TRY(check_is_person_with_own_password(who, "set up a second factor"));
  return database_.write(
      [&](SqlSession& session) { return enable_in(session, master_key_, who, code, clock_.now()); });
}

Status Access::disable_totp(const Principal& who, std::string_view password) {
  TRY(check_is_person_with_own_password(who, "turn off a second factor"));
  TRY(check_current_password(who, password));
  return database_.write([&](SqlSession& session) { return forget_totp(session, who.account.id); });
}

Status Access::remove_totp(std::string_view account_id) {
  return database_.write([&](SqlSession& session) -> Status {
    const AccountRow row = TRY(require_account(session, account_id));
    TRY(end_sessions(session, row.account.id));
    return forget_totp(session, row.account.id);
  });
}

}  // namespace skyhold
