#include "app/service_commands.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "access/access.h"
#include "app/service.h"
#include "app/service_manager.h"
#include "base/log.h"
#include "base/version.h"
#include "operations/recover/recover.h"

namespace skyhold {
namespace {

constexpr std::string_view kUsualSettingsFile = "/etc/skyhold/skyhold.toml";
constexpr std::chrono::milliseconds kSignalPause{100};

volatile std::sig_atomic_t reload_was_asked_for = 0;

void on_hangup(int) {
  reload_was_asked_for = 1;
}

Result<ServiceSettings> settings_of(const Parameters& parameters) {
  if (!parameters.config_file.empty()) return load_service_settings(parameters.config_file);
  if (parameters.settings_file && !parameters.settings_file->empty()) {
    return load_service_settings(*parameters.settings_file);
  }
  std::error_code problem;
  if (std::filesystem::exists(kUsualSettingsFile, problem)) return load_service_settings(kUsualSettingsFile);
  return parse_service_settings("", "no settings");
}

// What a person who starts it for the first time has to know, and nobody else.
std::string welcome(const Service& service, const ServiceSettings& settings) {
  const FirstStart& first = service.first_start();
  std::string text = fmt::format("skyhold {} serves {}\n", kVersion, service.url());
  if (first.made_master_key) {
    text += fmt::format(
        "\n  A new master key is in {}.\n  Keep a copy of it off this machine: without it no backup opens.\n",
        settings.key_file().string());
  }
  if (!first.one_time_password.empty()) {
    text += fmt::format(
        "\n  Sign in as        {}\n  with the password  {}\n  It works once, for seven days: you choose your "
        "own then.\n",
        first.operator_name, first.one_time_password);
  }
  if (settings.platform.file.empty() || settings.platform.find("local-copy") != nullptr) {
    text +=
        "\n  Copies go to this machine alone. That is enough to try Skyhold, and no protection:\n"
        "  name stores and regions in the settings file (docs/settings.md).\n";
  }
  return text;
}

// Until SIGTERM or SIGINT; SIGHUP reads certificates again.
void wait_for_end(Service& service, const CancelToken& cancel) {
  std::signal(SIGHUP, on_hangup);
  while (!cancel.cancelled()) {
    std::this_thread::sleep_for(kSignalPause);
    if (reload_was_asked_for == 0) continue;
    reload_was_asked_for = 0;
    const Status reloaded = service.reload_certificates();
    if (reloaded) log::info("certificates were read again");
    if (!reloaded) log::warning("the certificates stay as they were: {}", reloaded.error().message);
  }
}

Result<CommandOutcome> run_until_told(const ServiceSettings& settings, const ServiceParts& parts,
                                      CommandContext& context) {
  log::set_level(log::Level::kInfo);
  if (::isatty(STDERR_FILENO) == 0) log::set_format(log::Format::kJson);
  auto service = TRY(Service::start(settings, parts, context.clock));
  ServiceManager manager;
  manager.ready(service->url().empty() ? "working" : fmt::format("serving {}", service->url()));
  // Written now, not at the end, and to standard error: the output of a service is its log.
  if (parts.api) log::say(welcome(*service, settings));
  wait_for_end(*service, context.cancel);
  manager.stopping();
  log::info("ending in order: no new work is taken");
  service->drain();
  return CommandOutcome{"", std::nullopt};
}

Result<CommandOutcome> serve(const Parameters& parameters, CommandContext& context) {
  return run_until_told(TRY(settings_of(parameters)), {}, context);
}

Result<CommandOutcome> work(const Parameters& parameters, CommandContext& context) {
  ServiceSettings settings = TRY(settings_of(parameters));
  if (!parameters.region.empty()) {
    if (settings.platform.find_region(parameters.region) == nullptr) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("there is no region \"{}\"", parameters.region),
                  "the settings file names the regions");
    }
    settings.worker.region = parameters.region;
  }
  return run_until_told(settings, {.api = false, .scheduler = false, .worker = true}, context);
}

// ---- recover --------------------------------------------------------------------------------

Result<StoreSettings> store_of(const Parameters& parameters, const PlatformSettings& settings) {
  if (parameters.stores.size() != 1) {
    return fail(ErrorCode::kInvalidArgument, "recover reads one store: give --store once",
                "any of them is enough; the others are completed from it later");
  }
  const std::string& named = parameters.stores.front();
  if (const StoreSettings* known = settings.find(named)) return *known;
  if (const StoreSettings* known = settings.find_url(named)) return *known;
  TRY(check_store_url(named));
  return settings_of_url(named, parameters.environment);
}

std::string recover_text(const RecoverReport& report, const ServiceSettings& settings) {
  std::string text = fmt::format(
      "Recovered {} projects with {} backups into {}.\n", report.projects, report.backups,
      settings.catalog_url.empty() ? (settings.data_directory / "catalog.db").string() : "the catalog");
  text += report.catalog_saved_at
              ? fmt::format("  the catalog was saved at {}\n", format_rfc3339(*report.catalog_saved_at))
              : std::string("  the store has no saved catalog: all of it was found in the repositories\n");
  if (report.newer_backups > 0) {
    text += fmt::format("  {} backups are newer than the catalog, and were found in the repositories\n",
                        report.newer_backups);
  }
  if (report.missing_backups > 0) {
    text += fmt::format("  {} backups of the catalog are not in this store; others may have them\n",
                        report.missing_backups);
  }
  for (const std::string& notice : report.notices) text += fmt::format("  {}\n", notice);
  return text + "\nNow start `skyhold serve` with the same settings.\n";
}

std::string recover_json(const RecoverReport& report) {
  nlohmann::ordered_json json;
  json["projects"] = report.projects;
  json["backups"] = report.backups;
  json["newer_backups"] = report.newer_backups;
  json["missing_backups"] = report.missing_backups;
  json["catalog_saved_at"] = nullptr;
  if (report.catalog_saved_at) json["catalog_saved_at"] = format_rfc3339(*report.catalog_saved_at);
  json["notices"] = report.notices;
  return json.dump();
}

Result<CommandOutcome> recover(const Parameters& parameters, CommandContext& context) {
  const ServiceSettings settings = TRY(settings_of(parameters));
  RecoverOptions options;
  options.store = TRY(store_of(parameters, settings.platform));
  const RegionSettings* region = &settings.platform.regions.front();
  for (const RegionSettings& one : settings.platform.regions) {
    if (std::find(one.stores.begin(), one.stores.end(), options.store.name) != one.stores.end())
      region = &one;
  }
  options.region = region->name;
  options.store_names = region->stores;
  const MasterKey key = TRY(MasterKey::load(parameters.key_file));
  auto database = TRY(open_recovered_catalog(settings, key));
  const auto catalog = TRY(Catalog::open(*database, context.clock));
  const auto access = TRY(Access::open(*database, key, context.clock));
  const RecoverReport report =
      TRY(run_recover(options, key, *catalog, *access, context.clock, context.progress, context.cancel));
  return CommandOutcome{parameters.json ? recover_json(report) : recover_text(report, settings),
                        std::nullopt};
}

}  // namespace

ServiceCommands service_commands() {
  return {.serve = serve, .worker = work, .recover = recover};
}

}  // namespace skyhold
