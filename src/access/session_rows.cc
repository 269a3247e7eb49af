#include "access/session_rows.h"

#include <fmt/format.h>

#include "access/instant_ms.h"
#include "access/printable.h"
#include "access/secrets.h"
#include "model/ids.h"

namespace skyhold {
namespace {

constexpr std::int64_t kMostSessions = 50;  // of one account
constexpr std::size_t kMostAddressBytes = 64;
constexpr std::size_t kMostUserAgentBytes = 300;

Status make_room(SqlSession& session, std::string_view account_id) {
  // Those without a second factor go first: a stolen password alone must not push anybody out.
  TRY(session.execute(
      "DELETE FROM access_sessions WHERE id IN (SELECT id FROM access_sessions "
      "WHERE account_id = ? ORDER BY needs_totp, last_seen_at_ms DESC, id LIMIT 1000 OFFSET ?)",
      {std::string(account_id), kMostSessions - 1}));
  return {};
}

}  // namespace

Result<std::optional<SessionRow>> find_session(SqlSession& session, std::string_view cookie, Instant now,
                                               const AccessOptions& options) {
  const SqlRows rows = TRY(session.query(
      "SELECT id, account_id, needs_totp, address, user_agent, created_at_ms, last_seen_at_ms, ends_at_ms "
      "FROM access_sessions WHERE digest = ?",
      {secret_digest(cookie)}));
  if (rows.empty()) return std::nullopt;
  const SqlRow& row = rows.front();
  SessionRow found{.id = row.text(0),
                   .account_id = row.text(1),
                   .needs_totp = row.flag(2),
                   .address = row.text(3),
                   .user_agent = row.text(4),
                   .created_at = from_ms(row.integer(5)),
                   .last_seen_at = from_ms(row.integer(6)),
                   .ends_at = from_ms(row.integer(7))};
  const bool ended = now >= found.ends_at || now - found.last_seen_at >= options.session_idle;
  return ended ? std::nullopt : std::optional(std::move(found));
}

Result<NewSession> start_session(SqlSession& session, const AccountRow& account, const SessionRow& wanted,
                                 Instant now) {
  TRY(make_room(session, account.account.id));
  const std::string cookie = new_secret();
  SessionRow row = wanted;
  row.id = new_id("se", now);
  row.address = printable(wanted.address, kMostAddressBytes);
  row.user_agent = printable(wanted.user_agent, kMostUserAgentBytes);
  TRY(session.execute(
      "INSERT INTO access_sessions (id, digest, account_id, needs_totp, address, user_agent, created_at_ms, "
      "last_seen_at_ms, ends_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {row.id, secret_digest(cookie), account.account.id, std::int64_t{row.needs_totp}, row.address,
       row.user_agent, to_ms(row.created_at), to_ms(now), to_ms(row.ends_at)}));
  Principal principal = TRY(session_principal(session, account, row, cookie));
  return NewSession{.cookie = cookie, .principal = std::move(principal)};
}

Result<Principal> session_principal(SqlSession& session, const AccountRow& account, const SessionRow& row,
                                    std::string_view cookie) {
  Principal who;
  who.account = account.account;
  who.session_id = row.id;
  who.csrf_token = csrf_token_of(cookie);
  who.needs_totp = row.needs_totp;
  who.signed_in = !row.needs_totp;
  if (who.signed_in) who.memberships = TRY(memberships_of(session, account.account));
  return who;
}

Result<std::vector<Member>> memberships_of(SqlSession& session, const Account& account) {
  std::vector<Member> memberships;
  for (const SqlRow& row : TRY(session.query(
           "SELECT project, role, since_at_ms FROM access_members WHERE account_id = ? ORDER BY project",
           {account.id}))) {
    const Role role = TRY(parse_member_role(row.text(1)));
    memberships.push_back({.project = row.text(0),
                           .account_id = account.id,
                           .account_name = account.name,
                           .display_name = account.display_name,
                           .role = role,
                           .since = from_ms(row.integer(2))});
  }
  return memberships;
}

Status check_is_person(const Principal& who, std::string_view action) {
  if (who.token) {
    return fail(ErrorCode::kPermissionDenied, fmt::format("an API token cannot {}", action),
                "sign in with the account's password instead");
  }
  if (!who.signed_in) {
    return fail(ErrorCode::kPermissionDenied, fmt::format("only who is signed in can {}", action),
                "sign in first");
  }
  return {};
}

Status check_is_person_with_own_password(const Principal& who, std::string_view action) {
  TRY(check_is_person(who, action));
  if (who.account.must_change_password) {
    return fail(ErrorCode::kPermissionDenied, fmt::format("with a one-time password nobody can {}", action),
                "change the password first");
  }
  return {};
}

}  // namespace skyhold
