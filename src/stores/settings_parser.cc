// parse_settings(): TOML into settings.
#include <charconv>
#include <stdexcept>

#include <date/tz.h>

#include "base/quantity.h"
#include "stores/settings_value.h"
#include "stores/store_settings.h"

namespace skyhold {
namespace {

using namespace settings;  // NOLINT(google-build-using-namespace)

constexpr int kMostObjectLockDays = 3650;

Status read_environment(const Value& value, StoreCredentials& credentials) {
  credentials.environment = TRY(value.text());
  const bool is_name =
      std::all_of(credentials.environment.begin(), credentials.environment.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      });
  if (is_name) return {};
  return value.refuse("is not the beginning of a variable's name",
                      "write ACME for ACME_ACCESS_KEY_ID and ACME_SECRET_ACCESS_KEY");
}

constexpr std::array<Field<StoreCredentials>, 4> kCredentialsFields{{
    {"file", "s3, gs", read_path<&StoreCredentials::file>},
    {"profile", "s3", read_text<&StoreCredentials::profile>},
    {"environment", "s3, gs", read_environment},
    {"hmac", "gs", read_boolean<&StoreCredentials::hmac>},
}};

// ---- rate limits ----------------------------------------------------------------------------

using Hours = std::array<std::uint64_t, 24>;

// "08-19": from 8 o'clock to 7 in the evening; "22-06" goes over midnight.
Result<std::vector<std::size_t>> parse_hours(const Value& value) {
  const std::string text = TRY(value.text());
  constexpr std::string_view kHint =
      "write from and to, two digits each: \"08-19\", or \"22-06\" over midnight";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 5 || text[2] != '-' || !is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[3]) ||
      !is_digit(text[4])) {
    return value.refuse("is not a span of hours", kHint);
  }
  const std::size_t from =
      static_cast<std::size_t>(text[0] - '0') * 10 + static_cast<std::size_t>(text[1] - '0');
  const std::size_t to =
      static_cast<std::size_t>(text[3] - '0') * 10 + static_cast<std::size_t>(text[4] - '0');
  if (from > 23 || to > 24 || from == to) return value.refuse("is not a span of hours of a day", kHint);
  std::vector<std::size_t> hours;
  for (std::size_t hour = from; hour != to % 24 || hours.empty(); hour = (hour + 1) % 24)
    hours.push_back(hour);
  return hours;
}

Result<std::uint64_t> parse_limit(const Value& value) {
  return value.at_this_place(parse_byte_rate(TRY(value.text())));
}

struct LimitedHours {
  std::optional<std::vector<std::size_t>> hours;  // none: all that no other entry has
  std::optional<std::uint64_t> limit;
};

constexpr std::array<Field<LimitedHours>, 2> kLimitFields{{
    {"hours", "",
     [](const Value& value, LimitedHours& entry) -> Status {
       entry.hours = TRY(parse_hours(value));
       return {};
     }},
    {"limit", "",
     [](const Value& value, LimitedHours& entry) -> Status {
       entry.limit = TRY(parse_limit(value));
       return {};
     }},
}};

Status read_limited_hours(const Value& value, Hours& limits, std::optional<std::uint64_t>& others) {
  LimitedHours entry;
  TRY(read_fields<LimitedHours>(value, kLimitFields, "", entry));
  if (!entry.limit) return value.refuse("has no limit", "write { hours = \"08-19\", limit = \"20 MB/s\" }");
  if (!entry.hours) {
    if (others) return value.refuse("is the second one without hours", "one may stand for all other hours");
    others = entry.limit;
    return {};
  }
  for (const std::size_t hour : *entry.hours) {
    if (limits[hour] != 0)
      return value.refuse(fmt::format("limits hour {:02} again", hour), "give each hour once");
    limits[hour] = *entry.limit;
  }
  return {};
}

// A rate for the whole day, or an array of { hours, limit }.
Status read_limits(const Value& value, Hours& limits) {
  const auto* entries = value.node->as_array();
  if (entries == nullptr) {
    limits.fill(TRY(parse_limit(value)));
    return {};
  }
  std::optional<std::uint64_t> others;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const Value entry{value.file, fmt::format("{}[{}]", value.path, i), entries->get(i)};
    TRY(read_limited_hours(entry, limits, others));
  }
  for (std::uint64_t& limit : limits) {
    if (limit == 0) limit = others.value_or(0);
  }
  return {};
}

// ---- a store --------------------------------------------------------------------------------

