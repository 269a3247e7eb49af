// API tokens as their table holds them.
#pragma once

#include <string_view>

#include "db/sql_database.h"
#include "model/account.h"

namespace skyhold {

inline constexpr std::string_view kTokenColumns =
    "t.id, t.account_id, t.name, t.most, t.project, t.created_at_ms, t.expires_at_ms, t.last_used_at_ms";
inline constexpr std::size_t kTokenColumnCount = 8;
Result<ApiToken> read_token(const SqlRow& row);

Status insert_token(SqlSession& session, const ApiToken& token, std::string_view digest);

// "user", "admin" or "operator".
Result<Role> parse_token_role(std::string_view text);
// Its name, its role and its project, whoever's it is.
Status check_token(const ApiToken& token);

}  // namespace skyhold
