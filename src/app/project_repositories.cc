#include "app/project_repositories.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace skyhold {

Result<std::vector<std::string>> ProjectRepositories::store_names(const Project& project) const {
  const RegionSettings* region = settings_.find_region(project.region);
  if (region != nullptr) return region->stores;
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("project {} belongs to region \"{}\", which the settings do not have", project.name,
                          project.region),
              fmt::format("describe [regions.{}] in {}", project.region,
                          settings_.file.empty() ? "the settings file" : settings_.file));
}

Result<std::vector<OpenedStore>> ProjectRepositories::open_stores(const Project& project,
                                                                  const CancelToken* cancel) const {
  OpenStoreOptions options;
  options.platform_time_zone = settings_.platform_time_zone;
  options.cancel = cancel;
  std::vector<OpenedStore> opened;
  for (const std::string& name : TRY(store_names(project))) {
    const StoreSettings* store = settings_.find(name);
    SKYHOLD_ASSERT(store != nullptr);  // the settings were read so
    opened.push_back(TRY(open_store(below(*store, project.name), options)));
  }
  return opened;
}

Result<ProjectRepositories::Opened> ProjectRepositories::open(const Project& project,
                                                              const CancelToken* cancel) const {
  Opened opened;
  opened.stores = TRY(open_stores(project, cancel));
  opened.repository = TRY(Repository::open(stores_of(opened.stores), master_key_));
  const std::string found = opened.repository->config().id.hex();
  if (!project.repository_id.empty() && project.repository_id != found) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the stores hold repository {} where project {} has {}", found.substr(0, 8),
                            project.name, project.repository_id.substr(0, 8)),
                "look at the stores' urls in the settings: they may point somewhere else than before");
  }
  return opened;
}

std::vector<ObjectStorePtr> stores_of(const std::vector<OpenedStore>& opened) {
  std::vector<ObjectStorePtr> stores;
  stores.reserve(opened.size());
  for (const OpenedStore& one : opened) stores.push_back(one.store);
  return stores;
}

}  // namespace skyhold
