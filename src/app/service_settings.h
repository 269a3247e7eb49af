// What `skyhold serve` and `skyhold worker` read of the settings file: everything, stores and
// regions included (docs/settings.md).
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/notify_settings.h"
#include "app/oidc_settings.h"
#include "http/server.h"
#include "stores/store_settings.h"

namespace skyhold {

struct ServerSettings {
  std::vector<ListenAddress> listen{{"127.0.0.1", 8470}};
  std::string certificate_file;
  std::string key_file;
  std::vector<std::string> trusted_proxies;
  std::string public_url;  // "https://skyhold.example.com", as people reach it; empty: as each request has it
  std::chrono::minutes session_idle{60};
  std::chrono::hours session_absolute{12};
};

struct WorkerSettings {
  std::string region;  // empty: jobs of every region
  int slots = 4;
  int most_jobs = 16;  // of all workers together
  int most_jobs_per_database_server = 2;
  int most_jobs_per_store = 16;
  std::chrono::seconds drain_deadline{300};
};

struct ScheduleSettings {
  std::string automatic = "0 1 * * *";                 // of each new project's production branch
  std::string maintenance = "0 4 * * *";               // retention, prune, verify; mend as it is needed
  std::chrono::seconds grace{std::chrono::hours{24}};  // of prune
  std::uint32_t verify_share = 30;                     // each maintenance reads one part in so many
};

// Where dumps from outside are loaded and looked at.
struct ImportSettings {
  // A server for that alone, by a role with CREATEDB and CREATEROLE (operations/import/README.md); empty:
  // the server of the branch that the import is for.
  std::string database;
  std::vector<std::string> extensions;  // that a dump may make beside the usual ones
  int most_database_gigabytes = 500;
  std::chrono::seconds longest{std::chrono::hours{12}};
};

struct ServiceSettings {
  PlatformSettings platform;
  std::filesystem::path data_directory = "/var/lib/skyhold";
  std::filesystem::path master_key_file;  // empty: master.key in the data directory
  std::string catalog_url;                // empty: catalog.db there, SQLite
  ServerSettings server;
  WorkerSettings worker;
  ScheduleSettings schedule;
  ImportSettings imports;
  OidcSettings oidc;
  MailSettings mail;
  NotifySettings notify;

  [[nodiscard]] std::filesystem::path key_file() const;
  [[nodiscard]] std::string catalog() const;
};

// As parse_settings(). A file without stores and regions gets one of each, in the data directory:
// enough to try Skyhold, and said to be so.
Result<ServiceSettings> parse_service_settings(std::string_view text, std::string_view file_name);
Result<ServiceSettings> load_service_settings(const std::filesystem::path& path);

// One region "local" with one store "local-copy" in the data directory.
void add_local_region(ServiceSettings& settings);

}  // namespace skyhold
