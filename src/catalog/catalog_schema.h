// The catalog's tables.
#pragma once

#include <vector>

#include "db/migrations.h"

namespace skyhold {

inline constexpr std::string_view kCatalogComponent = "catalog";

// Released ones are never edited: what is wrong in one is put right by the next.
const std::vector<Migration>& catalog_migrations();

}  // namespace skyhold
