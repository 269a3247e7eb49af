// What pg_dump wrote, read by pg_restore: the schema as SQL text, and the rest of the data.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "capture/client_program.h"
#include "operations/restore/backup_source.h"
#include "operations/restore/database_facts.h"

namespace skyhold {

// Of one section's SQL. Real databases have a few megabytes.
inline constexpr std::size_t kMostScriptBytes = std::size_t{256} << 20;

struct SchemaScripts {
  std::string pre_data;
  std::string post_data;
};

// Both sections of `schema` (database/schema.dump) as pg_restore writes them. kNoSpace
// when one is larger than kMostScriptBytes, kSource when pg_restore does not take the
// archive. Tables of tablespaces that are not among `tablespaces` go to the default one,
// with a notice.
Result<SchemaScripts> read_schema(BackupSource& source, const Node& schema, const ClientProgram& pg_restore,
                                  const OwnershipPlan& ownership, const std::set<std::string>& tablespaces,
                                  std::vector<std::string>& notices);

// Sequence values, large objects and what else `rest` (database/rest.dump) holds, into
// the target by pg_restore.
Status restore_rest(BackupSource& source, const Node& rest, const ClientProgram& pg_restore,
                    const OwnershipPlan& ownership, const PgTarget& target, const CancelToken& cancel);

}  // namespace skyhold
