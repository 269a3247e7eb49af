// [oidc] of the settings file: the OpenID Connect provider that people may sign in at.
#pragma once

#include <string>

#include "access/oidc.h"
#include "base/result.h"

namespace skyhold {

struct OidcSettings {
  OidcOptions options;             // without the secret
  std::string client_secret_file;  // empty: a public client

  [[nodiscard]] bool configured() const { return !options.issuer.empty(); }
};

// With the secret. kPermissionDenied when anybody may read its file.
Result<OidcOptions> load_oidc_options(const OidcSettings& settings);

}  // namespace skyhold

namespace skyhold::settings {
struct Value;
}

namespace skyhold {
Status read_oidc_settings(const settings::Value& value, OidcSettings& settings);
}
