// What the API needs of the running platform beside its catalog: settings, stores, repositories,
// databases. A port: the process that serves implements it (app/). Thread-safe. Its calls may
// take seconds; those that touch a network say so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/backup_record.h"
#include "model/manifest.h"
#include "model/project.h"

namespace skyhold {

struct RegionView {
  std::string name;
  std::vector<std::string> stores;
};

struct StoreView {
  std::string name;
  std::string provider;  // "gs", "s3", "file"
  std::string url;
  std::string location;
  std::vector<std::string> regions;
  bool healthy = true;  // at the last check or use
  std::optional<Instant> checked_at;
  std::optional<double> latency_seconds;
  std::optional<Error> error;
};

// What lies where a restore would go.
struct TargetView {
  bool exists = false;
  std::uint64_t size_bytes = 0;
  std::optional<Instant> last_write_at;  // of people, at least so late; nothing: it cannot be told
  bool can_undo = false;                 // an earlier restore left something to go back to
};

// The catalog's own backup in the stores.
struct CatalogBackupView {
  std::optional<Instant> saved_at;
  bool behind = false;
};

class Platform {
 public:
  virtual ~Platform() = default;

  [[nodiscard]] virtual std::string time_zone() const = 0;  // an IANA name
  // When the production branch of a new project is backed up: a cron expression.
  [[nodiscard]] virtual std::string automatic_schedule() const { return Schedule{}.cron; }
  [[nodiscard]] virtual std::vector<RegionView> regions() const = 0;
  [[nodiscard]] virtual std::vector<StoreView> stores() const = 0;  // as last seen; touches nothing
  // Writes, reads, lists and removes an object there. kNotFound: no such store.
  virtual Result<StoreView> check_store(std::string_view name) = 0;

  // Makes the project's repository in every store of its region. Gives its id and the password for the
  // recovery kit, wrapped by the master key. Network.
  struct MadeRepository {
    std::string repository_id;
    std::string wrapped_recovery;
  };
  virtual Result<MadeRepository> make_repository(const Project& project) = 0;
  // The text to print and keep.
  virtual Result<std::string> recovery_kit(const Project& project) = 0;

  // From whichever copy has it; kept in memory for a while. Network.
  virtual Result<std::shared_ptr<const Manifest>> manifest(const BackupRecord& backup) = 0;

  // Fills what follows from it: wrapped_database_url, database_label, database_server. kInvalidArgument.
  virtual Status set_database(Branch& branch, std::string_view database_url) = 0;
  // For a new branch beside `source`: a database and a filestore of its own, on the same server.
  virtual Status place_beside(Branch& branch, const Branch& source) = 0;
  // Asks the database server. kUnavailable.
  virtual Result<TargetView> inspect(const Branch& branch) = 0;

  [[nodiscard]] virtual CatalogBackupView catalog_backup() const = 0;
};

}  // namespace skyhold
