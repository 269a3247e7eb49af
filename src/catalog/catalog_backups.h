// Backups as the other parts of the catalog read them.
#pragma once

#include "catalog/catalog.h"

namespace skyhold {

Result<BackupRecord> backup_in(SqlSession& session, std::string_view id);  // kNotFound; with copies

}  // namespace skyhold
