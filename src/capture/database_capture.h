// One database at one instant, as streams.
//
// A DatabaseSnapshot holds the coordinator session: every table is locked ACCESS SHARE
// before the transaction's first snapshot, then the snapshot is exported. Readers and
// pg_dump import it. Without those locks a TRUNCATE or rewrite between the export and a
// late reader silently gives an empty table (PostgreSQL manual, "MVCC caveats").
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "capture/client_program.h"
#include "capture/pg_session.h"
#include "crypto/hash.h"
#include "model/manifest.h"

namespace skyhold {

// A table whose rows Skyhold reads itself. Partitioned parents, foreign tables, views
// and tables of extensions are not among them.
struct SourceTable {
  std::uint32_t oid = 0;
  std::string schema;
  std::string name;
  std::vector<std::string> columns;  // neither dropped nor generated
  std::uint64_t heap_bytes = 0;      // main fork; 0: certainly no rows
  std::uint64_t toast_bytes = 0;
  std::uint64_t heap_pages = 0;
  bool splittable = false;  // a heap on a server with TID range scans (14 and later)
};

// Heap pages [first, last) of a table; last == UINT64_MAX: to the end.
struct PageRange {
  std::uint64_t first = 0;
  std::uint64_t last = UINT64_MAX;
};

// What reading a range gave. The bytes went to the sink.
struct TableReadResult {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  RowDigest digest;
};

struct CaptureOptions {
  // How long to wait for a table's lock before the attempt is given up; a queued ALTER
  // TABLE would otherwise hang both it and us.
  std::chrono::milliseconds lock_timeout{10'000};
  int attempts = 3;  // to lock a set of tables that keeps changing under us
  // Called in each attempt between the listing of the tables and their locking. Tests
  // change the database here; it is otherwise empty.
  std::function<void()> before_locking;
};

class DatabaseSnapshot {
 public:
  // kNotFound: no such database. kPermissionDenied: a table cannot be read; names all
  // of them. kBusy: locks could not be had. kUnsupported: server older than 12, or
  // newer than the installed pg_dump (the hint names the package).
  static Result<DatabaseSnapshot> open(const PgTarget& target, const CaptureOptions& options);
  DatabaseSnapshot(DatabaseSnapshot&&) noexcept;
  DatabaseSnapshot& operator=(DatabaseSnapshot&&) noexcept;
  ~DatabaseSnapshot();

  [[nodiscard]] const std::vector<SourceTable>& tables() const;  // by schema, name
  [[nodiscard]] const DatabaseFacts& facts() const;
  [[nodiscard]] const std::string& snapshot_id() const;  // of pg_export_snapshot()
  [[nodiscard]] Instant point_in_time() const;           // the server's clock
  // The coordinator, inside the snapshot, for small queries (Odoo's facts, attachments).
  [[nodiscard]] PgSession& session();

  // Call it when everything has been read and before anything is called complete: an
  // error when the coordinator lost its connection or transaction on the way, and with
  // it the locks. A table truncated since then would have been read as empty.
  [[nodiscard]] Status confirm_held();

  // A session that reads in the same instant (REPEATABLE READ, READ ONLY). Thread-safe, as
  // is start_dump(); both need the coordinator to live on.
  [[nodiscard]] Result<PgSession> open_reader() const;

  enum class DumpPart { kSchema, kRest };
  // pg_dump -Fc of the instant: pre-data and post-data, or the data of everything but
  // tables(). The password travels in a 0600 passfile, never in argv or environment.
  [[nodiscard]] Result<ClientProcess> start_dump(DumpPart part) const;

 private:
  struct State;
  explicit DatabaseSnapshot(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// "COPY … TO STDOUT" for a whole table or a range of its pages.
std::string copy_out_sql(const SourceTable& table, const PageRange& range);
// `COPY "public"."res_partner" ("id", "name") FROM STDIN`
std::string copy_in_sql(const TableEntry& table);

// Reads the rows of a range into `sink`. `reader` comes from open_reader().
Result<TableReadResult> read_table(PgSession& reader, const SourceTable& table, const PageRange& range,
                                   ByteSink& sink, const CancelToken& cancel);

}  // namespace skyhold
