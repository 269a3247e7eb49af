// Access::sign_in_by_provider(): from a person of the provider to an account and its session.
#include <algorithm>

#include <fmt/format.h>

#include "access/access.h"
#include "access/access_schema.h"
#include "access/account_rows.h"
#include "access/instant_ms.h"
#include "access/oidc_links.h"
#include "access/printable.h"
#include "access/secrets.h"
#include "access/session_rows.h"
#include "access/throttle.h"
#include "base/log.h"
#include "model/ids.h"

namespace skyhold {
namespace {

constexpr std::int64_t kMostUsedStates = 20'000;
constexpr std::size_t kMostDisplayNameBytes = 150;

struct ProviderSignIn {
  const OidcIdentity& identity;
  const OidcOptions& options;
  const std::string& lost_password;  // the hash of one that nobody knows
  std::string_view address;
  std::string_view user_agent;
  std::chrono::hours session_absolute;
  Instant now;
};

bool is_of_allowed_domain(const std::string& email, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return true;
  const std::size_t at = email.rfind('@');
  if (at == std::string::npos) return false;
  const std::string domain = account_name_key(std::string_view(email).substr(at + 1));
  return std::find(allowed.begin(), allowed.end(), domain) != allowed.end();
}

OidcOutcome<void> check_email(const OidcIdentity& identity, const OidcOptions& options) {
  if (identity.email.empty() || !identity.email_verified) {
    return refuse(OidcFault::kUnverifiedEmail,
                  "the sign-in provider does not vouch for the e-mail address of this person",
                  "confirm the address at the provider; operators: ask for the scope email");
  }
  if (is_of_allowed_domain(identity.email, options.allowed_email_domains)) return {};
  return refuse(OidcFault::kForbiddenDomain,
                fmt::format("addresses like {} may not sign in here", printable(identity.email, 100)),
                "operators: oidc.allowed_email_domains says which may");
}

OidcOutcome<AccountRow> make_account(SqlSession& session, const ProviderSignIn& sign_in) {
  AccountRow row;
  row.account.id = new_id("ac", sign_in.now);
  row.account.name = sign_in.identity.email;
  row.account.display_name = printable(sign_in.identity.name, kMostDisplayNameBytes);
  row.account.created_at = from_ms(to_ms(sign_in.now));
  row.password_hash = sign_in.lost_password;
  if (const Status can_be = check_account(row.account); !can_be) {
    return refuse(OidcFault::kUnknownPerson,
                  fmt::format("the address {} cannot be the name of an account",
                              printable(sign_in.identity.email, 100)),
                  can_be.error().hint);
  }
  TRY(insert_account(session, row));
  return row;
}

// By the address, once; from then on by issuer and subject.
OidcOutcome<AccountRow> link_account(SqlSession& session, const ProviderSignIn& sign_in) {
  const OidcIdentity& identity = sign_in.identity;
  TRY(check_email(identity, sign_in.options));
  std::optional<AccountRow> row = TRY(find_account_named(session, identity.email));
  if (!row && !sign_in.options.create_accounts) {
    return refuse(OidcFault::kUnknownPerson,
                  fmt::format("there is no account {}", printable(identity.email, 100)),
                  "operators: make an account with this address as its name, or invite it to a project");
  }
  if (!row) row = TRY(make_account(session, sign_in));
  // An address that was given to somebody new must not open what its former owner had.
  if (TRY(has_oidc_link(session, row->account.id, identity.issuer))) {
    return refuse(OidcFault::kLinkedOtherwise,
                  fmt::format("the account {} is linked with another person of this provider",
                              printable(identity.email, 100)),
                  "operators: remove the link of the account when it is the same person");
  }
  TRY(insert_oidc_link(session, {.issuer = identity.issuer,
                                 .subject = identity.subject,
                                 .account_id = row->account.id,
                                 .since = sign_in.now}));
  row->account.has_oidc = true;
  TRY(raise_access_revision(session));
  return std::move(*row);
}

OidcOutcome<AccountRow> account_of(SqlSession& session, const ProviderSignIn& sign_in) {
  const OidcIdentity& identity = sign_in.identity;
  const std::optional<OidcLink> link = TRY(find_oidc_link(session, identity.issuer, identity.subject));
  if (!link) return link_account(session, sign_in);
  if (!sign_in.options.allowed_email_domains.empty()) TRY(check_email(identity, sign_in.options));
  return TRY(require_account(session, link->account_id));
}

// What the provider says about operators, where it has a say. The last one stays.
Status follow_provider(SqlSession& session, const OidcIdentity& identity, Account& account) {
  if (!identity.is_operator || *identity.is_operator == account.is_operator) return {};
  if (account.is_operator) {
    Status another_remains = check_not_last_operator(session, account);
    if (!another_remains && another_remains.error().code == ErrorCode::kBusy) {
      log::warning("{} stays an operator against what the sign-in provider says: it is the last one",
                   account.name);
      return {};
    }
    TRY(std::move(another_remains));
  }
  account.is_operator = *identity.is_operator;
  TRY(session.execute("UPDATE access_accounts SET is_operator = ? WHERE id = ?",
                      {std::int64_t{account.is_operator}, account.id}));
  return raise_access_revision(session);
}

// Somebody who was invited has a one-time password under way, which is nobody's any more.
Status end_one_time_password(SqlSession& session, const std::string& lost_password, Account& account) {
  if (!account.must_change_password) return {};
  TRY(session.execute(
      "UPDATE access_accounts SET password_hash = ?, must_change_password = 0, password_ends_at_ms = NULL "
      "WHERE id = ?",
      {lost_password, account.id}));
  TRY(end_sessions(session, account.id));
  account.must_change_password = false;
  return raise_access_revision(session);
}

OidcOutcome<NewSession> enter(SqlSession& session, const ProviderSignIn& sign_in) {
  AccountRow row = TRY(account_of(session, sign_in));
  Account& account = row.account;
  if (!account.enabled) {
    return refuse(OidcFault::kDisabled, fmt::format("the account {} is disabled", account.name),
                  "ask an operator of this platform");
  }
  TRY(follow_provider(session, sign_in.identity, account));
  TRY(end_one_time_password(session, sign_in.lost_password, account));
  TRY(session.execute("UPDATE access_accounts SET last_sign_in_at_ms = ? WHERE id = ?",
                      {to_ms(sign_in.now), account.id}));
  account.last_sign_in_at = sign_in.now;
  const SessionRow wanted{.address = std::string(sign_in.address),
                          .user_agent = std::string(sign_in.user_agent),
                          .created_at = sign_in.now,
                          .last_seen_at = sign_in.now,
                          .ends_at = sign_in.now + sign_in.session_absolute};
  return TRY(start_session(session, row, wanted, sign_in.now));
}

Status insert_state(SqlSession& session, const std::string& digest, Instant ends_at, Instant now) {
  TRY(session.execute("DELETE FROM access_oidc_states WHERE ends_at_ms <= ?", {to_ms(now)}));
  // The provider takes each code once as well: forgetting the oldest early does no harm.
  TRY(
      session.execute("DELETE FROM access_oidc_states WHERE digest IN (SELECT digest FROM access_oidc_states "
                      "ORDER BY ends_at_ms DESC LIMIT 1000 OFFSET ?)",
                      {kMostUsedStates}));
  const std::int64_t inserted =
      TRY(session.execute("INSERT INTO access_oidc_states (digest, ends_at_ms) VALUES (?, ?) "
                          "ON CONFLICT (digest) DO NOTHING",
                          {digest, to_ms(ends_at)}));
  if (inserted == 1) return {};
  return fail(ErrorCode::kAlreadyExists, "this sign-in was finished already", "begin it again");
}

}  // namespace

OidcOutcome<NewSession> Access::sign_in_by_provider(const OidcIdentity& identity, const OidcOptions& options,
                                                    std::string_view address, std::string_view user_agent) {
  const ProviderSignIn sign_in{.identity = identity,
                               .options = options,
                               .lost_password = dummy_hash_,
                               .address = address,
                               .user_agent = user_agent,
                               .session_absolute = options_.session_absolute,
                               .now = clock_.now()};
  // A transaction ends with a Result; why somebody was refused travels beside it.
  std::optional<OidcFailure> failure;
  Result<NewSession> entered = database_.write([&](SqlSession& session) -> Result<NewSession> {
    failure.reset();
    OidcOutcome<NewSession> outcome = enter(session, sign_in);
    if (outcome) return std::move(*outcome);
    failure = outcome.error();
    return fail(failure->error);
  });
  if (entered) return std::move(*entered);
  if (failure) return fail(std::move(*failure));
  return fail(OidcFailure(std::move(entered).error()));
}

Status Access::use_oidc_state(std::string_view state, Instant ends_at) {
  const std::string digest = secret_digest(state);
  return database_.write(
      [&](SqlSession& session) { return insert_state(session, digest, ends_at, clock_.now()); });
}

Status Access::count_failed_sign_in(std::string_view address) {
  const Throttle throttle(database_, clock_, options_);
  return throttle.admit({attempts_from(address)});
}

Status Access::unlink_provider(std::string_view account_id) {
  return database_.write([&](SqlSession& session) -> Status {
    const AccountRow row = TRY(require_account(session, account_id));
    TRY(session.execute("DELETE FROM access_oidc_links WHERE account_id = ?", {row.account.id}));
    // What was begun by that link ends with it.
    TRY(end_sessions(session, row.account.id));
    return raise_access_revision(session);
  });
}

}  // namespace skyhold
