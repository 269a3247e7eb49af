// The catalog's own backup: sealed with the platform's master key, in every store, so that any one of
// them is enough to begin again.
//
//   _catalog/20261123T010203456Z-1a2b3c4d      newest name = newest save
//
//   "skyhold-catalog-v1\n" || MasterKey::wrap(zstd(text), "catalog")
//
// "_" cannot begin a project's name, so it is nobody's repository.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "crypto/master_key.h"
#include "stores/object_store.h"

namespace skyhold {

struct CatalogSave {
  std::vector<std::string> saved;                     // locations
  std::vector<std::pair<std::string, Error>> failed;  // locations, why
};

// Writes one save to every store, and removes all but the newest `keep` of each. A store that fails is
// named; an error when none took it. A removal that is refused (an object lock) is no failure.
Result<CatalogSave> save_catalog(const std::vector<ObjectStorePtr>& stores, const MasterKey& master_key,
                                 std::string_view text, Instant now, std::size_t keep = 30);

struct LoadedCatalog {
  std::string text;
  Instant saved_at;
};
// The newest that opens: one that is damaged is passed over. kNotFound when there is none, kWrongKey
// when the key opens none.
Result<LoadedCatalog> load_catalog(ObjectStore& store, const MasterKey& master_key);

}  // namespace skyhold
