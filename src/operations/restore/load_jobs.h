// The jobs that fill the hidden database: rows, indexes and keys, foreign keys.
//
//   group of small tables:  rows → keys and indexes ───────────────┐
//   large table:            parts of its rows → keys → each index ─┤
//      foreign keys are added, one table at a time, once the table and all that
//      it refers to are complete ←──────────────────────────────────┘
//      └→ when all are added: foreign keys are checked → large tables are analyzed
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "operations/restore/foreign_keys.h"
#include "operations/restore/job_graph.h"
#include "operations/restore/post_data.h"
#include "operations/restore/stage_clock.h"
#include "operations/restore/table_load.h"

namespace skyhold {

struct LoadJobsInput {
  const std::vector<PartToLoad>* parts = nullptr;
  const PostDataPlan* post_data = nullptr;
  const std::set<RelationName>* plain_tables = nullptr;
};

// What the jobs leave behind. Read it when the graph has run.
struct LoadLeftovers {
  // Statements that failed where they ran early, because something that they need comes
  // later in the script.
  std::vector<ScriptStatement> refused;
  // Foreign keys that the captured rows violate; restored, but NOT VALID.
  std::vector<std::string> invalid_keys;
};

// Fills `graph`. The loader, the input and what it points to must outlive the graph's run.
class LoadJobs {
 public:
  LoadJobs(TableLoader& loader, StageClock& clock, const LoadJobsInput& input);
  void add_to(JobGraph& graph);
  [[nodiscard]] LoadLeftovers& leftovers() { return leftovers_; }
  // Foreign keys that are to run as they are, after what stands before them.
  [[nodiscard]] const std::vector<ScriptStatement>& unsplit_keys() const { return keys_.unsplit; }

 private:
  struct Table {
    RelationName name;
    std::vector<PartToLoad> parts;
    std::uint64_t bytes = 0;
    std::size_t references = 0;  // foreign keys that refer to it
    std::vector<ScriptStatement> constraints;
    std::vector<ScriptStatement> indexes;
    std::vector<ScriptStatement> late_work;  // that may read other tables
    std::vector<JobGraph::Job> complete;     // when these have ended
  };

  void gather();
  void add_large(JobGraph& graph, Table& table);
  void add_small(JobGraph& graph, std::vector<Table*> tables);
  void add_group(JobGraph& graph, const std::vector<Table*>& group, double priority);
  void add_late_work(JobGraph& graph);
  void add_keys(JobGraph& graph);
  void add_statistics(JobGraph& graph, JobGraph::Job all_added,
                      const std::map<RelationName, JobGraph::Job>& checks);
  [[nodiscard]] double share_of(const RelationName& name) const;  // of all rows' bytes
  void after_table(JobGraph& graph, JobGraph::Job job, const RelationName& name);
  Status run_work(RestoreSession& session, const std::vector<ScriptStatement>& statements);
  Status add_keys_of(RestoreSession& session, const TableForeignKeys& keys);
  Status validate_keys_of(RestoreSession& session, const TableForeignKeys& keys);
  JobGraph::Work work(std::vector<ScriptStatement> statements);

  TableLoader& loader_;
  StageClock& clock_;
  const LoadJobsInput& input_;
  ForeignKeyPlan keys_;
  std::map<RelationName, Table> tables_;
  std::uint64_t total_bytes_ = 0;
  std::vector<JobGraph::Job> loads_;  // every job that loads rows

  std::mutex mutex_;
  std::set<RelationName> not_added_;  // tables whose keys were refused
  LoadLeftovers leftovers_;
};

}  // namespace skyhold
