// Sign-in by OpenID Connect: what is agreed with the provider, who it says somebody is, and why
// somebody may not come in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace skyhold {

struct OidcOptions {
  std::string issuer;  // "https://id.example.com", letter by letter as the provider writes it
  std::string client_id;
  std::string client_secret;  // empty: a public client
  std::string scopes = "openid email profile";
  std::string label;  // of the provider, on the button
  // A verified person whom nobody invited gets an account without projects, rather than a refusal.
  bool create_accounts = false;
  std::vector<std::string> allowed_email_domains;  // in lower case; empty: all
  // Who has this value in this claim is an operator, and nobody else who signs in here. Empty: the
  // provider has no say in it.
  std::string operator_claim;
  std::string operator_value;
  std::string ca_file;  // whom to trust in the place of the system's
};

// Who somebody is, as the provider vouches.
struct OidcIdentity {
  std::string issuer;
  std::string subject;  // never given to another person by this issuer
  std::string email;
  bool email_verified = false;
  std::string name;
  std::optional<bool> is_operator{};  // nothing: the provider has no say in it
};

enum class OidcFault {
  kNotConfigured,
  kUnavailable,      // the provider does not answer
  kMisconfigured,    // it and the settings do not go together
  kCancelled,        // it, or the person there, said no
  kExpired,          // begun in another browser, too long ago, or finished already
  kUntrusted,        // what came back proves nothing
  kUnverifiedEmail,  // nobody knows whose address it is
  kForbiddenDomain,
  kUnknownPerson,
  kDisabled,
  kLinkedOtherwise,  // the account belongs to another person of this provider
  kThrottled,
  kInternal,
};
// As the sign-in page is told: "oidc_unavailable".
std::string_view to_string(OidcFault fault);

struct OidcFailure {
  OidcFailure(OidcFault what, Error why) : fault(what), error(std::move(why)) {}
  // Of our own side, so that TRY of a Result may end a sign-in.
  OidcFailure(Error why) : error(std::move(why)) {}  // NOLINT(google-explicit-constructor)

  OidcFault fault = OidcFault::kInternal;
  Error error;  // for the log and the audit log: it may say what the page must not
};

template <typename T>
using OidcOutcome = tl::expected<T, OidcFailure>;

[[nodiscard]] inline tl::unexpected<OidcFailure> fail(OidcFailure failure) {
  return tl::unexpected<OidcFailure>(std::move(failure));
}
[[nodiscard]] tl::unexpected<OidcFailure> refuse(OidcFault fault, std::string message, std::string hint);

}  // namespace skyhold

namespace skyhold::detail {
template <typename T>
T take(tl::expected<T, OidcFailure>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace skyhold::detail
