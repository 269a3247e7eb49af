// People and what they hold to get in, as the catalog keeps them; and what they did.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/project.h"

namespace skyhold {

struct Account {
  std::string id{};    // "ac_…"
  std::string name{};  // to sign in with: an e-mail address or a plain name, compared without case
  std::string display_name{};
  bool is_operator = false;
  bool enabled = true;
  bool must_change_password = false;  // it signed in with a one-time password
  bool has_totp = false;
  bool has_oidc = false;  // linked with a person of an OpenID Connect provider
  std::string locale{};   // "en", "fr"; empty: the browser's
  Instant created_at{};
  std::optional<Instant> last_sign_in_at{};
};

struct Member {
  std::string project{};
  std::string account_id{};
  std::string account_name{};
  std::string display_name{};
  Role role = Role::kUser;
  Instant since{};
};

// For scripts. Its secret is shown once; a digest of it is kept.
struct ApiToken {
  std::string id{};  // "tk_…"
  std::string account_id{};
  std::string name{};
  Role most = Role::kAdmin;  // never more than this, whatever the account may do
  std::string project{};     // only this one; empty: all that the account may see
  Instant created_at{};
  std::optional<Instant> expires_at{};
  std::optional<Instant> last_used_at{};
};

struct AuditRecord {
  std::int64_t sequence = 0;
  Instant at{};
  std::string actor{};    // an account's name, "schedule", "anonymous"
  std::string address{};  // where the request came from
  std::string action{};   // "backup.create", "session.create"
  std::string project{};  // empty: of the platform
  std::string subject{};  // what it was done to: "bk_…", "branch staging"
  std::string outcome{};  // "ok", "denied", "failed", or an error's code
  std::string detail{};   // a few words or a JSON object; never a secret
};

}  // namespace skyhold