Status read_endpoint(const Value& value, StoreSettings& store) {
  store.endpoint = TRY(value.text());
  while (store.endpoint.ends_with('/')) store.endpoint.pop_back();
  const std::string_view scheme = url_scheme(store.endpoint);
  const std::string_view host =
      std::string_view(store.endpoint).substr(scheme.empty() ? 0 : scheme.size() + 3);
  if ((scheme == "https" || scheme == "http") && !host.empty() &&
      host.find_first_of("/?# ") == std::string_view::npos) {
    return {};
  }
  return value.refuse("is not a server", "write https://host or https://host:port, without a path");
}

Status read_credentials(const Value& value, StoreSettings& store) {
  return read_fields<StoreCredentials>(value, kCredentialsFields, url_scheme(store.url), store.credentials);
}

constexpr std::array<Field<StoreSettings>, 16> kStoreFields{{
    {"url", "", [](const Value&, StoreSettings&) -> Status { return {}; }},  // was read before all others
    {"location", "", read_text<&StoreSettings::location>},
    {"endpoint", "s3, gs", read_endpoint},
    {"region", "s3, gs", read_text<&StoreSettings::region>},
    {"path_style", "s3", read_boolean<&StoreSettings::path_style>},
    {"storage_class", "s3, gs", read_text<&StoreSettings::storage_class>},
    {"encryption", "s3",
     [](const Value& value, StoreSettings& store) -> Status {
       store.encryption = TRY(value.one_of({"AES256", "aws:kms", "aws:kms:dsse"}));
       return {};
     }},
    {"kms_key", "s3, gs", read_text<&StoreSettings::kms_key>},
    {"ca_file", "s3, gs", read_path<&StoreSettings::ca_file>},
    {"ca_directory", "s3, gs", read_path<&StoreSettings::ca_directory>},
    {"credentials", "s3, gs", read_credentials},
    {"upload_limit", "",
     [](const Value& value, StoreSettings& store) {
       return read_limits(value, store.rate_limits.upload_bytes_per_second);
     }},
    {"download_limit", "",
     [](const Value& value, StoreSettings& store) {
       return read_limits(value, store.rate_limits.download_bytes_per_second);
     }},
    {"removal_delay", "",
     [](const Value& value, StoreSettings& store) -> Status {
       const std::string text = TRY(value.text());
       store.removal_delay = TRY(value.at_this_place(parse_duration(text)));
       return {};
     }},
    {"object_lock_days", "s3, gs",
     [](const Value& value, StoreSettings& store) -> Status {
       store.object_lock_days = TRY(value.integer(0, kMostObjectLockDays));
       return {};
     }},
    {"retry_for", "s3, gs",
     [](const Value& value, StoreSettings& store) -> Status {
       const std::string text = TRY(value.text());
       store.retry_for = TRY(value.at_this_place(parse_duration(text)));
       return {};
     }},
}};

// First of all, because what other keys mean depends on the scheme.
Status read_url(const Value& value, StoreSettings& store) {
  const toml::node* node = TRY(value.table())->get("url");
  if (node == nullptr) {
    return value.refuse("has no url",
                        "write url = \"s3://bucket/prefix\", \"gs://…\" or \"file:///directory\"");
  }
  const Value url{value.file, value.path + ".url", node};
  store.url = TRY(url.text());
  const Status checked = check_store_url(store.url);
  if (!checked) return url.refuse(fmt::format("is wrong: {}", checked.error().message), checked.error().hint);
  return {};
}

// What no key alone can tell.
Status check_together(const Value& value, const StoreSettings& store) {
  const bool is_s3 = url_scheme(store.url) == "s3";
  if (store.encryption == "AES256" && !store.kms_key.empty()) {
    return value.refuse("has a kms_key that AES256 does not use", "write encryption = \"aws:kms\" for it");
  }
  const StoreCredentials& credentials = store.credentials;
  if (!is_s3 && !credentials.environment.empty() && !credentials.hmac) {
    return value.refuse("takes credentials.environment for HMAC keys only", "write hmac = true as well");
  }
  if (!credentials.environment.empty() && !(credentials.file.empty() && credentials.profile.empty())) {
    return value.refuse("has credentials of two kinds", "name a file or environment variables, not both");
  }
  return {};
}

Status check_store_name(const Value& value, std::string_view name, const toml::key& key) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  constexpr std::size_t kMostNameBytes = 64;
  if (name.empty() || name.size() > kMostNameBytes || name.front() == '-' || name.front() == '.' ||
      !std::all_of(name.begin(), name.end(), is_plain)) {
    return value.refuse_at(key.source(), "a store's name is not one",
                           "use 1 to 64 of a-z, A-Z, 0-9, '-', '_', '.', beginning with a letter or digit");
  }
  return {};
}

