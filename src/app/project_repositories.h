// From a project to its repository: the stores of its region, each with a place of the project's
// own below it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "model/project.h"
#include "repository/repository.h"
#include "stores/open_store.h"

namespace skyhold {

// Thread-safe.
class ProjectRepositories {
 public:
  // Both must outlive it.
  ProjectRepositories(const PlatformSettings& settings, const MasterKey& master_key)
      : settings_(settings), master_key_(master_key) {}

  // The names of the stores that hold the copies, in the order of open(). kInvalidArgument when the
  // settings have no such region (any more).
  Result<std::vector<std::string>> store_names(const Project& project) const;
  // `cancel` may be null, else outlives the stores.
  Result<std::vector<OpenedStore>> open_stores(const Project& project, const CancelToken* cancel) const;

  // Opened, with copies that do not answer marked failed. Its index is not loaded. kCorrupt when
  // the stores hold another repository than the catalog says.
  struct Opened {
    std::vector<OpenedStore> stores;  // as store_names()
    std::unique_ptr<Repository> repository;
  };
  Result<Opened> open(const Project& project, const CancelToken* cancel) const;

  [[nodiscard]] const PlatformSettings& settings() const { return settings_; }
  [[nodiscard]] const MasterKey& master_key() const { return master_key_; }

 private:
  const PlatformSettings& settings_;
  const MasterKey& master_key_;
};

// The stores alone, as operations take them.
std::vector<ObjectStorePtr> stores_of(const std::vector<OpenedStore>& opened);

}  // namespace skyhold
