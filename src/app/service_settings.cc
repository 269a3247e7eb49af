#include "app/service_settings.h"

#include <charconv>

#include "base/quantity.h"
#include "io/durable_file.h"
#include "policy/cron.h"
#include "stores/file_url.h"
#include "stores/settings_value.h"

namespace skyhold {
namespace {

using namespace settings;  // NOLINT(google-build-using-namespace)

Status read_directory(const Value& value, ServiceSettings& settings) {
  settings.data_directory = TRY(value.absolute_path());
  return {};
}

Status read_key_file(const Value& value, ServiceSettings& settings) {
  settings.master_key_file = TRY(value.absolute_path());
  return {};
}

// A URL whose user is named and whose password is kept elsewhere.
Result<std::string> read_database_url(const Value& value, bool may_be_sqlite) {
  const auto* text = value.node->as_string();
  if (text == nullptr) return value.refuse("must be text in quotes", "write it in quotes: \"…\"");
  std::string url = text->get();
  const std::string_view scheme = url_scheme(url);
  if (scheme != "postgresql" && scheme != "postgres" && (scheme != "sqlite" || !may_be_sqlite)) {
    return value.refuse("is not the URL of a database",
                        fmt::format("write \"postgresql://skyhold@db1/skyhold\"{}",
                                    may_be_sqlite ? " or \"sqlite:///var/lib/skyhold/catalog.db\"" : ""));
  }
  // user:password@ — a user alone is no secret.
  const std::string_view rest = std::string_view(url).substr(scheme.size() + 3);
  const std::string_view user = rest.substr(0, rest.find('@') == std::string_view::npos ? 0 : rest.find('@'));
  if (user.find(':') != std::string_view::npos || url.find("password=") != std::string::npos) {
    return value.refuse(
        "may not hold a password",
        "leave it out, and put it into a password file: ~/.pgpass of Skyhold's user, or passfile=…");
  }
  return url;
}

Status read_catalog(const Value& value, ServiceSettings& settings) {
  settings.catalog_url = TRY(read_database_url(value, true));
  return {};
}

// ---- server ---------------------------------------------------------------------------------

// "127.0.0.1:8470", "[::1]:8470", "0.0.0.0:443".
Result<ListenAddress> parse_listen(const Value& value, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  ListenAddress listen;
  unsigned port = 0;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
    listen.address = text.substr(0, colon);
    if (listen.address.starts_with('[') && listen.address.ends_with(']')) {
      listen.address = listen.address.substr(1, listen.address.size() - 2);
    }
    if (parsed.ec == std::errc() && parsed.ptr == end && port <= 0xffff && !listen.address.empty()) {
      listen.port = static_cast<std::uint16_t>(port);
      return listen;
    }
  }
  return value.refuse(fmt::format("has \"{}\", which is no address and port", text.substr(0, 100)),
                      "write \"127.0.0.1:8470\", or \"[::]:8470\" for all addresses");
}

Status read_listen(const Value& value, ServerSettings& server) {
  constexpr std::size_t kMostAddresses = 16;
  server.listen.clear();
  for (const std::string& text : TRY(value.texts(1, kMostAddresses))) {
    server.listen.push_back(TRY(parse_listen(value, text)));
  }
  return {};
}

Status read_proxies(const Value& value, ServerSettings& server) {
  constexpr std::size_t kMostProxies = 64;
  server.trusted_proxies = TRY(value.texts(1, kMostProxies));
  return {};
}

Status read_public_url(const Value& value, ServerSettings& server) {
  std::string url = TRY(value.text());
  while (url.ends_with('/')) url.pop_back();
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || url.size() == scheme || url.find_first_of("/?#\\ \"<>", scheme) != std::string::npos) {
    return value.refuse("is not the address of a site", "write \"https://skyhold.example.com\"");
  }
  server.public_url = std::move(url);
  return {};
}

template <auto Member, typename Duration, typename Target>
Status read_duration(const Value& value, Target& target) {
  const std::string text = TRY(value.text());
  const std::chrono::seconds read = TRY(value.at_this_place(parse_duration(text)));
  if (read.count() == 0) return value.refuse("must be longer than nothing", "write \"30m\" or \"12h\"");
  target.*Member = std::chrono::ceil<Duration>(read);
  return {};
}

template <auto Member, int Least, int Most, typename Target>
Status read_integer(const Value& value, Target& target) {
  target.*Member = TRY(value.integer(Least, Most));
  return {};
}

template <auto Member>
Status read_cron(const Value& value, ScheduleSettings& schedule) {
  schedule.*Member = TRY(value.text());
  TRY(value.at_this_place(parse_cron(schedule.*Member)));
  return {};
}

constexpr std::array<Field<ServerSettings>, 7> kServerFields{{
    {"listen", "", read_listen},
    {"certificate_file", "", read_path<&ServerSettings::certificate_file>},
    {"key_file", "", read_path<&ServerSettings::key_file>},
    {"trusted_proxies", "", read_proxies},
    {"public_url", "", read_public_url},
    {"session_idle", "", read_duration<&ServerSettings::session_idle, std::chrono::minutes>},
    {"session_absolute", "", read_duration<&ServerSettings::session_absolute, std::chrono::hours>},
}};

