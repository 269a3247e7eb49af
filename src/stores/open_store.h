// From settings to a store that can be used: the driver and its decorators.
//
//   DelayedRemovalStore  when the settings give the copy a removal_delay
//   RetryStore          stores behind a network
//     TimedStore        each attempt by itself
//       RateLimitedStore  when the settings limit it
//         the driver: LocalStore, S3, Google Cloud Storage
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "stores/delayed_removal_store.h"
#include "stores/object_store.h"
#include "stores/retry_store.h"
#include "stores/store_settings.h"
#include "stores/timed_store.h"

namespace skyhold {

struct OpenStoreOptions {
  std::shared_ptr<const Clock> clock;      // null: the system's
  std::string platform_time_zone = "UTC";  // an IANA name: whose hours rate limits mean
  // Ends waits for a retry or for bandwidth. May be null, else outlives the store.
  const CancelToken* cancel = nullptr;
  RetryOptions retry;  // its `cancel` is the one above
};

struct OpenedStore {
  ObjectStorePtr store;
  StoreSettings settings;
  std::shared_ptr<TimedStore> timings;        // part of `store`, never null
  std::shared_ptr<DelayedRemovalStore> late;  // part of `store`; null when it lets go at once
};

// Does not look whether the place exists. kInvalidArgument for a URL or settings that cannot
// be, kNotFound or kPermissionDenied for files of credentials and certificates.
Result<OpenedStore> open_store(const StoreSettings& settings, const OpenStoreOptions& options = {});

// What a URL alone means: the usual environment variables say the rest.
//   s3: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION, AWS_CA_BUNDLE
//   gs: STORAGE_EMULATOR_HOST
// Credentials are looked for by the driver.
using StoreEnvironment = std::function<std::optional<std::string>(const std::string& name)>;
StoreSettings settings_of_url(std::string_view url, const StoreEnvironment& environment);

}  // namespace skyhold
