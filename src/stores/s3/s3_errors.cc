#include "stores/s3/s3_errors.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "stores/s3/xml.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostErrorBytes = std::size_t{64} << 10;

std::optional<S3ErrorBody> body_of(const HttpResponse& response) {
  // Nothing larger is an error message, and an object is not to be parsed for one.
  if (response.body.empty() || response.body.size() > kMostErrorBytes) return std::nullopt;
  return parse_error_body(response.body);
}

template <std::size_t n>
bool is_one_of(std::string_view code, const std::array<std::string_view, n>& codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Some of these come with status 400 or 403, though trying again helps.
constexpr std::array<std::string_view, 9> kTransient{
    "RequestTimeout",   "IncompleteBody",     "SlowDown",
    "InternalError",    "ServiceUnavailable", "Busy",
    "OperationAborted", "TooManyRequests",    "ConditionalRequestConflict"};
constexpr std::array<std::string_view, 3> kFull{"QuotaExceeded", "InsufficientCapacity",
                                                "InsufficientStorage"};
constexpr std::array<std::string_view, 4> kDamaged{"BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest",
                                                   "XAmzContentChecksumMismatch"};
constexpr std::array<std::string_view, 5> kExpired{"ExpiredToken", "ExpiredTokenException", "InvalidToken",
                                                   "TokenRefreshRequired", "RequestExpired"};

bool is_transient(int status, std::string_view code) {
  return is_one_of(code, kTransient) || status == 408 || status == 429 || status == 500 || status == 502 ||
         status == 503 || status == 504;
}

// "403 AccessDenied (the server's own words)"
std::string answer_of(const HttpResponse& response, const std::optional<S3ErrorBody>& body) {
  std::string text = fmt::format("{}", response.status);
  if (body && !body->code.empty()) text += " " + body->code;
  if (body && !body->message.empty()) text += fmt::format(" ({})", body->message);
  return text;
}

std::string what_of(const S3Attempt& attempt) {
  return attempt.object.empty() ? fmt::format("{}", attempt.location)
                                : fmt::format("object {} in {}", attempt.object, attempt.location);
}

Error wrong_region(const std::string& region, const S3Attempt& attempt) {
  if (region.empty()) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("bucket {} lies elsewhere than where it was asked for", attempt.bucket),
            "give the store its right region and endpoint"};
  }
  return {ErrorCode::kInvalidArgument, fmt::format("bucket {} lies in the region {}", attempt.bucket, region),
          fmt::format("set the store's region to \"{}\"", region)};
}

Error wrong_clock(const HttpResponse& response, const S3Attempt& attempt) {
  std::string difference;
  if (const auto date = response.header("date")) difference = fmt::format("; the server's says {}", *date);
  return {
      ErrorCode::kPermissionDenied,
      fmt::format("{} refuses requests because the clocks differ: ours says {}{}", attempt.location,
                  format_rfc3339(std::chrono::floor<std::chrono::seconds>(attempt.signed_at)), difference),
      "set this machine's clock (is NTP running?)"};
}

Error refused(const HttpResponse& response, const std::optional<S3ErrorBody>& body,
              const S3Attempt& attempt) {
  const std::string code = body ? body->code : "";
  const std::string message =
      fmt::format("{} refuses {}: {}", what_of(attempt), attempt.action, answer_of(response, body));
  if (code == "RequestTimeTooSkewed") return wrong_clock(response, attempt);
  if (code == "SignatureDoesNotMatch") {
    return {ErrorCode::kPermissionDenied, message,
            "the secret key does not belong to the access key id: check both"};
  }
  if (code == "InvalidAccessKeyId") {
    return {ErrorCode::kPermissionDenied, message,
            "the server does not know this access key id: is it of another account or endpoint?"};
  }
  if (is_one_of(code, kExpired)) {
    return {ErrorCode::kPermissionDenied, message, "the session token has expired: renew the credentials"};
  }
  if (code == "InvalidObjectState") {
    return {ErrorCode::kUnsupported, message,
            "the object lies in an archive: restore it there, and choose a storage class that can be read at "
            "once"};
  }
  return {ErrorCode::kPermissionDenied, message,
          fmt::format("allow {} on {} to these credentials, and see the bucket's own policy", attempt.action,
                      attempt.object.empty() ? fmt::format("bucket {}", attempt.bucket)
                                             : fmt::format("the objects of bucket {}", attempt.bucket))};
}

