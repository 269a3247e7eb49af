#include <fmt/format.h>

#include "access/access.h"
#include "access/access_schema.h"
#include "access/instant_ms.h"
#include "access/printable.h"
#include "access/secrets.h"
#include "access/session_rows.h"
#include "access/token_rows.h"
#include "model/ids.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostTokens = 100;  // of one account
constexpr std::chrono::minutes kUsedEvery{1};

struct UsedToken {
  Principal who;
  bool write_used = false;
};

Result<UsedToken> look_up(SqlSession& session, std::string_view secret, Instant now) {
  const SqlRows rows =
      TRY(session.query(fmt::format("SELECT {} FROM access_tokens t WHERE t.digest = ?", kTokenColumns),
                        {secret_digest(secret)}));
  if (rows.empty()) return UsedToken{};
  ApiToken token = TRY(read_token(rows.front()));
  if (token.expires_at && now >= *token.expires_at) return UsedToken{};
  const std::optional<AccountRow> row = TRY(find_account(session, token.account_id));
  if (!row || !row->account.enabled) return UsedToken{};
  UsedToken used;
  used.write_used = !token.last_used_at || now - *token.last_used_at >= kUsedEvery;
  used.who.account = row->account;
  used.who.signed_in = true;
  used.who.memberships = TRY(memberships_of(session, row->account));
  used.who.token = std::move(token);
  return used;
}

// A token that could never do anything is a mistake that should show now, not in the script.
Status check_reach(const Principal& who, const ApiToken& wanted) {
  if (wanted.most == Role::kOperator && !who.account.is_operator) {
    return fail(ErrorCode::kPermissionDenied, "only an operator can make a token with the role operator",
                "ask for a token with the role admin or user");
  }
  if (!wanted.project.empty() && who.role_in(wanted.project) == Role::kNone) {
    return fail(ErrorCode::kPermissionDenied,
                fmt::format("you have no role in the project {}", wanted.project),
                "ask its administrators to make you a member");
  }
  return {};
}

Status create_in(SqlSession& session, const ApiToken& token, std::string_view digest) {
  const SqlRows rows = TRY(
      session.query(fmt::format("SELECT id FROM access_tokens WHERE account_id = ?{}", session.for_update()),
                    {token.account_id}));
  if (rows.size() >= kMostTokens) {
    return fail(ErrorCode::kNoSpace, fmt::format("the account has {} API tokens already", rows.size()),
                "delete those that nobody uses");
  }
  TRY(insert_token(session, token, digest));
  return raise_access_revision(session);
}

}  // namespace

Result<Principal> Access::by_token(std::string_view secret) {
  if (secret.size() != kTokenPrefix.size() + kSecretCharacters || !secret.starts_with(kTokenPrefix)) {
    return Principal{};
  }
  const Instant now = clock_.now();
  UsedToken used = TRY(database_.read([&](SqlSession& session) { return look_up(session, secret, now); }));
  if (used.write_used) {
    TRY(database_.write([&](SqlSession& session) {
      return session.execute("UPDATE access_tokens SET last_used_at_ms = ? WHERE id = ?",
                             {to_ms(now), used.who.token->id});
    }));
  }
  return std::move(used.who);
}

Result<Access::CreatedToken> Access::create_token(const Principal& who, const ApiToken& wanted) {
  TRY(check_is_person_with_own_password(who, "make API tokens"));
  TRY(check_token(wanted));
  TRY(check_reach(who, wanted));
  const Instant now = clock_.now();
  if (wanted.expires_at && *wanted.expires_at <= now) {
    return fail(ErrorCode::kInvalidArgument, "the token would have expired already",
                "choose an end in the future");
  }
  CreatedToken created{.token = wanted, .secret = std::string(kTokenPrefix) + new_secret()};
  created.token.id = new_id("tk", now);
  created.token.account_id = who.account.id;
  created.token.created_at = from_ms(to_ms(now));
  created.token.last_used_at.reset();
  TRY(database_.write(
      [&](SqlSession& session) { return create_in(session, created.token, secret_digest(created.secret)); }));
  return created;
}

Result<std::vector<ApiToken>> Access::tokens(const Principal& who) {
  TRY(check_is_person_with_own_password(who, "see API tokens"));
  const SqlRows rows = TRY(database_.read([&](SqlSession& session) {
    return session.query(
        fmt::format("SELECT {} FROM access_tokens t WHERE t.account_id = ? ORDER BY t.id", kTokenColumns),
        {who.account.id});
  }));
  std::vector<ApiToken> tokens;
  tokens.reserve(rows.size());
  for (const SqlRow& row : rows) tokens.push_back(TRY(read_token(row)));
  return tokens;
}

// A token may end itself, and nothing else.
Status Access::delete_token(const Principal& who, std::string_view id) {
  const bool itself = who.signed_in && who.token && who.token->id == id;
  if (!itself) TRY(check_is_person_with_own_password(who, "delete API tokens"));
  return database_.write([&](SqlSession& session) -> Status {
    const std::int64_t deleted = TRY(session.execute(
        "DELETE FROM access_tokens WHERE id = ? AND account_id = ?", {storable_key(id), who.account.id}));
    if (deleted == 0) {
      return fail(ErrorCode::kNotFound, fmt::format("you have no API token {}", printable(id, 64)),
                  "list the tokens");
    }
    return raise_access_revision(session);
  });
}

}  // namespace skyhold
