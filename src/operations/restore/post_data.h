// What the statements after the data need, so that they can run early and at once.
//
// pg_restore runs them one by one in the script's order. Most are indexes and keys that
// need nothing but their own table's rows, and foreign keys, whose slow half (checking
// every row) can be separated from the half that changes the catalogs.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "operations/restore/restore_session.h"

namespace skyhold {

struct RelationName {
  std::string schema;
  std::string name;
  friend auto operator<=>(const RelationName&, const RelationName&) = default;
};

enum class PostDataKind {
  kSetting,    // SET …: holds for what follows
  kTableWork,  // an index, a primary key, a UNIQUE or EXCLUDE constraint
  kForeignKey,
  kOther,  // triggers, rules, policies, comments, …: in the script's order
};

struct PostDataStatement {
  std::string_view sql;
  PostDataKind kind = PostDataKind::kOther;
  RelationName table;                  // of table work and foreign keys
  bool constraint = false;             // table work that takes the table for itself
  bool reads_other_tables = false;     // perhaps: it calls a function that is not the server's own
  RelationName referenced;             // by a foreign key
  std::string constraint_name;         // foreign keys
  std::string_view constraint_clause;  // foreign keys: "ADD CONSTRAINT … FOREIGN KEY …"
  bool not_valid = false;              // foreign keys that are not to be validated
};

// What does not look as expected is kOther.
PostDataStatement classify_post_data(std::string_view sql);

struct PlannedStatement {
  PostDataStatement statement;
  ScriptStatement script;
};

struct PostDataPlan {
  std::vector<PlannedStatement> table_work;
  std::vector<PlannedStatement> before_keys;  // others, before the first foreign key
  std::vector<PlannedStatement> foreign_keys;
  std::vector<PlannedStatement> after_keys;
};

// `plain_tables`: the tables and materialized views that exist before the data and are
// not partitioned. Work on anything else keeps its place among the others.
PostDataPlan plan_post_data(const std::vector<std::string_view>& statements,
                            const std::set<RelationName>& plain_tables);

}  // namespace skyhold
