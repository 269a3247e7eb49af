// What a loaded dump is: which Odoo, with which modules, and what in it would run one day.
#pragma once

#include "operations/import/import.h"

namespace skyhold {

struct LookRequest {
  const ImportRequest& request;
  std::string odoo_manifest;  // of the archive; empty: none
};

// Reads by the dump's role, and adds to the report.
Status look_at_database(const PgTarget& database, const LookRequest& look, ImportReport& report);

}  // namespace skyhold
