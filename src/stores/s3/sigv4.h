// Signature Version 4: how requests to S3 and to GCS's XML API say who sends them.
// A pure function of the request, the keys and the time.
//
//   canonical request   method, path, sorted query, headers, payload's SHA-256
//   string to sign      algorithm, time, scope (day/region/service), SHA-256 of the above
//   signing key         the secret key, chained through day, region and service
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "http/client.h"

namespace skyhold {

struct AwsKeys {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // of temporary keys
};

// Who defined the words: AWS, or Google in its own, otherwise equal, variant.
enum class SigningDialect { kAws, kGoogle };

struct SigningScope {
  std::string region;
  std::string service = "s3";
  SigningDialect dialect = SigningDialect::kAws;
};

struct UnsignedRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string path = "/";                                  // percent-encoded, as it is sent
  std::vector<std::pair<std::string, std::string>> query;  // not encoded
  std::vector<HttpHeader> headers;                         // "host" among them; all are signed
  std::string payload_sha256;                              // 64 hex digits
};

// Everything but [A-Za-z0-9-._~] as %XX; what is in `keep` stays too.
std::string uri_encode(std::string_view text, std::string_view keep = "");
// "a=1&b=2", encoded and in the order of the signature: what belongs behind the '?'.
std::string canonical_query(const std::vector<std::pair<std::string, std::string>>& query);

// The request's headers and those that sign it: x-amz-date, x-amz-security-token when
// there is one, authorization.
std::vector<HttpHeader> sign(const UnsignedRequest& request, const AwsKeys& keys, const SigningScope& scope,
                             Instant now);

}  // namespace skyhold
