// The JSON that Google's services speak: answers read strictly, what is sent written.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

// An object's metadata; what was not asked for is not there.
struct GcsObject {
  std::string name;
  std::uint64_t size_bytes = 0;
  std::optional<std::uint32_t> crc32c;
  std::uint64_t generation = 0;         // 0: not stated
  std::optional<Instant> locked_until;  // of a retention that nobody can shorten
};

struct GcsPage {
  std::vector<GcsObject> objects;
  std::string next_page_token;  // empty: the last page
};

struct GoogleProblem {
  std::string message;  // one line, cut to a length that people read
  std::string reason;   // "rateLimitExceeded", "invalid_grant"; may be empty
};

struct AccessTokenAnswer {
  std::string access_token;
  std::chrono::seconds lifetime{0};
};

// What a credentials file holds.
struct GoogleCredentials {
  enum class Kind { kServiceAccount, kAuthorizedUser };
  Kind kind = Kind::kServiceAccount;
  std::string token_uri;
  // A service account:
  std::string client_email;
  std::string private_key_pem;
  std::string private_key_id;
  // A person, as gcloud writes it:
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;
};

// kCorrupt: not JSON, or not what the API promises.
Result<GcsObject> parse_gcs_object(ByteView json);
Result<GcsPage> parse_gcs_page(ByteView json);
Result<AccessTokenAnswer> parse_access_token(ByteView json);
// kInvalidArgument or kUnsupported; messages repeat nothing of the file but its type.
Result<GoogleCredentials> parse_google_credentials(ByteView json);
// Of an error's answer, which may be anything: the problem that it names, or its beginning.
GoogleProblem parse_google_problem(ByteView body);

// The value of crc32c in JSON and x-goog-hash: base64 of four bytes, the highest first.
std::string format_gcs_crc32c(std::uint32_t checksum);
Result<std::uint32_t> parse_gcs_crc32c(std::string_view text);

struct GcsUpload {
  std::string name;
  std::uint32_t crc32c = 0;
  std::string storage_class;            // empty: the bucket's
  std::optional<Instant> retain_until;  // none: not retained
};
std::string gcs_upload_metadata(const GcsUpload& upload);
// What a PATCH changes to keep an object until then.
std::string gcs_retention_metadata(Instant until);

struct JwtClaims {
  std::string issuer;
  std::string scope;
  std::string audience;
  std::int64_t issued_at_seconds = 0;  // since 1970
  std::int64_t expires_at_seconds = 0;
};
// Header and claims as they are signed: "base64url.base64url".
std::string jwt_signing_input(std::string_view key_id, const JwtClaims& claims);

}  // namespace skyhold
