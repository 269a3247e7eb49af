#include "access/token_rows.h"

#include <fmt/format.h>

#include "access/instant_ms.h"
#include "access/printable.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostTokenNameBytes = 100;

}  // namespace

Result<ApiToken> read_token(const SqlRow& row) {
  const Role most = TRY(parse_token_role(row.text(3)));
  return ApiToken{.id = row.text(0),
                  .account_id = row.text(1),
                  .name = row.text(2),
                  .most = most,
                  .project = row.text(4),
                  .created_at = from_ms(row.integer(5)),
                  .expires_at = from_ms_or_null(row.optional_integer(6)),
                  .last_used_at = from_ms_or_null(row.optional_integer(7))};
}

Status insert_token(SqlSession& session, const ApiToken& token, std::string_view digest) {
  TRY(session.execute(
      "INSERT INTO access_tokens (id, digest, account_id, name, most, project, created_at_ms, expires_at_ms, "
      "last_used_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {token.id, std::string(digest), token.account_id, token.name, std::string(to_string(token.most)),
       token.project, to_ms(token.created_at), to_ms_or_null(token.expires_at),
       to_ms_or_null(token.last_used_at)}));
  return {};
}

Result<Role> parse_token_role(std::string_view text) {
  if (text == to_string(Role::kOperator)) return Role::kOperator;
  return parse_member_role(text);
}

Status check_token(const ApiToken& token) {
  if (token.name.empty()) {
    return fail(ErrorCode::kInvalidArgument, "an API token needs a name",
                "say what it is for: \"deploy script\"");
  }
  TRY(check_text("the token's name", token.name, kMostTokenNameBytes));
  if (token.most == Role::kNone) {
    return fail(ErrorCode::kInvalidArgument, "an API token without any role would be good for nothing",
                "give it the role user, admin or operator");
  }
  if (!token.project.empty()) TRY(check_slug("the token's project", token.project));
  return {};
}

}  // namespace skyhold
