// What the API needs of the running platform, over settings, stores and database servers.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "api/platform.h"
#include "app/project_repositories.h"
#include "capture/pg_target.h"
#include "catalog/catalog.h"

namespace skyhold {

// Thread-safe.
class ServicePlatform final : public Platform {
 public:
  // All must outlive it. `catalog_backup` tells how the catalog's own backup stands.
  ServicePlatform(ProjectRepositories& repositories, Catalog& catalog, const Clock& clock,
                  std::string automatic_schedule, std::function<CatalogBackupView()> catalog_backup);

  // Looks at each store, cheaply. To be called now and then.
  void look_at_stores(const CancelToken& cancel);

  [[nodiscard]] std::string time_zone() const override;
  [[nodiscard]] std::string automatic_schedule() const override { return automatic_schedule_; }
  [[nodiscard]] std::vector<RegionView> regions() const override;
  [[nodiscard]] std::vector<StoreView> stores() const override;
  Result<StoreView> check_store(std::string_view name) override;
  Result<MadeRepository> make_repository(const Project& project) override;
  Result<std::string> recovery_kit(const Project& project) override;
  Result<std::shared_ptr<const Manifest>> manifest(const BackupRecord& backup) override;
  Status set_database(Branch& branch, std::string_view database_url) override;
  Status place_beside(Branch& branch, const Branch& source) override;
  Result<TargetView> inspect(const Branch& branch) override;
  [[nodiscard]] CatalogBackupView catalog_backup() const override { return catalog_backup_(); }

 private:
  struct Seen {
    bool healthy = true;
    std::optional<Instant> checked_at;
    std::optional<double> latency_seconds;
    std::optional<Error> error;
  };
  void note(const std::string& store, Seen seen);
  [[nodiscard]] StoreView view_of(const StoreSettings& store) const;
  std::shared_ptr<const Manifest> cached(const std::string& snapshot_id);
  void keep(const std::string& snapshot_id, std::shared_ptr<const Manifest> manifest);

  ProjectRepositories& repositories_;
  Catalog& catalog_;
  const Clock& clock_;
  const std::string automatic_schedule_;
  const std::function<CatalogBackupView()> catalog_backup_;

  mutable std::mutex mutex_;  // of what follows
  std::map<std::string, Seen> seen_;
  std::list<std::pair<std::string, std::shared_ptr<const Manifest>>> manifests_;  // newest first
};

// Of a branch's wrapped URL; the context that wraps it names the branch.
Result<PgTarget> branch_database(const Branch& branch, const MasterKey& master_key);
// Wraps the URL, and says what people and caps need of it.
Status set_branch_database(Branch& branch, std::string_view database_url, const MasterKey& master_key);

}  // namespace skyhold
