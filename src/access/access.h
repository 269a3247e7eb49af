// Who may come in, and as what: accounts, sessions, API tokens, members, and the audit log.
// What each route needs is said where the route is (api/). Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

#include "access/oidc.h"
#include "base/clock.h"
#include "crypto/master_key.h"
#include "crypto/password_hash.h"
#include "db/sql_database.h"
#include "model/account.h"

namespace skyhold {

struct AccessOptions {
  std::chrono::minutes session_idle{60};
  std::chrono::hours session_absolute{12};
  std::chrono::minutes invitation_life{7 * 24 * 60};
  // Wrong passwords: after this many for one name or from one address, each further try has to
  // wait, twice as long each time, up to longest_wait.
  int free_attempts = 5;
  std::chrono::seconds longest_wait{15 * 60};
  // What is remembered of wrong passwords never takes more rows than this.
  int most_attempt_rows = 20'000;
  PasswordHashCost password_cost;
};

// Passwords that are hashed at once, each in password_cost.memory_bytes; others wait a little.
inline constexpr int kConcurrentPasswordHashes = 4;

// Who makes a request, and how far that goes.
struct Principal {
  Account account;
  std::string session_id;  // empty: a token, or nobody
  std::string csrf_token;  // of the session: changes must repeat it
  std::optional<ApiToken> token;
  bool signed_in = false;
  bool needs_totp = false;          // the password was right; the code is missing
  std::vector<Member> memberships;  // of the account

  // The role in a project (empty: of the platform: operator or none), with what a token leaves of it.
  [[nodiscard]] Role role_in(std::string_view project) const;
  // Projects that it may see; nullopt: all.
  [[nodiscard]] std::optional<std::vector<std::string>> visible_projects() const;
};

struct NewSession {
  std::string cookie;  // the secret; a digest of it is kept
  Principal principal;
};

struct SessionRecord {
  std::string id;
  std::string address;
  std::string user_agent;
  Instant created_at;
  Instant last_seen_at;
  bool current = false;
};

struct NewAccount {
  std::string name{};
  std::string display_name{};
  bool is_operator = false;
  // Empty: a one-time password is made and given back.
  std::string password{};
};

struct AuditFilter {
  std::string project{};
  std::string actor{};
  std::string action{};
  std::optional<Instant> since{};
  std::optional<Instant> until{};
};

class Access {
 public:
  // Applies migrations. All three must outlive it.
  static Result<std::unique_ptr<Access>> open(SqlDatabase& database, const MasterKey& master_key,
                                              const Clock& clock, const AccessOptions& options = {});

  // ---- accounts
  struct Created {
    Account account;
    std::string one_time_password;  // empty when one was given
  };
  Result<Created> create_account(const NewAccount& account);
  Result<bool> has_accounts();
  Result<Account> account(std::string_view id);
  Result<Account> account_by_name(std::string_view name);
  struct AccountPage {
    std::vector<Account> items;
    std::string next;
  };
  Result<AccountPage> accounts(int limit, std::string_view after = {}, std::string_view search = {});
  Status update_account(const Account& account);  // name, display_name, is_operator, enabled, locale
  // kPermissionDenied when `current` is wrong; kInvalidArgument when the new one is too short (12) or
  // common. Ends all other sessions of the account.
  Status change_password(const Principal& who, std::string_view current, std::string_view fresh);
  // The same, and the session goes on under a new id and cookie; the old cookie is nobody at once.
  Result<NewSession> change_password_and_renew(const Principal& who, std::string_view current,
                                               std::string_view fresh);
  Result<std::string> reset_password(std::string_view account_id);  // gives a one-time password
  Status delete_account(std::string_view account_id);               // not the last operator: kBusy

