#include "operations/restore/load_jobs.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace skyhold {
namespace {

// A table from here on is loaded frozen and indexed by jobs of its own.
constexpr std::uint64_t kLargeTableBytes = 2U << 20;

// A table in parts loads them in one session, which alone can freeze them, unless it holds
// more than this of all rows: the other sessions would soon have nothing left to do.
constexpr double kFrozenShare = 0.6;

// From here on a table's statistics are made at once; for smaller ones, autovacuum's next
// round is soon enough: for all 700 tables of an Odoo they cost a quarter of its restore.
constexpr std::uint64_t kAnalyzeBytes = 16U << 20;

// Small tables share a job up to this many, or bytes.
constexpr std::size_t kTablesInGroup = 16;
constexpr std::uint64_t kBytesInGroup = 1U << 20;

// Priorities, from last to first. A table that holds a good part of all rows starts
// first, lest everything waits for it at the end; then small tables, because foreign keys
// wait for those that many refer to; then adding keys, which is one long chain.
constexpr double kPriorityLarge = 1e3;  // to 2e3, by bytes
constexpr double kPriorityKeyCheck = 1e2;
constexpr double kPriorityAddKeys = 1e4;
constexpr double kPrioritySmall = 1e6;  // and more, by references
constexpr double kPriorityDominant = 1e12;
constexpr std::uint64_t kDominantShare = 4;  // a quarter

constexpr int kDeadlockRetries = 5;

// Another session's lock was in the way, and the server chose us to give up.
Status retry_deadlocks(RestoreSession& session, const std::string& sql) {
  Status done = session.pg().execute(sql);
  for (int retry = 0; !done && done.error().code == ErrorCode::kBusy && retry < kDeadlockRetries; ++retry) {
    done = session.pg().execute(sql);
  }
  return done;
}

}  // namespace

LoadJobs::LoadJobs(TableLoader& loader, StageClock& clock, const LoadJobsInput& input)
    : loader_(loader),
      clock_(clock),
      input_(input),
      keys_(plan_foreign_keys(input.post_data->foreign_keys, *input.plain_tables)) {
  gather();
}

void LoadJobs::gather() {
  const auto table = [this](const RelationName& name) -> Table& {
    Table& found = tables_[name];
    found.name = name;
    return found;
  };
  for (const PartToLoad& part : *input_.parts) {
    Table& loaded = table({part.table->schema, part.table->name});
    loaded.parts.push_back(part);
    loaded.bytes += part.part->bytes;
    total_bytes_ += part.part->bytes;
  }
  for (const PlannedStatement& planned : input_.post_data->table_work) {
    Table& worked = table(planned.statement.table);
    auto& list = planned.statement.reads_other_tables ? worked.late_work
                 : planned.statement.constraint       ? worked.constraints
                                                      : worked.indexes;
    list.push_back(planned.script);
  }
  for (const TableForeignKeys& keys : keys_.tables) {
    table(keys.table);
    for (const RelationName& name : keys.referenced) ++table(name).references;
  }
}

void LoadJobs::add_to(JobGraph& graph) {
  std::vector<Table*> small;
  for (auto& [name, table] : tables_) {
    if (table.bytes >= kLargeTableBytes || table.parts.size() > 1) {
      add_large(graph, table);
    } else {
      small.push_back(&table);
    }
  }
  add_small(graph, std::move(small));
  add_late_work(graph);
  add_keys(graph);
}

Status LoadJobs::run_work(RestoreSession& session, const std::vector<ScriptStatement>& statements) {
  const auto lap = clock_.enter("indexes");
  std::vector<ScriptStatement> refused;
  TRY(session.run(statements, refused));
  const std::scoped_lock lock(mutex_);
  leftovers_.refused.insert(leftovers_.refused.end(), refused.begin(), refused.end());
  return {};
}

JobGraph::Work LoadJobs::work(std::vector<ScriptStatement> statements) {
  return [this, statements = std::move(statements)](RestoreSession& session) {
    return run_work(session, statements);
  };
}

void LoadJobs::add_large(JobGraph& graph, Table& table) {
  const bool dominant = table.bytes * kDominantShare >= total_bytes_;
  const double priority = (dominant ? kPriorityDominant : kPriorityLarge) * (1 + share_of(table.name));
  std::vector<JobGraph::Job> last;
  const auto load = [&](const std::vector<PartToLoad>& parts, bool frozen) {
    last.push_back(graph.add(priority, [this, parts, frozen](RestoreSession& session) {
      const auto lap = clock_.enter("data");
      return frozen ? loader_.load_frozen(session, parts) : loader_.load(session, parts);
    }));
  };
  if (table.parts.size() == 1 || share_of(table.name) <= kFrozenShare) {
    load(table.parts, true);
  } else {
    for (const PartToLoad& part : table.parts) load({part}, false);
  }
  loads_.insert(loads_.end(), last.begin(), last.end());
  const auto follow = [&](JobGraph::Work job_work) {
    const JobGraph::Job job = graph.add(priority, std::move(job_work));
    for (const JobGraph::Job before : last) graph.after(job, before);
    return job;
  };
  // A key takes the table for itself, indexes share it.
  if (!table.constraints.empty()) last = {follow(work(table.constraints))};
  std::vector<JobGraph::Job> indexes;
  for (const ScriptStatement& index : table.indexes) indexes.push_back(follow(work({index})));
  if (!indexes.empty()) last = indexes;
  table.complete = last;
}

