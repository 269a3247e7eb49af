#include "stores/store_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "io/durable_file.h"
#include "stores/file_url.h"

namespace skyhold {
namespace {

bool limits_something(const std::array<std::uint64_t, 24>& hours) {
  return std::any_of(hours.begin(), hours.end(), [](std::uint64_t limit) { return limit > 0; });
}

bool is_bucket_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_';
}

Status check_cloud_url(std::string_view url, std::string_view scheme) {
  std::string_view rest = url.substr(scheme.size() + 3);
  if (rest.find('@') != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the {}:// URL of a store has an '@', as if it held credentials", scheme),
                fmt::format("write {}://bucket/prefix; credentials come from the environment or a file "
                            "(docs/settings.md)",
                            scheme));
  }
  if (const std::size_t query = rest.find_first_of("?#"); query != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the URL {}://{} has a query or fragment", scheme, rest.substr(0, query)),
                "endpoint, region and the like come from the environment or the settings file "
                "(docs/settings.md)");
  }
  const std::string_view bucket = rest.substr(0, rest.find('/'));
  constexpr std::size_t kMostBucketBytes = 222;  // of Google's names with dots; others are shorter
  if (bucket.empty() || bucket.size() > kMostBucketBytes ||
      !std::all_of(bucket.begin(), bucket.end(), is_bucket_character)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" names no bucket", url.substr(0, 300)),
                fmt::format("write {}://bucket or {}://bucket/prefix", scheme, scheme));
  }
  return {};
}

}  // namespace

bool RateLimits::any() const {
  return limits_something(upload_bytes_per_second) || limits_something(download_bytes_per_second);
}

const StoreSettings* PlatformSettings::find(std::string_view name) const {
  const auto found = std::find_if(stores.begin(), stores.end(),
                                  [&](const StoreSettings& store) { return store.name == name; });
  return found == stores.end() ? nullptr : &*found;
}

const StoreSettings* PlatformSettings::find_url(std::string_view url) const {
  const auto without_end = [](std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return text;
  };
  const auto found = std::find_if(stores.begin(), stores.end(), [&](const StoreSettings& store) {
    return without_end(store.url) == without_end(url);
  });
  return found == stores.end() ? nullptr : &*found;
}

const RegionSettings* PlatformSettings::find_region(std::string_view name) const {
  const auto found = std::find_if(regions.begin(), regions.end(),
                                  [&](const RegionSettings& region) { return region.name == name; });
  return found == regions.end() ? nullptr : &*found;
}

StoreSettings below(const StoreSettings& settings, std::string_view level) {
  StoreSettings deeper = settings;
  while (deeper.url.ends_with('/')) deeper.url.pop_back();
  deeper.url += fmt::format("/{}", level);
  return deeper;
}

std::string_view url_scheme(std::string_view url) {
  const std::size_t colon = url.find("://");
  return colon == std::string_view::npos ? std::string_view() : url.substr(0, colon);
}

Status check_store_url(std::string_view url) {
  if (url.starts_with("file:")) {
    TRY(parse_file_url(url));
    return {};
  }
  const std::string_view scheme = url_scheme(url);
  if (scheme == "s3" || scheme == "gs") return check_cloud_url(url, scheme);
  constexpr std::string_view kForms = "write file:///directory, s3://bucket/prefix or gs://bucket/prefix";
  if (!scheme.empty()) {
    // What stands behind the scheme may hold credentials, so it is not repeated.
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("there are no stores at {}://", scheme.substr(0, 20)), std::string(kForms));
  }
  return fail(
      ErrorCode::kInvalidArgument,
      url.find('@') == std::string_view::npos
          ? fmt::format("\"{}\" is not the URL of a store", url.substr(0, 300))
          : "a store was named by what is not a URL",
      url.starts_with('/') ? fmt::format("write file://{}", url.substr(0, 300)) : std::string(kForms));
}

Result<PlatformSettings> load_settings(const std::filesystem::path& path) {
  const Result<Bytes> bytes = read_file(path, kMostSettingsBytes);
  if (!bytes) {
    Error error = bytes.error().in("reading the settings");
    if (error.hint.empty())
      error.hint = "name the file with --settings or SKYHOLD_SETTINGS; docs/settings.md shows one";
    return fail(std::move(error));
  }
  return parse_settings(as_text(*bytes), path.string());
}

}  // namespace skyhold