  // ---- sessions. The same answer for a name that does not exist and a wrong password, in the
  // same time. kUnavailable with retry_after when throttled.
  Result<NewSession> sign_in(std::string_view name, std::string_view password, std::string_view address,
                             std::string_view user_agent);
  // TOTP (RFC 6238): a session that still needs the code is nobody until it is given.
  Result<NewSession> confirm_totp(std::string_view cookie, std::string_view code, std::string_view address);
  // By OpenID Connect. The link between account and person is kept by issuer and subject; it is made by
  // the verified e-mail address, which must be the account's name. No second factor is asked for: the
  // provider has asked for what it wants.
  OidcOutcome<NewSession> sign_in_by_provider(const OidcIdentity& identity, const OidcOptions& options,
                                              std::string_view address, std::string_view user_agent);
  // A state of OpenID Connect is good once. kAlreadyExists: it was used.
  Status use_oidc_state(std::string_view state, Instant ends_at);
  // Slows the next sign-ins from there down, as a wrong password does. kUnavailable: they are already.
  Status count_failed_sign_in(std::string_view address);
  Status unlink_provider(std::string_view account_id);
  // Nobody (signed_in false) for a cookie or token that is unknown, ended or of a disabled account.
  Result<Principal> by_cookie(std::string_view cookie);
  Result<Principal> by_token(std::string_view secret);
  Status sign_out(const Principal& who);
  Result<std::vector<SessionRecord>> sessions(const Principal& who);
  Status end_session(const Principal& who, std::string_view session_id);

  // ---- second factor
  struct TotpSetup {
    std::string secret_base32;
    std::string uri;  // otpauth://…
  };
  Result<TotpSetup> begin_totp(const Principal& who);
  Result<std::vector<std::string>> enable_totp(const Principal& who,
                                               std::string_view code);  // recovery codes
  Status disable_totp(const Principal& who, std::string_view password);
  // For somebody who lost the second factor and the recovery codes. Ends all sessions of the account.
  Status remove_totp(std::string_view account_id);

  // ---- API tokens
  struct CreatedToken {
    ApiToken token;
    std::string secret;  // "skh_…", shown once
  };
  Result<CreatedToken> create_token(const Principal& who, const ApiToken& wanted);
  Result<std::vector<ApiToken>> tokens(const Principal& who);
  Status delete_token(const Principal& who, std::string_view id);  // by the person, or by itself

  // ---- members
  Result<std::vector<Member>> members(std::string_view project);
  // An account that does not exist is made, with a one-time password to hand on.
  struct Invited {
    Member member;
    std::string one_time_password{};  // of an account that was made
  };
  Result<Invited> put_member(std::string_view project, std::string_view account_name, Role role,
                             std::string_view display_name = {});
  Status remove_member(std::string_view project, std::string_view account_id);
  Status forget_project(std::string_view project);  // its members and its tokens

  // ---- the audit log: only ever added to
  Status audit(const AuditRecord& record);
  struct AuditPage {
    std::vector<AuditRecord> items;  // newest first
    std::string next;
  };
  Result<AuditPage> audit_log(const AuditFilter& filter, int limit, std::string_view after = {});

  // Ended sessions, old attempts.
  Status sweep();

  // What recover needs: accounts, members, tokens (digests), as catalog/Catalog::dump().
  Result<std::string> dump();
  Status load(std::string_view json);
  Result<std::int64_t> revision();

 private:
  Access(SqlDatabase& database, const MasterKey& master_key, const Clock& clock,
         const AccessOptions& options);

  // Waits for its turn; kUnavailable when there are too many before it.
  Result<std::string> hash_in_turn(std::string_view password);
  Result<bool> matches_in_turn(const std::string& hash, std::string_view password);
  // Of somebody who is signed in already, throttled as signing in is. Gives the hash that it matched.
  Result<std::string> check_current_password(const Principal& who, std::string_view password);
  Result<NewSession> replace_password(const Principal& who, std::string_view current, std::string_view fresh,
                                      bool renew);

  SqlDatabase& database_;
  const MasterKey& master_key_;
  const Clock& clock_;
  const AccessOptions options_;
  const std::string dummy_hash_;  // what a password for an unknown name is compared with
  std::counting_semaphore<kConcurrentPasswordHashes> hash_turns_{kConcurrentPasswordHashes};
};

}  // namespace skyhold