void LoadJobs::add_small(JobGraph& graph, std::vector<Table*> tables) {
  std::stable_sort(tables.begin(), tables.end(),
                   [](const Table* a, const Table* b) { return a->references > b->references; });
  double priority = kPrioritySmall + static_cast<double>(tables.size());
  std::vector<Table*> group;
  std::uint64_t bytes = 0;
  for (Table* table : tables) {
    const bool full = group.size() == kTablesInGroup || bytes + table->bytes > kBytesInGroup;
    if (full && !group.empty()) {
      add_group(graph, group, priority--);
      group.clear();
      bytes = 0;
    }
    group.push_back(table);
    bytes += table->bytes;
  }
  if (!group.empty()) add_group(graph, group, priority);
}

void LoadJobs::add_group(JobGraph& graph, const std::vector<Table*>& group, double priority) {
  std::vector<PartToLoad> parts;
  std::vector<ScriptStatement> statements;
  for (const Table* table : group) {
    parts.insert(parts.end(), table->parts.begin(), table->parts.end());
    statements.insert(statements.end(), table->constraints.begin(), table->constraints.end());
    statements.insert(statements.end(), table->indexes.begin(), table->indexes.end());
  }
  const JobGraph::Job job = graph.add(priority, [this, parts, statements](RestoreSession& session) -> Status {
    {
      const auto lap = clock_.enter("data");
      TRY(loader_.load(session, parts));
    }
    return run_work(session, statements);
  });
  loads_.push_back(job);
  for (Table* table : group) table->complete = {job};
}

void LoadJobs::add_late_work(JobGraph& graph) {
  for (auto& [name, table] : tables_) {
    if (table.late_work.empty()) continue;
    const JobGraph::Job job = graph.add(kPriorityLarge, work(table.late_work));
    for (const JobGraph::Job load : loads_) graph.after(job, load);
    for (const JobGraph::Job last : table.complete) graph.after(job, last);
    table.complete = {job};
  }
}

void LoadJobs::after_table(JobGraph& graph, JobGraph::Job job, const RelationName& name) {
  for (const JobGraph::Job last : tables_.at(name).complete) graph.after(job, last);
}

void LoadJobs::add_keys(JobGraph& graph) {
  std::vector<JobGraph::Job> added;
  for (const TableForeignKeys& keys : keys_.tables) {
    const JobGraph::Job job = graph.add(
        kPriorityAddKeys, [this, &keys](RestoreSession& session) { return add_keys_of(session, keys); },
        true);
    after_table(graph, job, keys.table);
    for (const RelationName& name : keys.referenced) after_table(graph, job, name);
    added.push_back(job);
  }
  // Checking begins when all are added: each addition makes every session forget what it
  // knows of the tables that it refers to, and res_users alone has thousands of triggers.
  const JobGraph::Job all_added = graph.add(kPriorityKeyCheck, [](RestoreSession&) -> Status { return {}; });
  for (const JobGraph::Job job : added) graph.after(all_added, job);
  std::map<RelationName, JobGraph::Job> checks;
  for (const TableForeignKeys& keys : keys_.tables) {
    if (keys.validate_sql.empty()) continue;
    const JobGraph::Job job =
        graph.add(kPriorityKeyCheck * (1 + share_of(keys.table)),
                  [this, &keys](RestoreSession& session) { return validate_keys_of(session, keys); });
    graph.after(job, all_added);
    checks[keys.table] = job;
  }
  add_statistics(graph, all_added, checks);
}

// Last, because ANALYZE and the jobs on foreign keys would wait for each other's locks.
void LoadJobs::add_statistics(JobGraph& graph, JobGraph::Job all_added,
                              const std::map<RelationName, JobGraph::Job>& checks) {
  for (const auto& [name, table] : tables_) {
    if (table.bytes < kAnalyzeBytes) continue;
    const std::string sql = "ANALYZE " + quote_qualified(name.schema, name.name);
    const JobGraph::Job job =
        graph.add(kPriorityLarge * (1 + share_of(name)), [this, sql](RestoreSession& session) {
          const auto lap = clock_.enter("analyze");
          return session.pg().execute(sql);
        });
    graph.after(job, all_added);
    after_table(graph, job, name);
    const auto check = checks.find(name);
    if (check != checks.end()) graph.after(job, check->second);
  }
}

double LoadJobs::share_of(const RelationName& name) const {
  return static_cast<double>(tables_.at(name).bytes) / static_cast<double>(total_bytes_ + 1);
}

Status LoadJobs::add_keys_of(RestoreSession& session, const TableForeignKeys& keys) {
  const auto lap = clock_.enter("foreign keys");
  const Status done = retry_deadlocks(session, keys.add_sql);
  if (done || ends_the_restore(done.error())) return done;
  const std::scoped_lock lock(mutex_);
  not_added_.insert(keys.table);
  leftovers_.refused.insert(leftovers_.refused.end(), keys.originals.begin(), keys.originals.end());
  return {};
}

Status LoadJobs::validate_keys_of(RestoreSession& session, const TableForeignKeys& keys) {
  {
    const std::scoped_lock lock(mutex_);
    if (not_added_.contains(keys.table)) return {};
  }
  const auto lap = clock_.enter("foreign keys");
  const Status done = retry_deadlocks(session, keys.validate_sql);
  if (done || ends_the_restore(done.error())) return done;
  // Which of them it is.
  for (const std::string& sql : keys.validate_each) {
    const Status alone = retry_deadlocks(session, sql);
    if (alone) continue;
    if (ends_the_restore(alone.error())) return alone;
    const std::scoped_lock lock(mutex_);
    leftovers_.invalid_keys.push_back(fmt::format("{}: {}", abridged(sql), alone.error().message));
  }
  return {};
}

}  // namespace skyhold
