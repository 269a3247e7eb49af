#include "operations/restore/database_load.h"

#include <algorithm>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "base/memory.h"
#include "capture/odoo/unaccent.h"
#include "capture/sql/sql_script.h"
#include "operations/restore/database_check.h"
#include "operations/restore/load_jobs.h"
#include "operations/restore/schema_script.h"

namespace skyhold {
namespace {

Result<std::set<std::string>> tablespaces(PgSession& session) {
  std::set<std::string> names;
  for (const PgRow& row : TRY(session.query("SELECT spcname FROM pg_catalog.pg_tablespace"))) {
    names.insert(row.at(0).value_or(""));
  }
  return names;
}

// Tables and materialized views that are neither partitioned nor foreign.
Result<std::set<RelationName>> plain_tables(PgSession& session) {
  std::set<RelationName> names;
  for (const PgRow& row : TRY(session.query(
           "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
           "c.relnamespace WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> "
           "'information_schema'"))) {
    names.insert({row.at(0).value_or(""), row.at(1).value_or("")});
  }
  return names;
}

// What only the owner of something that the server itself made may do, and what changes
// nothing of the data.
bool may_be_left_out(std::string_view sql) {
  return sql.starts_with("COMMENT ON EXTENSION ") || sql.starts_with("COMMENT ON SCHEMA public ");
}

class Load {
 public:
  Load(const DatabaseLoad& load, RestoreProgress& progress, StageClock& clock, const CancelToken& cancel,
       std::vector<std::string>& notices)
      : load_(load), progress_(progress), clock_(clock), cancel_(cancel), notices_(notices) {}

  Status run() {
    TRY(prepare());
    TRY(before_the_data());
    TRY(data_and_indexes());
    TRY(after_the_data());
    return check();
  }

 private:
  Status prepare() {
    const auto lap = clock_.enter("before the data");
    progress_.start_phase("Reading the schema");
    FileFinder finder(load_.source);
    schema_ = TRY(finder.find("database/schema.dump"));
    rest_ = TRY(finder.find("database/rest.dump"));
    parts_ = TRY(find_parts(load_.source, load_.manifest));
    TRY(open_sessions());
    const std::set<std::string> known = TRY(tablespaces(first().pg()));
    scripts_ = TRY(read_schema(load_.source, schema_, load_.pg_restore, load_.ownership, known, notices_));
    give_back_freed_memory();
    return cancel_.check();
  }

  Status open_sessions() {
    for (int i = 0; i < load_.workers; ++i) {
      sessions_.push_back(TRY(RestoreSession::open(load_.target, load_.ownership.role)));
    }
    return {};
  }

  Status before_the_data() {
    const auto lap = clock_.enter("before the data");
    progress_.start_phase("Creating tables");
    const std::vector<std::string_view> script = TRY(split_sql_script(scripts_.pre_data));
    TRY(run_alone(with_settings(script), true));
    TRY(mark_unaccent());
    plain_tables_ = TRY(plain_tables(first().pg()));
    for (const TableEntry& table : load_.manifest.tables) {
      if (plain_tables_.contains({table.schema, table.name})) continue;
      return fail(ErrorCode::kCorrupt,
                  fmt::format("the backup's schema has no table {}.{}, though its manifest has", table.schema,
                              table.name),
                  "restore another snapshot");
    }
    return {};
  }

  // Without it, what takes it says so.
  Status mark_unaccent() {
    if (!uses_unaccent(scripts_.post_data)) return {};
    PgSession session = TRY(PgSession::connect(load_.target));
    const Status marked = make_unaccent_immutable(session);
    if (!marked && ends_the_restore(marked.error())) return marked;
    return {};
  }

