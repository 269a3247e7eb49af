// The tables of notify/.
#pragma once

#include <vector>

#include "db/migrations.h"

namespace skyhold {

// Of the component "notify".
const std::vector<Migration>& notify_migrations();

}  // namespace skyhold
