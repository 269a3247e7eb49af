#include "stores/s3/s3_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/object_store_conformance.h"
#include "tests/support/scratch_radosgw.h"

namespace skyhold {
namespace {

class FixedKeys final : public CredentialsSource {
 public:
  explicit FixedKeys(AwsKeys keys) : keys_(std::move(keys)) {}
  Result<Credentials> fetch() override { return Credentials{keys_, std::nullopt}; }

 private:
  const AwsKeys keys_;
};

AwsKeys good_keys() {
  return {ScratchRadosgw::kAccessKeyId, ScratchRadosgw::kSecretAccessKey, ""};
}

// A store of its own place in the scratch server, over HTTP unless the settings say otherwise.
StoreSettings settings_in(const std::string& bucket, const std::string& prefix = "") {
  StoreSettings settings;
  settings.url = "s3://" + bucket + (prefix.empty() ? "" : "/" + prefix);
  settings.endpoint = ScratchRadosgw::instance().url();
  return settings;
}

S3Parts parts_of(const StoreSettings& settings, AwsKeys keys = good_keys()) {
  const auto clock = std::make_shared<SystemClock>();
  S3Parts parts;
  parts.location = locate_s3(settings).value();
  HttpClientOptions http;
  http.ca_file = settings.ca_file;
  parts.http = std::make_shared<HttpClient>(http);
  parts.credentials =
      std::make_shared<CredentialsProvider>(std::make_unique<FixedKeys>(std::move(keys)), clock);
  parts.clock = clock;
  return parts;
}

class HttpPlace {
 public:
  ObjectStorePtr open() {
    if (bucket_.empty()) bucket_ = ScratchRadosgw::instance().make_bucket();
    return std::make_shared<S3Store>(parts_of(settings_in(bucket_, "a/b")));
  }

 private:
  std::string bucket_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(S3, ObjectStoreConformance, HttpPlace);

}  // namespace
}  // namespace skyhold
