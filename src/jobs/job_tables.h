// The tables of the queue.
#pragma once

#include <vector>

#include "db/migrations.h"

namespace skyhold {

// Of the component "jobs".
const std::vector<Migration>& job_migrations();

}  // namespace skyhold
