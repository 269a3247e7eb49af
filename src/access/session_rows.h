// Sessions and what makes a Principal of them. All run inside a transaction of the caller's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/access.h"
#include "access/account_rows.h"

namespace skyhold {

struct SessionRow {
  std::string id{};
  std::string account_id{};
  bool needs_totp = false;
  std::string address{};
  std::string user_agent{};
  Instant created_at;
  Instant last_seen_at;
  Instant ends_at;
};

// By the digest of its cookie; none when it has ended by now.
Result<std::optional<SessionRow>> find_session(SqlSession& session, std::string_view cookie, Instant now,
                                               const AccessOptions& options);

// A new id and a new cookie for `wanted` (its id is not used). An account has a bounded number of them:
// the ones that were not seen for longest make room.
Result<NewSession> start_session(SqlSession& session, const AccountRow& account, const SessionRow& wanted,
                                 Instant now);

Result<Principal> session_principal(SqlSession& session, const AccountRow& account, const SessionRow& row,
                                    std::string_view cookie);

Result<std::vector<Member>> memberships_of(SqlSession& session, const Account& account);

// kPermissionDenied unless `who` is a person who is signed in: what a token may not do, and what has
// to wait until a one-time password was changed. `action` reads like "make API tokens".
Status check_is_person(const Principal& who, std::string_view action);
Status check_is_person_with_own_password(const Principal& who, std::string_view action);

}  // namespace skyhold