  // On one session, while cancel() can still reach it.
  Status run_alone(const std::vector<ScriptStatement>& statements, bool lenient) {
    JobGraph graph;
    std::vector<ScriptStatement> refused;
    graph.add(0, [&](RestoreSession& session) -> Status {
      if (!lenient) return session.run(statements);
      TRY(session.run(statements, refused));
      for (const ScriptStatement& statement : refused) {
        const Status again = session.run({&statement, 1});
        if (again) continue;
        const bool slow_without = is_index_without_mark(statement.sql, again.error());
        if (!slow_without && !may_be_left_out(statement.sql)) return again;
        notices_.push_back(fmt::format("not restored: {}", again.error().message));
        if (slow_without) notices_.back() += fmt::format(": {}", kMarkWords);
      }
      return {};
    });
    std::vector<RestoreSession> one;
    one.push_back(std::move(sessions_.front()));
    Status done = graph.run(one, cancel_);
    sessions_.front() = std::move(one.front());
    return done;
  }

  Status data_and_indexes() {
    progress_.start_phase("Loading tables");
    const std::vector<std::string_view> script = TRY(split_sql_script(scripts_.post_data));
    plan_ = plan_post_data(script, plain_tables_);
    TableLoader loader(load_.source, progress_, cancel_);
    const LoadJobsInput input{&parts_, &plan_, &plain_tables_};
    LoadJobs jobs(loader, clock_, input);
    JobGraph graph;
    jobs.add_to(graph);
    TRY(run_beside_the_rest(graph));
    leftovers_ = std::move(jobs.leftovers());
    unsplit_keys_ = jobs.unsplit_keys();
    return {};
  }

  // Sequences and large objects come by pg_restore, on a connection of its own.
  Status run_beside_the_rest(JobGraph& graph) {
    Status rest;
    CancelToken stop;
    std::thread beside([&] {
      const auto lap = clock_.enter("sequences and large objects");
      rest = restore_rest(load_.source, rest_, load_.pg_restore, load_.ownership, load_.target, stop);
      if (!rest) graph.stop(rest.error());
    });
    const Status loaded = graph.run(sessions_, cancel_);
    if (!loaded) stop.cancel();
    beside.join();
    return loaded ? rest : loaded;
  }

  Status after_the_data() {
    const auto lap = clock_.enter("after the data");
    progress_.start_phase("Finishing the schema");
    for (const std::string& key : leftovers_.invalid_keys) {
      notices_.push_back("a foreign key is violated by the captured rows and was restored as NOT VALID: " +
                         key);
    }
    std::vector<ScriptStatement> left = std::move(leftovers_.refused);
    left.insert(left.end(), unsplit_keys_.begin(), unsplit_keys_.end());
    for (const auto* list : {&plan_.before_keys, &plan_.after_keys}) {
      for (const PlannedStatement& planned : *list) left.push_back(planned.script);
    }
    std::sort(left.begin(), left.end(),
              [](const ScriptStatement& a, const ScriptStatement& b) { return a.order < b.order; });
    return run_alone(left, true);
  }

  Status check() {
    const auto lap = clock_.enter("check");
    progress_.start_phase("Checking");
    TRY(check_counts(first().pg(), load_.manifest));
    if (load_.check != RestoreCheck::kFull) return {};
    return check_rows(sessions_, load_.manifest, cancel_);
  }

  RestoreSession& first() { return sessions_.front(); }

  const DatabaseLoad& load_;
  RestoreProgress& progress_;
  StageClock& clock_;
  const CancelToken& cancel_;
  std::vector<std::string>& notices_;

  Node schema_;
  Node rest_;
  std::vector<PartToLoad> parts_;
  std::vector<RestoreSession> sessions_;
  SchemaScripts scripts_;  // the statements below point into these
  std::set<RelationName> plain_tables_;
  PostDataPlan plan_;
  LoadLeftovers leftovers_;
  std::vector<ScriptStatement> unsplit_keys_;
};

}  // namespace

Status load_database(const DatabaseLoad& load, RestoreProgress& progress, StageClock& clock,
                     const CancelToken& cancel, std::vector<std::string>& notices) {
  return Load(load, progress, clock, cancel, notices).run();
}

}  // namespace skyhold
