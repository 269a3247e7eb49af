// Services that hand out temporary keys to whoever runs in the right place.
#pragma once

#include <memory>
#include <string>

#include "http/client.h"
#include "stores/s3/credentials.h"

namespace skyhold {

// STS, for a signed token that lies in a file and is renewed there (AssumeRoleWithWebIdentity).
struct WebIdentity {
  std::string token_file;
  std::string role_arn;
  std::string session_name;
  std::string endpoint;  // "https://sts.eu-west-1.amazonaws.com"
};
std::unique_ptr<CredentialsSource> web_identity_source(WebIdentity identity,
                                                       std::shared_ptr<HttpClient> http);

// The credentials endpoint of a container.
struct ContainerEndpoint {
  std::string url;
  std::string authorization;       // a header's value; may be empty
  std::string authorization_file;  // read anew each time; may be empty
};
std::unique_ptr<CredentialsSource> container_source(ContainerEndpoint endpoint,
                                                    std::shared_ptr<HttpClient> http);
// Only over TLS, or to this machine and the fixed addresses of such services: anything else
// could read the keys on their way.
bool may_ask_container_endpoint(std::string_view url);

// The metadata service of a machine, version 2 (with a session token).
std::unique_ptr<CredentialsSource> metadata_source(std::string endpoint, std::shared_ptr<HttpClient> http);

inline constexpr std::string_view kMetadataEndpoint = "http://169.254.169.254";
inline constexpr std::string_view kContainerHost = "http://169.254.170.2";

// "amazonaws.com", or what it is called in the partition of a region.
std::string aws_domain(std::string_view region);

// A whole, small file; kPermissionDenied when it cannot be read.
Result<std::string> read_credentials_file(const std::string& path);

}  // namespace skyhold