Error not_found(const std::string& code, const S3Attempt& attempt) {
  if (code == "NoSuchBucket") {
    return {ErrorCode::kNotFound, fmt::format("there is no bucket {}", attempt.bucket),
            "make the bucket first, or correct the store's URL and endpoint"};
  }
  if (attempt.object.empty())
    return {ErrorCode::kNotFound, fmt::format("{} is not there", attempt.location), {}};
  return {
      ErrorCode::kNotFound, fmt::format("there is no object {} in {}", attempt.object, attempt.location), {}};
}

Error other(const HttpResponse& response, const std::optional<S3ErrorBody>& body, const S3Attempt& attempt) {
  const std::string code = body ? body->code : "";
  const std::string message =
      fmt::format("{} answers {} with {}", what_of(attempt), attempt.action, answer_of(response, body));
  if (response.status == 501 || code == "NotImplemented") {
    const bool is_put = attempt.action == "s3:PutObject";
    return {
        ErrorCode::kUnsupported, message,
        is_put ? "Skyhold writes only what is not there yet (If-None-Match: *), which this server cannot do; "
                 "use AWS S3, Google Cloud Storage, Ceph, MinIO or another server with conditional writes"
               : "this server lacks a part of S3 that Skyhold needs"};
  }
  if (code.starts_with("KMS")) {
    return {ErrorCode::kPermissionDenied, message,
            "see whether these credentials may use the store's kms_key"};
  }
  if (response.status == 405 || response.status == 411 || response.status >= 505) {
    return {ErrorCode::kUnsupported, message, "is the endpoint that of an S3 server?"};
  }
  return {ErrorCode::kInvalidArgument, message, "check the store's settings"};
}

Error classify(const HttpResponse& response, const std::optional<S3ErrorBody>& body,
               const S3Attempt& attempt) {
  const std::string code = body ? body->code : "";
  const std::string message =
      fmt::format("{} answers {} with {}", what_of(attempt), attempt.action, answer_of(response, body));
  const int status = response.status;
  if (status == 507 || is_one_of(code, kFull)) {
    return {ErrorCode::kNoSpace, message, "the quota is used up: free some space or raise it"};
  }
  if (is_one_of(code, kDamaged)) {
    return {ErrorCode::kCorrupt, message, "the bytes that arrived were not those that the name promises"};
  }
  if (is_transient(status, code)) return {ErrorCode::kUnavailable, message, {}};
  if (code == "NoSuchBucket" || status == 404) return not_found(code, attempt);
  std::string region = body ? body->region : "";
  if (const auto header = response.header("x-amz-bucket-region"); header && region.empty()) region = *header;
  if (status == 307 && region.empty()) {
    return {ErrorCode::kUnavailable, message,
            "a bucket that was made minutes ago is not known everywhere yet"};
  }
  const bool is_redirect = status == 301 || status == 302 || status == 307 || status == 308;
  if (is_redirect || (!region.empty() && status == 400)) return wrong_region(region, attempt);
  if (status == 412)
    return {ErrorCode::kAlreadyExists,
            fmt::format("object {} is there already in {}", attempt.object, attempt.location),
            {}};
  if (status == 401 || status == 403 || is_one_of(code, kExpired)) return refused(response, body, attempt);
  if (status >= 200 && status < 300) return {ErrorCode::kUnavailable, message, {}};
  return other(response, body, attempt);
}

}  // namespace

std::string s3_error_code(const HttpResponse& response) {
  const std::optional<S3ErrorBody> body = body_of(response);
  return body ? body->code : "";
}

bool says_expired(const HttpResponse& response) {
  if (response.ok()) return false;
  const std::string code = s3_error_code(response);
  if (!code.empty()) return is_one_of(code, kExpired);
  return response.body.empty() && (response.status == 400 || response.status == 403);
}

Error s3_error(const HttpResponse& response, const S3Attempt& attempt) {
  Error error = classify(response, body_of(response), attempt);
  error.retry_after = response.retry_after();
  return error;
}

}  // namespace skyhold
