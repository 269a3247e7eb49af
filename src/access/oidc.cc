#include "access/oidc.h"

#include "base/assert.h"

namespace skyhold {

std::string_view to_string(OidcFault fault) {
  switch (fault) {
    case OidcFault::kNotConfigured: return "oidc_not_configured";
    case OidcFault::kUnavailable: return "oidc_unavailable";
    case OidcFault::kMisconfigured: return "oidc_misconfigured";
    case OidcFault::kCancelled: return "oidc_cancelled";
    case OidcFault::kExpired: return "oidc_expired";
    case OidcFault::kUntrusted: return "oidc_untrusted";
    case OidcFault::kUnverifiedEmail: return "oidc_unverified_email";
    case OidcFault::kForbiddenDomain: return "oidc_forbidden_domain";
    case OidcFault::kUnknownPerson: return "oidc_unknown_person";
    case OidcFault::kDisabled: return "oidc_disabled";
    case OidcFault::kLinkedOtherwise: return "oidc_linked_otherwise";
    case OidcFault::kThrottled: return "oidc_throttled";
    case OidcFault::kInternal: return "oidc_internal";
  }
  SKYHOLD_UNREACHABLE();
}

tl::unexpected<OidcFailure> refuse(OidcFault fault, std::string message, std::string hint) {
  return fail(OidcFailure(
      fault,
      Error{.code = ErrorCode::kPermissionDenied, .message = std::move(message), .hint = std::move(hint)}));
}

}  // namespace skyhold
