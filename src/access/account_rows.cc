#include "access/account_rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "access/instant_ms.h"
#include "access/printable.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostNameBytes = 128;
constexpr std::size_t kMostDisplayNameBytes = 200;
constexpr std::size_t kMostLocaleBytes = 16;

bool is_letter_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9');
}

bool can_be_a_name(std::string_view name) {
  constexpr std::string_view kAmong = "._-+@";
  if (name.empty() || name.size() > kMostNameBytes || !is_letter_or_digit(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [&](char character) {
    return is_letter_or_digit(character) || kAmong.find(character) != std::string_view::npos;
  });
}

Status check_name(std::string_view name) {
  if (!can_be_a_name(name)) {
    return fail(ErrorCode::kInvalidArgument, "this cannot be the name of an account",
                fmt::format("use an e-mail address or a plain name: at most {} of a-z, 0-9 and . _ - + @, "
                            "beginning with a letter or digit",
                            kMostNameBytes));
  }
  // The audit log names these as actors.
  for (const std::string_view reserved : {"anonymous", "schedule", "system"}) {
    if (account_name_key(name) == reserved) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("the name \"{}\" is reserved", reserved),
                  "choose another name");
    }
  }
  return {};
}

}  // namespace

AccountRow read_account(const SqlRow& row) {
  AccountRow read;
  Account& account = read.account;
  account.id = row.text(0);
  account.name = row.text(1);
  account.display_name = row.text(2);
  account.is_operator = row.flag(3);
  account.enabled = row.flag(4);
  account.locale = row.text(5);
  read.password_hash = row.text(6);
  account.must_change_password = row.flag(7);
  read.password_ends_at = from_ms_or_null(row.optional_integer(8));
  read.wrapped_totp = row.text(9);
  account.has_totp = !read.wrapped_totp.empty();
  read.wrapped_totp_pending = row.text(10);
  read.totp_last_step = row.integer(11);
  account.created_at = from_ms(row.integer(12));
  account.last_sign_in_at = from_ms_or_null(row.optional_integer(13));
  account.has_oidc = row.flag(14);
  return read;
}

std::string account_name_key(std::string_view name) {
  std::string key(name);
  for (char& character : key) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return key;
}

Status check_account(const Account& account) {
  TRY(check_name(account.name));
  TRY(check_text("the display name", account.display_name, kMostDisplayNameBytes));
  const bool is_locale = account.locale.size() <= kMostLocaleBytes &&
                         std::all_of(account.locale.begin(), account.locale.end(), [](char character) {
                           return is_letter_or_digit(character) || character == '-';
                         });
  if (!is_locale) {
    return fail(ErrorCode::kInvalidArgument, "this is not a locale", "use a tag like \"en\" or \"fr-CH\"");
  }
  return {};
}

Result<std::optional<AccountRow>> find_account(SqlSession& session, std::string_view id) {
  const SqlRows rows = TRY(session.query(
      fmt::format("SELECT {} FROM access_accounts a WHERE a.id = ?", kAccountColumns), {storable_key(id)}));
  return rows.empty() ? std::nullopt : std::optional(read_account(rows.front()));
}

Result<std::optional<AccountRow>> find_account_named(SqlSession& session, std::string_view name) {
  // Asks for the empty name, which nobody has, rather than not at all: the same work for all.
  const std::string key = can_be_a_name(name) ? account_name_key(name) : std::string();
  const SqlRows rows = TRY(session.query(
      fmt::format("SELECT {} FROM access_accounts a WHERE a.name_key = ?", kAccountColumns), {key}));
  return rows.empty() ? std::nullopt : std::optional(read_account(rows.front()));
}

Result<AccountRow> require_account(SqlSession& session, std::string_view id) {
  std::optional<AccountRow> found = TRY(find_account(session, id));
  if (!found)
    return fail(ErrorCode::kNotFound, fmt::format("there is no account {}", printable(id, 64)),
                "list the accounts");
  return std::move(*found);
}

Status insert_account(SqlSession& session, const AccountRow& row) {
  const Account& account = row.account;
  const std::int64_t inserted = TRY(session.execute(
      "INSERT INTO access_accounts (id, name, name_key, display_name, is_operator, enabled, locale, "
      "password_hash, must_change_password, password_ends_at_ms, wrapped_totp, wrapped_totp_pending, "
      "totp_last_step, created_at_ms, last_sign_in_at_ms) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name_key) DO NOTHING",
      {account.id, account.name, account_name_key(account.name), account.display_name,
       std::int64_t{account.is_operator}, std::int64_t{account.enabled}, account.locale, row.password_hash,
       std::int64_t{account.must_change_password}, to_ms_or_null(row.password_ends_at), row.wrapped_totp,
       row.wrapped_totp_pending, row.totp_last_step, to_ms(account.created_at),
       to_ms_or_null(account.last_sign_in_at)}));
  if (inserted == 0) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("there is an account {} already", account.name),
                "choose another name");
  }
  return {};
}

Status check_not_last_operator(SqlSession& session, const Account& account) {
  // All of them are locked: two operators who remove each other at the same time cannot both succeed.
  const SqlRows rows = TRY(session.query(
      fmt::format("SELECT id FROM access_accounts WHERE is_operator = 1 AND enabled = 1 ORDER BY id{}",
                  session.for_update())));
  const bool another_remains =
      std::any_of(rows.begin(), rows.end(), [&](const SqlRow& row) { return row.text(0) != account.id; });
  if (another_remains) return {};
  return fail(ErrorCode::kBusy, fmt::format("{} is the last operator of this platform", account.name),
              "make another account an operator first");
}

Status end_sessions(SqlSession& session, std::string_view account_id, std::string_view except) {
  TRY(session.execute("DELETE FROM access_sessions WHERE account_id = ? AND id <> ?",
                      {std::string(account_id), std::string(except)}));
  return {};
}

}  // namespace skyhold
