// parse_settings(): TOML into settings. The only source that includes toml++, whose
// exceptions end here.
#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <stdexcept>

#include <date/tz.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/quantity.h"
#include "base/suggest.h"
#include "stores/store_settings.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostTextBytes = 1000;
// Dotted keys nest without a bound in the library, but not over the end of a line.
constexpr std::size_t kLongestLineBytes = 4096;
constexpr int kMostObjectLockDays = 3650;

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool names_a_secret(std::string_view key) {
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return contains_any(lower, {"secret", "password", "passphrase", "token", "private_key", "access_key"});
}

bool looks_like_a_secret(std::string_view value) {
  const bool access_key = value.size() >= 16 && (value.starts_with("AKIA") || value.starts_with("ASIA") ||
                                                 value.starts_with("GOOG1"));
  const std::size_t scheme = value.find("://");
  const bool user_in_url =
      scheme != std::string_view::npos && value.find('@', scheme) != std::string_view::npos;
  return access_key || user_in_url || contains_any(value, {"-----BEGIN", "\"private_key\""});
}

constexpr std::string_view kSecretsHint =
    "keep secrets out of this file: name a file that holds them (credentials.file), or the beginning of "
    "environment variables (credentials.environment)";

// A node of the file and how to speak of it.
struct Value {
  std::string_view file;
  std::string path;  // "stores.near-1.region"
  const toml::node* node = nullptr;

  [[nodiscard]] auto refuse(std::string_view why, std::string_view hint) const {
    return refuse_at(node->source(), fmt::format("{} {}", path, why), hint);
  }
  [[nodiscard]] tl::unexpected<Error> refuse_at(const toml::source_region& where, std::string_view what,
                                                std::string_view hint) const {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} line {}: {}", file, where.begin.line, what),
                std::string(hint));
  }

  [[nodiscard]] Result<std::string> text() const {
    const auto* string = node->as_string();
    if (string == nullptr) return refuse("must be text in quotes", "write it in quotes: \"…\"");
    const std::string& value = string->get();
    if (looks_like_a_secret(value)) return refuse("looks like a secret", kSecretsHint);
    const bool printable = std::all_of(
        value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; });
    if (value.empty() || value.size() > kMostTextBytes || !printable) {
      return refuse("must be 1 to 1000 bytes of text without control characters",
                    "leave the key out for its default");
    }
    return value;
  }

  [[nodiscard]] Result<std::string> one_of(const std::vector<std::string>& allowed) const {
    std::string value = TRY(text());
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
    return refuse("has a value that there is not", fmt::format("write one of: {}", fmt::join(allowed, ", ")));
  }

  [[nodiscard]] Result<std::string> absolute_path() const {
    std::string value = TRY(text());
    if (!value.starts_with('/')) return refuse("must be an absolute path", "begin it with '/'");
    return value;
  }

  [[nodiscard]] Result<bool> boolean() const {
    const auto* value = node->as_boolean();
    if (value == nullptr) return refuse("must be true or false", "write it without quotes");
    return value->get();
  }

  [[nodiscard]] Result<int> integer(int least, int most) const {
    const auto* value = node->as_integer();
    if (value == nullptr || value->get() < least || value->get() > most) {
      return refuse(fmt::format("must be a whole number from {} to {}", least, most),
                    "write it without quotes");
    }
    return static_cast<int>(value->get());
  }

  [[nodiscard]] Result<const toml::table*> table() const {
    const auto* value = node->as_table();
    if (value == nullptr)
      return refuse("must be a table", fmt::format("write [{}] and its keys below", path));
    return value;
  }

  // Puts what a parser of plain text said to its place in the file.
  template <typename T>
  [[nodiscard]] Result<T> at_this_place(Result<T> parsed) const {
    if (parsed) return parsed;
    return refuse(fmt::format("is wrong: {}", parsed.error().message), parsed.error().hint);
  }
};

// A key that a table may have, and what to do with it.
template <typename Target>
struct Field {
  std::string_view key;
  std::string_view schemes;  // of the stores that it means something for; empty: all
  Status (*read)(const Value& value, Target& target);
};

template <typename Target>
tl::unexpected<Error> unknown_key(const Value& of, const toml::key& key,
                                  std::span<const Field<Target>> fields) {
  if (names_a_secret(key.str())) {
    return of.refuse_at(key.source(), fmt::format("{} may not hold secrets", of.path), kSecretsHint);
  }
  std::vector<std::string> names;
  for (const Field<Target>& field : fields) names.emplace_back(field.key);
  const std::string near = nearest(key.str(), names);
  const std::string what =
      fmt::format("there is no setting {}{}{}", of.path, of.path.empty() ? "" : ".", key.str().substr(0, 64));
  return of.refuse_at(key.source(), what,
                      near.empty() ? fmt::format("there are: {}", fmt::join(names, ", "))
                                   : fmt::format("did you mean {}?", near));
}

// Reads every key of a table, each of which must be one of `fields`.
template <typename Target>
Status read_fields(const Value& of, std::span<const Field<Target>> fields, std::string_view scheme,
                   Target& target) {
  for (const auto& [key, node] : *TRY(of.table())) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&, name = key.str()](const auto& each) { return each.key == name; });
    if (field == fields.end()) return unknown_key(of, key, fields);
    const Value value{
        of.file, of.path.empty() ? std::string(key.str()) : fmt::format("{}.{}", of.path, key.str()), &node};
    if (!field->schemes.empty() && field->schemes.find(scheme) == std::string_view::npos) {
      return value.refuse(fmt::format("means nothing to a store at {}://", scheme),
                          fmt::format("it is for stores at {}; leave it out", field->schemes));
    }
    TRY(field->read(value, target));
  }
  return {};
}

template <auto Member, typename Target>
Status read_text(const Value& value, Target& target) {
  target.*Member = TRY(value.text());
  return {};
}

template <auto Member, typename Target>
Status read_path(const Value& value, Target& target) {
  target.*Member = TRY(value.absolute_path());
  return {};
}

template <auto Member, typename Target>
Status read_boolean(const Value& value, Target& target) {
  target.*Member = TRY(value.boolean());
  return {};
}

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

constexpr std::array<Field<PlatformSettings>, 2> kPlatformFields{{
    {"platform_time_zone", "", read_time_zone},
    {"stores", "", read_stores},
}};

Status check_bounds(std::string_view text, std::string_view file_name) {
  if (text.size() > kMostSettingsBytes) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is larger than {} bytes", file_name, kMostSettingsBytes),
                "is it the settings file?");
  }
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end - at > kLongestLineBytes) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("{} line {}: the line is longer than {} bytes", file_name, line, kLongestLineBytes),
          "break it into several");
    }
    at = end + 1;
  }
  return {};
}

}  // namespace

Result<PlatformSettings> parse_settings(std::string_view text, std::string_view file_name) {
  TRY(check_bounds(text, file_name));
  try {
    const toml::table root = toml::parse(text);
    PlatformSettings settings;
    settings.file = file_name;
    TRY(read_fields<PlatformSettings>({file_name, "", &root}, kPlatformFields, "", settings));
    return settings;
  } catch (const toml::parse_error& error) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{} line {}: not TOML: {}", file_name, error.source().begin.line, error.description()),
        "docs/settings.md shows an example");
  }
}

}  // namespace skyhold
