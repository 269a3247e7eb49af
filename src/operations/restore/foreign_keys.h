// Foreign keys in two halves: all of a table added at once without a look at its rows,
// then the rows checked.
//
// Adding locks both tables of a key against others that add, and every table of an Odoo
// database refers to res_users: it is one job at a time. Checking takes a weak lock on
// the table alone, and several tables are checked at once.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "operations/restore/post_data.h"

namespace skyhold {

struct TableForeignKeys {
  RelationName table;
  std::set<RelationName> referenced;
  std::string add_sql;       // ALTER TABLE ONLY … ADD CONSTRAINT … NOT VALID, …
  std::string validate_sql;  // ALTER TABLE ONLY … VALIDATE CONSTRAINT …, …; empty: nothing to check
  std::vector<std::string> validate_each;  // the same, one by one
  std::vector<ScriptStatement> originals;  // what `add_sql` and `validate_sql` stand for
};

struct ForeignKeyPlan {
  std::vector<TableForeignKeys> tables;
  std::vector<ScriptStatement> unsplit;  // as they are: PostgreSQL has no such halves on partitioned tables
};

ForeignKeyPlan plan_foreign_keys(const std::vector<PlannedStatement>& keys,
                                 const std::set<RelationName>& plain_tables);

}  // namespace skyhold
