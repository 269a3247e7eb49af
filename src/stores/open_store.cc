#include "stores/open_store.h"

#include <cstdlib>

#include <fmt/format.h>

#include "stores/file_url.h"
#include "stores/gcs/gcs_store.h"
#include "stores/local_store.h"
#include "stores/rate_limited_store.h"
#include "stores/s3/s3_store.h"

namespace skyhold {
namespace {

Result<ObjectStorePtr> open_driver(const StoreSettings& settings, const std::shared_ptr<const Clock>& clock) {
  TRY(check_store_url(settings.url));
  const std::string_view scheme = url_scheme(settings.url);
  // With HMAC keys Google Cloud Storage is spoken to as if it were S3.
  if (scheme == "s3" || (scheme == "gs" && settings.credentials.hmac)) return open_s3_store(settings, clock);
  if (scheme == "gs") return open_gcs_store(settings, clock);
  return std::make_shared<LocalStore>(TRY(parse_file_url(settings.url)));
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

// The first of the variables that has a value.
std::string first_of(const StoreEnvironment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::optional<std::string> value = environment(name);
    if (value && !value->empty()) return *value;
  }
  return {};
}

// S3 covers a locked object with a marker; Google refuses to remove it, and a prune would
// fail every time.
Status check_retention(const StoreSettings& settings) {
  const std::chrono::days locked(settings.object_lock_days);
  if (url_scheme(settings.url) != "gs" || settings.removal_delay >= locked) return {};
  return fail(
      ErrorCode::kInvalidArgument,
      fmt::format("{}: objects are kept from deletion for {} days, and removals are to reach them before",
                  settings.url, settings.object_lock_days),
      fmt::format("set removal_delay = \"{}d\" or more, or object_lock_days to less",
                  settings.object_lock_days));
}

}  // namespace

Result<OpenedStore> open_store(const StoreSettings& settings, const OpenStoreOptions& options) {
  TRY(check_retention(settings));
  const std::shared_ptr<const Clock> clock = options.clock ? options.clock : std::make_shared<SystemClock>();
  OpenedStore opened{TRY(open_driver(settings, clock)), settings, nullptr, nullptr};
  if (settings.rate_limits.any()) {
    const RateLimitOptions limiting{.hour = TRY(hour_of_day(options.platform_time_zone, clock)),
                                    .waiting = options.retry.waiting,
                                    .cancel = options.cancel};
    opened.store = std::make_shared<RateLimitedStore>(opened.store, settings.rate_limits, limiting);
  }
  opened.timings = std::make_shared<TimedStore>(opened.store);
  opened.store = opened.timings;
  // What a directory refuses it would refuse again: a disk does not lose requests on the way.
  if (url_scheme(settings.url) != "file") {
    RetryOptions retry = options.retry;
    retry.cancel = options.cancel;
    if (settings.retry_for) retry.longest_call = *settings.retry_for;
    opened.store = std::make_shared<RetryStore>(opened.store, retry);
  }
  if (settings.removal_delay > std::chrono::seconds::zero()) {
    opened.late = std::make_shared<DelayedRemovalStore>(opened.store, settings.removal_delay, clock);
    opened.store = opened.late;
  }
  return opened;
}

StoreSettings settings_of_url(std::string_view url, const StoreEnvironment& environment) {
  StoreSettings settings;
  settings.url = url;
  const std::string_view scheme = url_scheme(url);
  if (scheme == "s3") {
    settings.endpoint = first_of(environment, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
    settings.region = first_of(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"});
    settings.ca_file = first_of(environment, {"AWS_CA_BUNDLE"});
  } else if (scheme == "gs") {
    settings.endpoint = first_of(environment, {"STORAGE_EMULATOR_HOST"});
    // Google's own libraries take it with and without a scheme.
    if (!settings.endpoint.empty() && url_scheme(settings.endpoint).empty()) {
      settings.endpoint = "http://" + settings.endpoint;
    }
  }
  return settings;
}

Result<ObjectStorePtr> open_store(std::string_view url) {
  return TRY(open_store(settings_of_url(url, process_environment))).store;
}

}  // namespace skyhold
