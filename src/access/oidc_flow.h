// One way to the provider and back, as the browser carries it: sealed, in a cookie of ten minutes. Nothing
// is kept here for somebody who never comes back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/master_key.h"

namespace skyhold {

inline constexpr std::chrono::minutes kOidcFlowLife{10};

struct OidcFlow {
  std::string state;     // comes back in the address: it must be this browser's
  std::string nonce;     // comes back in the ID token: it must be made for this flow
  std::string verifier;  // of PKCE: a code that was stolen on its way is worth nothing without it
  std::string redirect_uri;
  std::string return_to;   // a path of our own pages
  std::string session_id;  // that this browser had before; empty: none
  Instant ends_at;
};

OidcFlow new_oidc_flow(std::string redirect_uri, std::string_view return_to, std::string session_id,
                       Instant now);

// Characters that may stand in a cookie.
std::string seal_oidc_flow(const OidcFlow& flow, const MasterKey& key);
// Nothing for what we did not seal, and for what is over.
std::optional<OidcFlow> open_oidc_flow(std::string_view sealed, const MasterKey& key, Instant now);

// What the provider hears of the verifier (S256).
std::string pkce_challenge(std::string_view verifier);

// A page of this site; "/" for whatever could lead anywhere else.
std::string safe_return_path(std::string_view wanted);

}  // namespace skyhold