constexpr std::array<Field<WorkerSettings>, 6> kWorkerFields{{
    {"region", "", read_text<&WorkerSettings::region>},
    {"slots", "", read_integer<&WorkerSettings::slots, 1, 64>},
    {"most_jobs", "", read_integer<&WorkerSettings::most_jobs, 1, 10'000>},
    {"most_jobs_per_database_server", "",
     read_integer<&WorkerSettings::most_jobs_per_database_server, 1, 1000>},
    {"most_jobs_per_store", "", read_integer<&WorkerSettings::most_jobs_per_store, 1, 1000>},
    {"drain_deadline", "", read_duration<&WorkerSettings::drain_deadline, std::chrono::seconds>},
}};

constexpr std::array<Field<ScheduleSettings>, 4> kScheduleFields{{
    {"automatic", "", read_cron<&ScheduleSettings::automatic>},
    {"maintenance", "", read_cron<&ScheduleSettings::maintenance>},
    {"grace", "", read_duration<&ScheduleSettings::grace, std::chrono::seconds>},
    {"verify_share", "",
     [](const Value& value, ScheduleSettings& schedule) -> Status {
       schedule.verify_share = static_cast<std::uint32_t>(TRY(value.integer(1, 1000)));
       return {};
     }},
}};

constexpr std::array<Field<ImportSettings>, 4> kImportFields{{
    {"database", "",
     [](const Value& value, ImportSettings& imports) -> Status {
       imports.database = TRY(read_database_url(value, false));
       return {};
     }},
    {"extensions", "",
     [](const Value& value, ImportSettings& imports) -> Status {
       constexpr std::size_t kMostExtensions = 100;
       imports.extensions = TRY(value.texts(0, kMostExtensions));
       return {};
     }},
    {"most_database_gigabytes", "", read_integer<&ImportSettings::most_database_gigabytes, 1, 100'000>},
    {"longest", "", read_duration<&ImportSettings::longest, std::chrono::seconds>},
}};

Status read_server(const Value& value, ServiceSettings& settings) {
  TRY(read_fields<ServerSettings>(value, kServerFields, "", settings.server));
  if (settings.server.certificate_file.empty() == settings.server.key_file.empty()) return {};
  return value.refuse("has a certificate without a key, or a key without a certificate",
                      "give both certificate_file and key_file");
}

constexpr std::array<Field<ServiceSettings>, 13> kServiceFields{{
    {"platform_time_zone", "", read_elsewhere<ServiceSettings>},  // parse_settings()
    {"stores", "", read_elsewhere<ServiceSettings>},
    {"regions", "", read_elsewhere<ServiceSettings>},
    {"data_directory", "", read_directory},
    {"master_key_file", "", read_key_file},
    {"catalog", "", read_catalog},
    {"server", "", read_server},
    {"worker", "",
     [](const Value& value, ServiceSettings& settings) {
       return read_fields<WorkerSettings>(value, kWorkerFields, "", settings.worker);
     }},
    {"schedule", "",
     [](const Value& value, ServiceSettings& settings) {
       return read_fields<ScheduleSettings>(value, kScheduleFields, "", settings.schedule);
     }},
    {"import", "",
     [](const Value& value, ServiceSettings& settings) {
       return read_fields<ImportSettings>(value, kImportFields, "", settings.imports);
     }},
    {"oidc", "",
     [](const Value& value, ServiceSettings& settings) { return read_oidc_settings(value, settings.oidc); }},
    {"mail", "",
     [](const Value& value, ServiceSettings& settings) { return read_mail_settings(value, settings.mail); }},
    {"notify", "",
     [](const Value& value, ServiceSettings& settings) {
       return read_notify_settings(value, settings.notify);
     }},
}};

// What no key alone can tell.
Status check_together(const ServiceSettings& settings, std::string_view file_name) {
  const PlatformSettings& platform = settings.platform;
  if (platform.regions.empty()) {
    return fail(
        ErrorCode::kInvalidArgument, fmt::format("{}: there are stores, but no region", file_name),
        "say which stores hold a region's copies: [regions.europe-west1] and stores = [\"…\", \"…\"]");
  }
  if (settings.worker.region.empty() || platform.find_region(settings.worker.region) != nullptr) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{}: worker.region names a region \"{}\" that there is not", file_name,
                          settings.worker.region),
              "name one of the regions, or leave it out for jobs of all");
}

}  // namespace

std::filesystem::path ServiceSettings::key_file() const {
  return master_key_file.empty() ? data_directory / "master.key" : master_key_file;
}

std::string ServiceSettings::catalog() const {
  return catalog_url.empty() ? fmt::format("sqlite://{}", (data_directory / "catalog.db").string())
                             : catalog_url;
}

void add_local_region(ServiceSettings& settings) {
  StoreSettings store;
  store.name = "local-copy";
  store.url = file_url(settings.data_directory / "copies" / "local");
  store.location = "this machine";
  settings.platform.stores.push_back(std::move(store));
  settings.platform.regions.push_back({"local", {"local-copy"}});
}

Result<ServiceSettings> parse_service_settings(std::string_view text, std::string_view file_name) {
  ServiceSettings settings;
  settings.platform = TRY(parse_settings(text, file_name));
  settings = TRY(read_toml<ServiceSettings>(
      text, file_name, std::move(settings), [](const Value& root, ServiceSettings& read) {
        return read_fields<ServiceSettings>(root, kServiceFields, "", read);
      }));
  if (settings.platform.stores.empty()) add_local_region(settings);
  TRY(check_together(settings, file_name));
  return settings;
}

Result<ServiceSettings> load_service_settings(const std::filesystem::path& path) {
  const Result<Bytes> bytes = read_file(path, kMostSettingsBytes);
  if (!bytes) {
    Error error = bytes.error().in("reading the settings");
    if (error.hint.empty()) error.hint = "name the file with --config; docs/settings.md shows one";
    return fail(std::move(error));
  }
  return parse_service_settings(as_text(*bytes), path.string());
}

}  // namespace skyhold
