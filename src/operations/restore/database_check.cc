#include "operations/restore/database_check.h"

#include <fmt/format.h>

#include "capture/database_capture.h"
#include "capture/database_facts.h"
#include "operations/restore/job_graph.h"

namespace skyhold {
namespace {

Status compare(std::string_view what, std::uint64_t restored, std::uint64_t captured) {
  if (restored == captured) return {};
  return fail(
      ErrorCode::kCorrupt,
      fmt::format("the restored database has {} {}, the backup's manifest says {}", restored, what, captured),
      "the branch was left as it is; restore another snapshot");
}

Status check_table(PgSession& session, const TableEntry& table, const CancelToken& cancel) {
  SourceTable source;
  source.schema = table.schema;
  source.name = table.name;
  source.columns = table.columns;
  RowDigest digest;
  const std::uint64_t rows =
      TRY(session.copy_out(copy_out_sql(source, PageRange{}), [&](ByteView row) -> Status {
        digest.add_row(row);
        return cancel.check();
      }));
  const std::string name = fmt::format("{}.{}", table.schema, table.name);
  TRY(compare("rows in " + name, rows, table.rows));
  if (digest.hex() == table.row_digest) return {};
  return fail(ErrorCode::kCorrupt,
              fmt::format("the rows of {} read back differ from those that were captured", name),
              "the branch was left as it is; restore another snapshot");
}

}  // namespace

Status check_counts(PgSession& session, const Manifest& manifest) {
  const DatabaseFacts restored = TRY(read_database_facts(session));
  TRY(compare("sequences", restored.sequences, manifest.database.sequences));
  return compare("large objects", restored.large_objects, manifest.database.large_objects);
}

Status check_rows(std::vector<RestoreSession>& sessions, const Manifest& manifest,
                  const CancelToken& cancel) {
  JobGraph graph;
  for (const TableEntry& table : manifest.tables) {
    graph.add(static_cast<double>(table.bytes), [&table, &cancel](RestoreSession& session) {
      return check_table(session.pg(), table, cancel);
    });
  }
  return graph.run(sessions, cancel);
}

}  // namespace skyhold
