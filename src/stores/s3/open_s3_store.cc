#include <fmt/format.h>

#include "stores/s3/credential_sources.h"
#include "stores/s3/s3_store.h"

namespace skyhold {
namespace {

constexpr int kMostObjectLockDays = 3650;

Status check_settings(const StoreSettings& settings) {
  const std::string& encryption = settings.encryption;
  if (!encryption.empty() && encryption != "AES256" && encryption != "aws:kms" &&
      encryption != "aws:kms:dsse") {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("there is no server-side encryption \"{}\"", encryption),
                "write AES256 or aws:kms, or nothing for the bucket's default");
  }
  if (encryption == "AES256" && !settings.kms_key.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a KMS key goes with the encryption aws:kms, not with AES256",
                "set encryption to aws:kms, or remove kms_key");
  }
  if (settings.object_lock_days < 0 || settings.object_lock_days > kMostObjectLockDays) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("an object lock of {} days cannot be", settings.object_lock_days),
                fmt::format("use 0 to {} days: nobody can shorten it later", kMostObjectLockDays));
  }
  return {};
}

}  // namespace

Result<ObjectStorePtr> open_s3_store(const StoreSettings& settings, std::shared_ptr<const Clock> clock) {
  TRY(check_settings(settings));
  S3Parts parts;
  parts.location = TRY(locate_s3(settings));
  parts.storage_class = settings.storage_class;
  parts.encryption =
      settings.encryption.empty() && !settings.kms_key.empty() ? "aws:kms" : settings.encryption;
  parts.kms_key = settings.kms_key;
  parts.object_lock_days = settings.object_lock_days;

  CredentialSearch search;
  search.reference = settings.credentials;
  search.region = settings.region;
  search.temporary_keys = parts.location.dialect == SigningDialect::kAws;
  parts.credentials = std::make_shared<CredentialsProvider>(TRY(find_credentials_source(search)), clock);

  HttpClientOptions http;
  http.ca_file = settings.ca_file;
  http.ca_directory = settings.ca_directory;
  parts.http = std::make_shared<HttpClient>(std::move(http));
  parts.clock = std::move(clock);
  return std::make_shared<S3Store>(std::move(parts));
}

}  // namespace skyhold
