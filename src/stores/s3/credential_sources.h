// Where the keys of a store are looked for.
//
// By reference, when the settings name one: the variables NAME_ACCESS_KEY_ID,
// NAME_SECRET_ACCESS_KEY and NAME_SESSION_TOKEN, or a profile of a file. Else the places
// that AWS's own tools look into, in their order:
//   1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
//   2. AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN (Kubernetes service accounts)
//   3. the profile AWS_PROFILE of AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials
//   4. AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI (ECS, EKS Pod Identity)
//   5. the metadata service of the machine (IMDSv2), unless AWS_EC2_METADATA_DISABLED
// Profiles that name other profiles, roles or programs are not understood.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/client.h"
#include "stores/s3/credentials.h"
#include "stores/store_settings.h"

namespace skyhold {

using EnvironmentReader = std::function<std::optional<std::string>(const std::string& name)>;
// The environment of this process.
std::optional<std::string> read_environment(const std::string& name);

struct CredentialSearch {
  StoreCredentials reference;
  std::string region;  // whose token service is asked
  // Also ask token services; what they give are no HMAC keys of Google's.
  bool temporary_keys = true;
  EnvironmentReader environment = read_environment;
  std::shared_ptr<HttpClient> http;  // null: one of its own, of little patience
};

// kPermissionDenied, saying where was looked, when it is clear already that there are none.
Result<std::unique_ptr<CredentialsSource>> find_credentials_source(const CredentialSearch& search);

// The keys of one profile of a credentials file (INI). Messages never repeat a value.
Result<Credentials> parse_credentials_file(std::string_view text, std::string_view profile);

}  // namespace skyhold
