// Which tables a database has, and whether we may read them.
#pragma once

#include <vector>

#include "capture/database_capture.h"

namespace skyhold {

// A table that must be locked before the snapshot: SourceTables, partitioned parents and
// configuration tables of extensions, which pg_dump reads.
struct LockedTable {
  std::uint32_t oid = 0;
  std::string schema;
  std::string name;
  friend auto operator<=>(const LockedTable&, const LockedTable&) = default;
};

// What pg_dump brings with its value or rows: a sequence, or a configuration table of an extension.
struct DumpedRelation {
  std::string schema;
  std::string name;
};

// By oid, so that every session locks in the same order.
Result<std::vector<LockedTable>> list_tables_to_lock(PgSession& session);

// What Skyhold reads itself, as of the session's snapshot; by schema, name.
Result<std::vector<SourceTable>> list_source_tables(PgSession& session);

// As of the session's snapshot.
Result<std::vector<DumpedRelation>> list_dumped_relations(PgSession& session);

// kPermissionDenied when a table, sequence, schema or large object cannot be read, or
// only in part because of row level security: otherwise COPY or pg_dump would fail late.
Status check_readable(PgSession& session);

}  // namespace skyhold
