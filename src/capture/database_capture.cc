#include "capture/database_capture.h"

#include <thread>

#include <fmt/format.h>

#include "capture/database_facts.h"
#include "capture/dump_arguments.h"
#include "capture/pg_text.h"
#include "capture/source_tables.h"

namespace skyhold {
namespace {

constexpr int kOldestServer = 120000;
// Many names a statement: a round trip each would be most of the time on a far server.
constexpr std::size_t kTablesInLockStatement = 200;
constexpr std::chrono::milliseconds kPauseBetweenAttempts{200};

constexpr std::string_view kBeginReadOnly = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

// Who holds the lock that one of `tables` is waited for; empty when nobody does any more.
std::string describe_lock_holder(PgSession& session, const std::vector<LockedTable>& tables) {
  std::string oids = "{";
  for (const LockedTable& table : tables) oids += fmt::format("{}{}", oids.size() > 1 ? "," : "", table.oid);
  const auto rows = session.query(
      "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), l.pid, coalesce(a.usename, '?'), "
      "coalesce(a.application_name, '') FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
      "JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_activity a ON a.pid = l.pid "
      "WHERE l.mode = 'AccessExclusiveLock' AND l.pid <> pg_backend_pid() AND l.relation = ANY ($1::oid[]) "
      "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
      "ORDER BY l.granted DESC, 1 LIMIT 1",
      {oids + "}"});
  if (!rows || rows->empty()) return {};
  const PgRow& row = rows->front();
  return fmt::format(": {} is locked by process {} (role {}{}{})", text_of(row[0]), text_of(row[1]),
                     text_of(row[2]), text_of(row[3]).empty() ? "" : ", ", text_of(row[3]));
}

Status lock_tables(PgSession& session, const std::vector<LockedTable>& tables) {
  for (std::size_t first = 0; first < tables.size(); first += kTablesInLockStatement) {
    std::string sql = "LOCK TABLE ";
    for (std::size_t at = first; at < tables.size() && at < first + kTablesInLockStatement; ++at) {
      // ONLY: children are in the list themselves; those in sessions' temporary schemas must not be.
      sql += fmt::format("{}ONLY {}", at > first ? ", " : "",
                         quote_qualified(tables[at].schema, tables[at].name));
    }
    TRY(session.execute(sql + " IN ACCESS SHARE MODE"));
  }
  return {};
}

struct Instants {
  std::string snapshot_id;
  Instant point_in_time;
};

// The first SELECT of the transaction: with it comes the snapshot.
Result<Instants> export_snapshot(PgSession& session) {
  const PgRows rows = TRY(session.query(
      "SELECT pg_export_snapshot(), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"));
  const auto since_epoch = std::chrono::microseconds(number_of(rows.at(0)[1]));
  return Instants{text_of(rows[0][0]), Instant(since_epoch)};
}

enum class Attempt { kDone, kChanged };

// One go at steps 1 to 3 of docs/capture: list, lock, take the snapshot, list again.
Result<Attempt> try_to_lock(PgSession& session, const CaptureOptions& options, Instants& instants) {
  TRY(check_readable(session));
  const std::vector<LockedTable> listed = TRY(list_tables_to_lock(session));
  if (options.before_locking) options.before_locking();
  // Neither BEGIN, SET nor LOCK takes a snapshot.
  TRY(session.execute(kBeginReadOnly));
  TRY(session.execute(fmt::format("SET LOCAL lock_timeout = {}", options.lock_timeout.count())));
  if (Status locked = lock_tables(session, listed); !locked) {
    TRY(session.execute("ROLLBACK"));
    const bool dropped = locked.error().code == ErrorCode::kNotFound;
    if (dropped) return Attempt::kChanged;
    if (locked.error().code == ErrorCode::kBusy) {
      locked.error().message =
          fmt::format("cannot lock every table for reading within {} ms{} ({})", options.lock_timeout.count(),
                      describe_lock_holder(session, listed), locked.error().message);
    }
    return fail(std::move(locked).error());
  }
  instants = TRY(export_snapshot(session));
  const bool same = TRY(list_tables_to_lock(session)) == listed;
  if (same) return Attempt::kDone;
  TRY(session.execute("ROLLBACK"));
  return Attempt::kChanged;
}

Result<Instants> lock_and_snapshot(PgSession& session, const CaptureOptions& options) {
  Instants instants;
  for (int attempt = 0; attempt < options.attempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kPauseBetweenAttempts);
    if (TRY(try_to_lock(session, options, instants)) == Attempt::kDone) return instants;
  }
  return fail(
      ErrorCode::kBusy,
      fmt::format("tables were created, renamed or dropped during each of {} attempts to lock them all",
                  options.attempts),
      "run it again when the migration or module installation on this database is done");
}

Status check_server_version(PgSession& session) {
  if (session.server_version_number() >= kOldestServer) return {};
  return fail(ErrorCode::kUnsupported,
              fmt::format("the server is PostgreSQL {}", TRY(session.query_value("SHOW server_version"))),
              "Skyhold reads PostgreSQL 12 and later; upgrade the server");
}

}  // namespace

