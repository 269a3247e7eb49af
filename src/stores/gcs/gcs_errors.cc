#include "stores/gcs/gcs_errors.h"

#include <fmt/format.h>

#include "stores/gcs/gcs_json.h"

namespace skyhold {
namespace {

bool is_rate_limit(std::string_view reason) {
  return reason == "rateLimitExceeded" || reason == "userRateLimitExceeded";
}

bool mentions(const GoogleProblem& problem, std::string_view words) {
  return problem.message.find(words) != std::string::npos;
}

std::string hint_of_refusal(const GoogleProblem& problem, const GcsCall& call) {
  constexpr std::string_view kSetRetention = "storage.objects.setRetention";
  if (problem.reason == "retentionPolicyNotMet") {
    return fmt::format("bucket {} keeps the object until its retention ends; nothing can remove it before",
                       call.bucket);
  }
  if (problem.reason == "accountDisabled" || problem.reason == "billingNotEnabled") {
    return fmt::format("the project of bucket {} is closed or unpaid: see its billing account", call.bucket);
  }
  if (mentions(problem, "KMS") || mentions(problem, "kms")) {
    return fmt::format(
        "let the storage service agent of bucket {}'s project use the key: it needs the role Cloud KMS "
        "CryptoKey Encrypter/Decrypter",
        call.bucket);
  }
  return fmt::format(
      "grant {} on bucket {} to the {}; a store needs storage.objects.create, get, list and delete, and with "
      "object_lock_days update and setRetention as well",
      mentions(problem, kSetRetention) ? kSetRetention : call.permission, call.bucket, call.who);
}

Error forbidden(const GoogleProblem& problem, const GcsCall& call) {
  if (is_rate_limit(problem.reason)) return {ErrorCode::kUnavailable, {}, {}};
  if (problem.reason == "quotaExceeded" || problem.reason == "dailyLimitExceeded") {
    // A quota on reading is one of requests or bandwidth, which time fills up again.
    return {call.writes ? ErrorCode::kNoSpace : ErrorCode::kUnavailable,
            {},
            fmt::format("raise the quota of the project of bucket {}, or remove what is not needed",
                        call.bucket)};
  }
  return {ErrorCode::kPermissionDenied, {}, hint_of_refusal(problem, call)};
}

Error not_found(const GoogleProblem& problem, const GcsCall& call) {
  // Only the words tell the bucket from the object; what is written lacks nothing else.
  if (!call.writes && !mentions(problem, "bucket does not exist")) {
    return {ErrorCode::kNotFound, {}, {}};
  }
  return {ErrorCode::kNotFound,
          {},
          fmt::format("there is no bucket {}: make it first, or correct the store's URL", call.bucket)};
}

// A bad request is our fault or the settings', with one exception: the check of what was
// uploaded failed, so it was changed on the way, nothing was kept, and a new try is right.
Error bad_request(const GoogleProblem& problem) {
  if (mentions(problem, "CRC32C") || mentions(problem, "crc32c"))
    return {ErrorCode::kUnavailable, {}, "the bytes were changed on the way; nothing was kept"};
  return {ErrorCode::kInvalidArgument,
          {},
          "check storage_class, kms_key and object_lock_days in the store's settings"};
}

Error classify(const HttpResponse& answer, const GoogleProblem& problem, const GcsCall& call) {
  switch (answer.status) {
    case 400: return bad_request(problem);
    case 401:
      return {ErrorCode::kPermissionDenied,
              {},
              fmt::format(
                  "the access token of the {} is not taken: check that the account exists, its key was not "
                  "revoked and this machine's clock is right",
                  call.who)};
    case 403: return forbidden(problem, call);
    case 404: return not_found(problem, call);
    case 412: return {ErrorCode::kAlreadyExists, {}, {}};
    case 416: return {ErrorCode::kCorrupt, {}, {}};
    case 408:
    case 429: return {ErrorCode::kUnavailable, {}, {}};
    default: break;
  }
  if (answer.status >= 500) return {ErrorCode::kUnavailable, {}, {}};
  return {ErrorCode::kInvalidArgument, {}, "check that the endpoint is Google Cloud Storage"};
}

}  // namespace

Error gcs_error(const HttpResponse& answer, const GcsCall& call) {
  const GoogleProblem problem = parse_google_problem(answer.body);
  Error error = classify(answer, problem, call);
  error.message = fmt::format("cannot {} in bucket {}: HTTP {}{}{}", call.action, call.bucket, answer.status,
                              problem.message.empty() ? "" : ": ", problem.message);
  if (error.code == ErrorCode::kUnavailable) error.retry_after = answer.retry_after();
  return error;
}

}  // namespace skyhold
