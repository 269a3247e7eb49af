// Everything of access/ that must survive the loss of all servers, as one JSON text:
//
//   {"format": "skyhold-access", "version": 2,
//    "accounts": [{"id", "name", "display_name", "is_operator", "enabled", "locale", "password_hash",
//                  "must_change_password", "password_ends_at", "wrapped_totp", "totp_last_step",
//                  "recovery_codes": [digests], "created_at", "last_sign_in_at"}],
//    "members":  [{"project", "account_id", "role", "since"}],
//    "tokens":   [{"id", "digest", "account_id", "name", "most", "project", "created_at",
//                  "expires_at", "last_used_at"}],
//    "oidc_links": [{"issuer", "subject", "account_id", "since"}]}
//
// Version 1 had no links.
// Hashes, digests and wrapped secrets only. Sessions are not in it: everybody signs in again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/account_rows.h"
#include "access/oidc_links.h"
#include "base/result.h"
#include "model/account.h"

namespace skyhold {

struct AccessDump {
  struct AccountEntry {
    AccountRow row;
    std::vector<std::string> recovery_digests;
  };
  struct TokenEntry {
    ApiToken token;
    std::string digest;
  };

  std::vector<AccountEntry> accounts;
  std::vector<Member> members;  // without names
  std::vector<TokenEntry> tokens;
  std::vector<OidcLink> oidc_links;
};

std::string encode_access_dump(const AccessDump& dump);
// kCorrupt for what is none: also when ids repeat or name no account. kUnsupported for a newer version.
Result<AccessDump> parse_access_dump(std::string_view json);

}  // namespace skyhold
