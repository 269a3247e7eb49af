// Recover: a catalog from one store and the master key, when nothing else is left.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/access.h"
#include "base/cancel.h"
#include "catalog/catalog.h"
#include "model/progress.h"
#include "repository/repository.h"
#include "stores/open_store.h"

namespace skyhold {

struct RecoverOptions {
  StoreSettings store;                   // that everything is read from
  std::string region;                    // of projects that are found by their repositories alone
  std::vector<std::string> store_names;  // of that region's stores
};

struct RecoverReport {
  std::optional<Instant> catalog_saved_at;  // none: found from the repositories alone
  std::size_t projects = 0;
  std::size_t backups = 0;          // restorable, in the catalog now
  std::size_t newer_backups = 0;    // of those, found in a repository only
  std::size_t missing_backups = 0;  // of the catalog, that this store does not have
  std::vector<std::string> notices;
};

// Everything that was saved, as one text: what the catalog's own backup holds.
Result<std::string> dump_everything(Catalog& catalog, Access& access, Instant now);

// Into a catalog and accounts that are empty (kAlreadyExists otherwise). Only reads the store.
Result<RecoverReport> run_recover(const RecoverOptions& options, const MasterKey& master_key,
                                  Catalog& catalog, Access& access, const Clock& clock,
                                  ProgressSink& progress, const CancelToken& cancel);

}  // namespace skyhold
