#include <fmt/format.h>

#include "access/access.h"
#include "access/access_schema.h"
#include "access/account_rows.h"
#include "access/instant_ms.h"
#include "access/paging.h"
#include "access/password_rules.h"
#include "access/printable.h"
#include "access/secrets.h"
#include "access/session_rows.h"
#include "access/throttle.h"
#include "model/ids.h"

namespace skyhold {
namespace {

// A part of a name as LIKE takes it, in lower case.
std::string like_pattern(std::string_view part) {
  std::string pattern = "%";
  for (const char character : account_name_key(storable_key(part))) {
    if (character == '%' || character == '_' || character == '\\') pattern.push_back('\\');
    pattern.push_back(character);
  }
  return pattern + "%";
}

Status update_in(SqlSession& session, const Account& wanted) {
  const AccountRow row = TRY(require_account(session, wanted.id));
  const bool was_operator = row.account.is_operator && row.account.enabled;
  if (was_operator && !(wanted.is_operator && wanted.enabled)) {
    TRY(check_not_last_operator(session, row.account));
  }
  const std::optional<AccountRow> named = TRY(find_account_named(session, wanted.name));
  if (named && named->account.id != wanted.id) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("there is an account {} already", wanted.name),
                "choose another name");
  }
  TRY(session.execute(
      "UPDATE access_accounts SET name = ?, name_key = ?, display_name = ?, is_operator = ?, enabled = ?, "
      "locale = ? WHERE id = ?",
      {wanted.name, account_name_key(wanted.name), wanted.display_name, std::int64_t{wanted.is_operator},
       std::int64_t{wanted.enabled}, wanted.locale, wanted.id}));
  if (!wanted.enabled) TRY(end_sessions(session, wanted.id));
  return raise_access_revision(session);
}

Status delete_in(SqlSession& session, std::string_view id) {
  const AccountRow row = TRY(require_account(session, id));
  if (row.account.is_operator && row.account.enabled) TRY(check_not_last_operator(session, row.account));
  // Sessions, tokens, memberships and recovery codes go with it.
  TRY(session.execute("DELETE FROM access_accounts WHERE id = ?", {row.account.id}));
  return raise_access_revision(session);
}

Status insert_new(SqlSession& session, const AccountRow& row) {
  TRY(insert_account(session, row));
  return raise_access_revision(session);
}

struct OneTimePassword {
  std::string hash;
  Instant ends_at;
};

Status reset_in(SqlSession& session, std::string_view id, const OneTimePassword& password,
                const Throttle& throttle) {
  const AccountRow row = TRY(require_account(session, id));
  TRY(
      session.execute("UPDATE access_accounts SET password_hash = ?, must_change_password = 1, "
                      "password_ends_at_ms = ? WHERE id = ?",
                      {password.hash, to_ms(password.ends_at), row.account.id}));
  TRY(end_sessions(session, row.account.id));
  TRY(throttle.succeeded(session, {attempts_of_name(row.account.name)}));
  return raise_access_revision(session);
}

struct PasswordChange {
  const Principal& who;
  std::string old_hash;
  std::string new_hash;
  bool renew = false;
};

// The session under a new id and cookie, with the end that it had.
Result<NewSession> renew_session(SqlSession& session, const Principal& who, const AccountRow& account,
                                 Instant now) {
  const SqlRows rows =
      TRY(session.query("DELETE FROM access_sessions WHERE id = ? AND account_id = ? "
                        "RETURNING address, user_agent, created_at_ms, ends_at_ms",
                        {who.session_id, account.account.id}));
  if (rows.empty()) {
    return fail(ErrorCode::kPermissionDenied, "this session has ended meanwhile", "sign in again");
  }
  const SessionRow wanted{.address = rows.front().text(0),
                          .user_agent = rows.front().text(1),
                          .created_at = from_ms(rows.front().integer(2)),
                          .last_seen_at = now,
                          .ends_at = from_ms(rows.front().integer(3))};
  return start_session(session, account, wanted, now);
}

Result<NewSession> change_in(SqlSession& session, const PasswordChange& change, Instant now) {
  const std::string& id = change.who.account.id;
  const std::int64_t changed = TRY(session.execute(
      "UPDATE access_accounts SET password_hash = ?, must_change_password = 0, password_ends_at_ms = NULL "
      "WHERE id = ? AND password_hash = ?",
      {change.new_hash, id, change.old_hash}));
  if (changed == 0) {
    return fail(ErrorCode::kBusy, "the password was changed by somebody else at this moment",
                "sign in again with the password that holds now");
  }
  TRY(raise_access_revision(session));
  TRY(end_sessions(session, id, change.who.session_id));
  const AccountRow row = TRY(require_account(session, id));
  if (change.renew) return renew_session(session, change.who, row, now);
  NewSession kept{.cookie = {}, .principal = change.who};
  kept.principal.account = row.account;
  return kept;
}

}  // namespace