Status read_stores(const Value& value, PlatformSettings& settings) {
  const toml::table& stores = *TRY(value.table());
  if (stores.size() > kMostStores) {
    return value.refuse(fmt::format("has more than {} stores", kMostStores), "use several files");
  }
  for (const auto& [key, node] : stores) {
    StoreSettings store;
    store.name = key.str();
    TRY(check_store_name(value, store.name, key));
    const Value place{value.file, fmt::format("stores.{}", store.name), &node};
    TRY(read_url(place, store));
    TRY(read_fields<StoreSettings>(place, kStoreFields, url_scheme(store.url), store));
    TRY(check_together(place, store));
    if (const StoreSettings* other = settings.find_url(store.url);
        other != nullptr && other->endpoint == store.endpoint) {
      return place.refuse(fmt::format("is the same place as stores.{}", other->name),
                          "two copies in one place are one copy; give each store a place of its own");
    }
    settings.stores.push_back(std::move(store));
  }
  return {};
}

Status read_time_zone(const Value& value, PlatformSettings& settings) {
  settings.platform_time_zone = TRY(value.text());
  try {
    date::locate_zone(settings.platform_time_zone);
    return {};
  } catch (const std::runtime_error&) {
    return value.refuse(
        "is no time zone",
        "use an IANA name such as Europe/Brussels or UTC, and have the tzdata package installed");
  }
}

// ---- regions --------------------------------------------------------------------------------

constexpr std::size_t kMostCopies = 8;

Status read_region(const Value& place, std::string_view name, const PlatformSettings& settings,
                   RegionSettings& region) {
  region.name = name;
  const auto* table = TRY(place.table());
  for (const auto& [key, node] : *table) {
    if (key.str() != "stores") {
      return place.refuse_at(key.source(), fmt::format("there is no setting {}.{}", place.path, key.str()),
                             "a region has one key: stores");
    }
    const Value value{place.file, place.path + ".stores", &node};
    region.stores = TRY(value.texts(1, kMostCopies));
  }
  if (region.stores.empty()) {
    return place.refuse("has no stores", "write stores = [\"near-1\", \"near-2\", \"far\"]");
  }
  for (const std::string& store : region.stores) {
    if (settings.find(store) == nullptr) {
      return place.refuse(fmt::format("names a store \"{}\" that there is not", store),
                          fmt::format("describe it in [stores.{}]", store));
    }
    if (std::count(region.stores.begin(), region.stores.end(), store) > 1) {
      return place.refuse(fmt::format("names the store {} twice", store),
                          "give each copy a store of its own");
    }
  }
  return {};
}

Status read_regions(const Value& value, PlatformSettings& settings) {
  for (const auto& [key, node] : *TRY(value.table())) {
    TRY(check_store_name(value, key.str(), key));
    const Value place{value.file, fmt::format("regions.{}", key.str()), &node};
    RegionSettings region;
    TRY(read_region(place, key.str(), settings, region));
    settings.regions.push_back(std::move(region));
  }
  return {};
}

constexpr std::array<Field<PlatformSettings>, 13> kPlatformFields{{
    {"platform_time_zone", "", read_time_zone},
    {"stores", "",
     [](const Value&, PlatformSettings&) -> Status { return {}; }},  // was read before all others
    {"regions", "", read_regions},
    // What only the service reads: app/service_settings.
    {"data_directory", "", read_elsewhere<PlatformSettings>},
    {"master_key_file", "", read_elsewhere<PlatformSettings>},
    {"catalog", "", read_elsewhere<PlatformSettings>},
    {"server", "", read_elsewhere<PlatformSettings>},
    {"worker", "", read_elsewhere<PlatformSettings>},
    {"schedule", "", read_elsewhere<PlatformSettings>},
    {"import", "", read_elsewhere<PlatformSettings>},
    {"oidc", "", read_elsewhere<PlatformSettings>},
    {"mail", "", read_elsewhere<PlatformSettings>},
    {"notify", "", read_elsewhere<PlatformSettings>},
}};

}  // namespace

Result<PlatformSettings> parse_settings(std::string_view text, std::string_view file_name) {
  PlatformSettings settings;
  settings.file = file_name;
  return read_toml<PlatformSettings>(
      text, file_name, std::move(settings), [](const Value& root, PlatformSettings& read) -> Status {
        // Regions name stores, wherever in the file those are.
        if (const toml::node* stores = TRY(root.table())->get("stores"); stores != nullptr) {
          TRY(read_stores({root.file, "stores", stores}, read));
        }
        return read_fields<PlatformSettings>(root, kPlatformFields, "", read);
      });
}

}  // namespace skyhold
