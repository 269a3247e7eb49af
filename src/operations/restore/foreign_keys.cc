#include "operations/restore/foreign_keys.h"

#include <map>

#include <fmt/format.h>

#include "capture/pg_session.h"

namespace skyhold {
namespace {

void add_item(std::string& list, const std::string& alter, const std::string& item) {
  list += (list.empty() ? alter : std::string(",")) + "\n    " + item;
}

}  // namespace

ForeignKeyPlan plan_foreign_keys(const std::vector<PlannedStatement>& keys,
                                 const std::set<RelationName>& plain_tables) {
  ForeignKeyPlan plan;
  std::map<RelationName, std::size_t> place;
  for (const PlannedStatement& key : keys) {
    const PostDataStatement& statement = key.statement;
    if (!plain_tables.contains(statement.table) || !plain_tables.contains(statement.referenced)) {
      plan.unsplit.push_back(key.script);
      continue;
    }
    const auto [found, is_new] = place.try_emplace(statement.table, plan.tables.size());
    if (is_new) plan.tables.push_back({statement.table, {}, {}, {}, {}, {}});
    TableForeignKeys& table = plan.tables[found->second];
    const std::string alter =
        "ALTER TABLE ONLY " + quote_qualified(statement.table.schema, statement.table.name);
    add_item(table.add_sql, alter,
             fmt::format("{}{}", statement.constraint_clause, statement.not_valid ? "" : " NOT VALID"));
    if (!statement.not_valid) {
      const std::string validate = "VALIDATE CONSTRAINT " + quote_identifier(statement.constraint_name);
      add_item(table.validate_sql, alter, validate);
      table.validate_each.push_back(fmt::format("{} {}", alter, validate));
    }
    table.referenced.insert(statement.referenced);
    table.originals.push_back(key.script);
  }
  return plan;
}

}  // namespace skyhold
