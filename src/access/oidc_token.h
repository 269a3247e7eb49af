// ID tokens: whose signature, for whom, until when. The signature is cjose's work.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "access/oidc_documents.h"
#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

// By how much the provider's clock may differ from ours.
inline constexpr std::chrono::seconds kOidcClockSkew{60};

struct OidcExpectation {
  std::string_view issuer;
  std::string_view client_id;
  std::string_view nonce;
  std::string_view claim;  // as of parse_oidc_claims()
  Instant now;
};

// Signed with RS, PS or ES 256 to 512 by one of the keys: never unsigned, never by a shared secret. kNotFound
// when no key has the name that the token gives: the provider may have new ones. kPermissionDenied for
// everything else that makes it no proof.
Result<OidcClaims> verify_id_token(std::string_view token, const OidcKeys& keys,
                                   const OidcExpectation& expected);

}  // namespace skyhold
