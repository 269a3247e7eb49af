// What is to be known of a store to open it: a URL, and what the settings file adds
// (TOML, described in docs/settings.md).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
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

  [[nodiscard]] bool any() const;
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
  // s3, gs: for how long one call is tried again; none: RetryOptions::longest_call
  std::optional<std::chrono::seconds> retry_for;
};

// Where deployments run, and where the copies of their backups go.
struct RegionSettings {
  std::string name;
  std::vector<std::string> stores;  // names, one a copy
};

struct PlatformSettings {
  std::string file;                        // where they were read; empty: nowhere
  std::string platform_time_zone = "UTC";  // an IANA name
  std::vector<StoreSettings> stores;       // by name
  std::vector<RegionSettings> regions;     // by name

  [[nodiscard]] const StoreSettings* find(std::string_view name) const;  // nullptr: no such store
  [[nodiscard]] const StoreSettings* find_url(std::string_view url) const;
  [[nodiscard]] const RegionSettings* find_region(std::string_view name) const;
};

inline constexpr std::size_t kMostSettingsBytes = 1 << 20;
inline constexpr std::size_t kMostStores = 1000;

// kInvalidArgument for text that is not TOML, keys that do not exist (with the nearest one
// as the hint), values that make no sense, and secrets. Messages name file and line, and
// never repeat a value that may be a secret.
Result<PlatformSettings> parse_settings(std::string_view text, std::string_view file_name);
Result<PlatformSettings> load_settings(const std::filesystem::path& path);

// The same store, with everything below one more level of its prefix: "s3://bucket/prefix/below".
StoreSettings below(const StoreSettings& settings, std::string_view level);

// "gs" of "gs://bucket"; empty when it has none.
std::string_view url_scheme(std::string_view url);

// kInvalidArgument unless it is file:///directory, s3://bucket[/prefix] or gs://bucket[/prefix].
// The message never repeats a URL that may hold credentials.
Status check_store_url(std::string_view url);

}  // namespace skyhold
