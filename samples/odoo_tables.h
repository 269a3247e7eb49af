// The tables of the sample project.
#pragma once

#include <vector>

#include "schema.h"

namespace sample {

// This many tables, those that matter in every Odoo first, parents before their parts;
// the rest are made up around Odoo's names. The same number gives the same tables.
std::vector<Table> odoo_tables(unsigned count);

// Names of Odoo's other models and relations, most modules installed.
const std::vector<std::string_view>& other_table_names();

}  // namespace sample