Result<Access::Created> Access::create_account(const NewAccount& wanted) {
  const Instant now = clock_.now();
  AccountRow row;
  row.account.id = new_id("ac", now);
  row.account.name = wanted.name;
  row.account.display_name = wanted.display_name;
  row.account.is_operator = wanted.is_operator;
  row.account.created_at = from_ms(to_ms(now));
  TRY(check_account(row.account));
  std::string one_time_password;
  if (wanted.password.empty()) {
    one_time_password = new_one_time_password();
    row.account.must_change_password = true;
    row.password_ends_at = now + options_.invitation_life;
  } else {
    TRY(check_new_password(wanted.password, wanted.name));
  }
  row.password_hash = TRY(hash_in_turn(wanted.password.empty() ? one_time_password : wanted.password));
  TRY(database_.write([&](SqlSession& session) { return insert_new(session, row); }));
  return Created{.account = row.account, .one_time_password = one_time_password};
}

Result<bool> Access::has_accounts() {
  const SqlRows rows = TRY(database_.read(
      [](SqlSession& session) { return session.query("SELECT id FROM access_accounts LIMIT 1"); }));
  return !rows.empty();
}

Result<Account> Access::account(std::string_view id) {
  AccountRow row = TRY(database_.read([&](SqlSession& session) { return require_account(session, id); }));
  return std::move(row.account);
}

Result<Account> Access::account_by_name(std::string_view name) {
  std::optional<AccountRow> row =
      TRY(database_.read([&](SqlSession& session) { return find_account_named(session, name); }));
  if (!row) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no account {}", printable(name, 128)),
                "list the accounts");
  }
  return std::move(row->account);
}

Result<Access::AccountPage> Access::accounts(int limit, std::string_view after, std::string_view search) {
  TRY(check_page_limit(limit));
  const SqlRows rows = TRY(database_.read([&](SqlSession& session) {
    return session.query(
        fmt::format("SELECT {} FROM access_accounts a WHERE a.name_key > ? AND "
                    "(a.name_key LIKE ? ESCAPE '\\' OR LOWER(a.display_name) LIKE ? ESCAPE '\\') "
                    "ORDER BY a.name_key LIMIT ?",
                    kAccountColumns),
        {storable_key(after), like_pattern(search), like_pattern(search), std::int64_t{limit} + 1});
  }));
  AccountPage page;
  for (const SqlRow& row : rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) {
      page.next = account_name_key(page.items.back().name);
      break;
    }
    page.items.push_back(read_account(row).account);
  }
  return page;
}

Status Access::update_account(const Account& account) {
  TRY(check_account(account));
  return database_.write([&](SqlSession& session) { return update_in(session, account); });
}

Result<NewSession> Access::replace_password(const Principal& who, std::string_view current,
                                            std::string_view fresh, bool renew) {
  TRY(check_is_person(who, "change passwords"));
  const std::string old_hash = TRY(check_current_password(who, current));
  TRY(check_new_password(fresh, who.account.name));
  if (current == fresh) {
    return fail(ErrorCode::kInvalidArgument, "the new password is the current one", "choose another");
  }
  const std::string new_hash = TRY(hash_in_turn(fresh));
  const PasswordChange change{.who = who, .old_hash = old_hash, .new_hash = new_hash, .renew = renew};
  return database_.write([&](SqlSession& session) { return change_in(session, change, clock_.now()); });
}

Status Access::change_password(const Principal& who, std::string_view current, std::string_view fresh) {
  TRY(replace_password(who, current, fresh, /*renew=*/false));
  return {};
}

Result<NewSession> Access::change_password_and_renew(const Principal& who, std::string_view current,
                                                     std::string_view fresh) {
  return replace_password(who, current, fresh, /*renew=*/true);
}

Result<std::string> Access::reset_password(std::string_view account_id) {
  const std::string password = new_one_time_password();
  const OneTimePassword kept{.hash = TRY(hash_in_turn(password)),
                             .ends_at = clock_.now() + options_.invitation_life};
  const Throttle throttle(database_, clock_, options_);
  TRY(database_.write([&](SqlSession& session) { return reset_in(session, account_id, kept, throttle); }));
  return password;
}

Status Access::delete_account(std::string_view account_id) {
  return database_.write([&](SqlSession& session) { return delete_in(session, account_id); });
}

}  // namespace skyhold