struct DatabaseSnapshot::State {
  State(PgTarget target_, const CaptureOptions& options_, PgSession session_)
      : target(std::move(target_)), options(options_), session(std::move(session_)) {}

  PgTarget target;
  CaptureOptions options;
  PgSession session;
  ClientProgram pg_dump;
  Instants instants;
  std::vector<SourceTable> tables;
  std::vector<DumpedRelation> dumped;
  DatabaseFacts facts;
};

DatabaseSnapshot::DatabaseSnapshot(std::unique_ptr<State> state) : state_(std::move(state)) {}
DatabaseSnapshot::DatabaseSnapshot(DatabaseSnapshot&&) noexcept = default;
DatabaseSnapshot& DatabaseSnapshot::operator=(DatabaseSnapshot&&) noexcept = default;
DatabaseSnapshot::~DatabaseSnapshot() = default;

Result<DatabaseSnapshot> DatabaseSnapshot::open(const PgTarget& target, const CaptureOptions& options) {
  PgSession session = TRY(PgSession::connect(target, {.application_name = "skyhold capture"}));
  auto state = std::make_unique<State>(target, options, std::move(session));
  const auto prepare = [&]() -> Status {
    TRY(check_server_version(state->session));
    state->pg_dump = TRY(find_client_program("pg_dump", state->session.server_version_number()));
    state->instants = TRY(lock_and_snapshot(state->session, options));
    state->tables = TRY(list_source_tables(state->session));
    state->dumped = TRY(list_dumped_relations(state->session));
    state->facts = TRY(read_database_facts(state->session));
    return {};
  };
  if (Status prepared = prepare(); !prepared) {
    return fail(prepared.error().in(fmt::format("cannot capture {}", target.describe())));
  }
  return DatabaseSnapshot(std::move(state));
}

const std::vector<SourceTable>& DatabaseSnapshot::tables() const {
  return state_->tables;
}
const DatabaseFacts& DatabaseSnapshot::facts() const {
  return state_->facts;
}
const std::string& DatabaseSnapshot::snapshot_id() const {
  return state_->instants.snapshot_id;
}
Instant DatabaseSnapshot::point_in_time() const {
  return state_->instants.point_in_time;
}
PgSession& DatabaseSnapshot::session() {
  return state_->session;
}

Status DatabaseSnapshot::confirm_held() {
  // A failed transaction refuses to answer; without one this session is "read committed".
  const auto held = state_->session.query_value("SHOW transaction_isolation");
  if (held && *held == "repeatable read") return {};
  const std::string why = held ? "its transaction ended" : held.error().message;
  return fail(ErrorCode::kSource, fmt::format("the session that held the tables' locks was lost: {}", why),
              "what was read since cannot be trusted; run the backup again");
}

Result<PgSession> DatabaseSnapshot::open_reader() const {
  PgSession reader = TRY(PgSession::connect(state_->target, {.application_name = "skyhold reader"}));
  TRY(reader.execute(kBeginReadOnly));
  TRY(reader.execute("SET TRANSACTION SNAPSHOT " + quote_literal(snapshot_id())));
  return reader;
}

Result<ClientProcess> DatabaseSnapshot::start_dump(DumpPart part) const {
  ClientRun run;
  run.program = state_->pg_dump;
  run.target = &state_->target;
  run.pipe_stdout = true;
  run.arguments = {"--format=custom", "--snapshot=" + snapshot_id(),
                   fmt::format("--lock-wait-timeout={}", state_->options.lock_timeout.count())};
  if (part == DumpPart::kSchema) {
    run.arguments.insert(run.arguments.end(), {"--section=pre-data", "--section=post-data"});
  } else {
    // Uncompressed: the repository compresses, and can then tell what has not changed.
    run.arguments.insert(run.arguments.end(), {"--section=data", "--compress=0"});
    for (std::string& each : exclude_table_data_arguments(tables(), state_->dumped))
      run.arguments.push_back(std::move(each));
    TRY(check_command_line_size(run.arguments));
  }
  return ClientProcess::start(run);
}

}  // namespace skyhold
