#include "app/catalog_saver.h"

#include "base/log.h"
#include "operations/recover/catalog_backup.h"
#include "operations/recover/recover.h"

namespace skyhold {
namespace {

// Every store that a region uses, at its root.
Result<std::vector<ObjectStorePtr>> every_store(const PlatformSettings& settings, const CancelToken& cancel) {
  OpenStoreOptions options;
  options.platform_time_zone = settings.platform_time_zone;
  options.cancel = &cancel;
  // A store that is down must not hold the others back for long: it is tried again soon.
  options.retry.longest_call = std::chrono::seconds{10};
  std::vector<ObjectStorePtr> stores;
  for (const StoreSettings& store : settings.stores) {
    stores.push_back(TRY(open_store(store, options)).store);
  }
  return stores;
}

}  // namespace

CatalogSaver::CatalogSaver(Catalog& catalog, Access& access, const ProjectRepositories& repositories,
                           const Clock& clock)
    : catalog_(catalog), access_(access), repositories_(repositories), clock_(clock) {}

Status CatalogSaver::tick(const CancelToken& cancel) {
  // Read before the dump: what changes meanwhile makes another save.
  const std::int64_t catalog_revision = TRY(catalog_.revision());
  const std::pair revision(catalog_revision, TRY(access_.revision()));
  {
    const std::lock_guard lock(mutex_);
    if (revision == saved_revision_) return {};
    view_.behind = true;
  }
  const Instant now = clock_.now();
  const std::string text = TRY(dump_everything(catalog_, access_, now));
  const auto stores = TRY(every_store(repositories_.settings(), cancel));
  const CatalogSave save = TRY(save_catalog(stores, repositories_.master_key(), text, now));
  for (const auto& [location, error] : save.failed) {
    log::warning("the catalog was not saved in {}: {}", location, error.message);
  }
  const std::lock_guard lock(mutex_);
  saved_revision_ = revision;
  view_ = {now, false};
  return {};
}

CatalogBackupView CatalogSaver::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

}  // namespace skyhold
