// What a neutralization did, as rows of a report's table.
#pragma once

#include "capture/odoo/neutralize.h"
#include "cli/table.h"

namespace skyhold {

void add_neutralization(Table& facts, const NeutralizationReport& report);

}  // namespace skyhold
