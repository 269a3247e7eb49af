// Keeps the catalog's own backup in every store no more than a minute behind.
#pragma once

#include <mutex>

#include "access/access.h"
#include "api/platform.h"
#include "app/project_repositories.h"
#include "catalog/catalog.h"

namespace skyhold {

// Thread-safe.
class CatalogSaver {
 public:
  // All must outlive it.
  CatalogSaver(Catalog& catalog, Access& access, const ProjectRepositories& repositories, const Clock& clock);

  // Saves when something that matters has changed since the last time.
  Status tick(const CancelToken& cancel);
  [[nodiscard]] CatalogBackupView view() const;

 private:
  Catalog& catalog_;
  Access& access_;
  const ProjectRepositories& repositories_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // of what follows
  std::pair<std::int64_t, std::int64_t> saved_revision_{-1, -1};
  CatalogBackupView view_;
};

}  // namespace skyhold
