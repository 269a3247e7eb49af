// Accounts as their table holds them. All run inside a transaction of the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "db/sql_database.h"
#include "model/account.h"

namespace skyhold {

struct AccountRow {
  Account account;
  std::string password_hash;
  std::optional<Instant> password_ends_at;  // of a one-time password
  std::string wrapped_totp;                 // empty: no second factor
  std::string wrapped_totp_pending;         // begun, not confirmed by a code yet
  std::int64_t totp_last_step = 0;          // of the newest code that was accepted
};

// In the order that read_account() expects, from "access_accounts a".
inline constexpr std::string_view kAccountColumns =
    "a.id, a.name, a.display_name, a.is_operator, a.enabled, a.locale, a.password_hash, "
    "a.must_change_password, a.password_ends_at_ms, a.wrapped_totp, a.wrapped_totp_pending, "
    "a.totp_last_step, a.created_at_ms, a.last_sign_in_at_ms, "
    "CASE WHEN EXISTS (SELECT 1 FROM access_oidc_links l WHERE l.account_id = a.id) THEN 1 ELSE 0 END";
AccountRow read_account(const SqlRow& row);

// A name in the form by which names are compared.
std::string account_name_key(std::string_view name);

// What may be stored: the name, the display name, the locale.
Status check_account(const Account& account);

Result<std::optional<AccountRow>> find_account(SqlSession& session, std::string_view id);
// Of any bytes; those that cannot be a name are nobody's.
Result<std::optional<AccountRow>> find_account_named(SqlSession& session, std::string_view name);
Result<AccountRow> require_account(SqlSession& session, std::string_view id);

// kAlreadyExists, with the name, when it is taken.
Status insert_account(SqlSession& session, const AccountRow& row);

// kBusy unless an operator who is enabled remains without this account.
Status check_not_last_operator(SqlSession& session, const Account& account);

// Sessions but `except`, if one is named.
Status end_sessions(SqlSession& session, std::string_view account_id, std::string_view except = {});

}  // namespace skyhold
