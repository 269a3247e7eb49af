// What is to be known of a store to open it: a URL, and what a settings file adds.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "stores/object_store.h"

namespace skyhold {

// Credentials by reference; secrets themselves are never settings.
struct StoreCredentials {
  std::string file;         // gs: service account JSON; s3: an AWS credentials file (INI)
  std::string profile;      // s3: of the credentials file
  std::string environment;  // the prefix of NAME_ACCESS_KEY_ID and NAME_SECRET_ACCESS_KEY
  bool hmac = false;        // gs: HMAC keys over the XML API, found as those of s3 are
};

// Bytes a second at each hour of the day in platform time; 0: without limit.
struct RateLimits {
  std::array<std::uint64_t, 24> upload_bytes_per_second{};
  std::array<std::uint64_t, 24> download_bytes_per_second{};
};

struct StoreSettings {
  std::string name;                // in the settings file; empty when opened by URL alone
  std::string url;                 // file:///dir, s3://bucket/prefix, gs://bucket/prefix
  std::string location;            // where it lies, for people: "europe-west1"
  std::string endpoint;            // https://host[:port]; empty: the provider's own
  std::string region;              // s3
  std::optional<bool> path_style;  // s3: bucket in the path; by default when there is an endpoint
  std::string storage_class;
  std::string encryption;  // s3: "AES256" or "aws:kms"; gs needs none: kms_key says it
  std::string kms_key;     // s3: key id or ARN; gs: the key's resource name
  std::string ca_file;
  std::string ca_directory;
  StoreCredentials credentials;
  RateLimits rate_limits;
  std::chrono::seconds removal_delay{0};  // removals reach this copy so much later
  int object_lock_days = 0;               // s3 Object Lock or gs retention; 0: none
};

}  // namespace skyhold
