// Tables as values, written in a short notation, and the SQL that makes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sample {

enum class Kind {
  kVarchar,
  kText,
  kTranslated,  // jsonb: {"en_US": …, "fr_FR": …}
  kInteger,
  kNumeric,
  kFloat,
  kBoolean,
  kDate,
  kTimestamp,
  kBinary,
  kReference,
};

struct Column {
  std::string name;
  Kind kind = Kind::kVarchar;
  std::string references;  // of kReference: the table
  bool required = false;
  bool indexed = false;
  bool indexed_where_set = false;
  bool trigrams = false;  // a GIN index for searches with LIKE
  bool unique = false;
  bool empty = false;    // always NULL, as many of Odoo's columns are
  bool sparse = false;   // set in one row of eight
  bool cascade = false;  // ON DELETE CASCADE: the document that this row is a part of
};

struct Table {
  std::string name;
  std::vector<Column> columns;  // those of every Odoo model (id, create_uid, …) included
  bool relation = false;        // many2many: two references and nothing else
  double share = 0;             // rows a thousand messages; 0: it does not grow
  std::int64_t fixed_rows = 0;
};

// Columns in the notation `name:kind` or `name>table`, separated by spaces; kinds are
// v(archar) t(ext) j(translated) i n f b d s(timestamp) y(binary); then any of these marks:
//   ! required   * indexed   ? indexed where set   % trigram index   = unique
//   - always NULL   @ sparse   ~ part of that document
// The columns that each Odoo model has are added.
Table model_table(std::string_view name, std::string_view columns);
Table relation_table(std::string_view name, std::string_view first, std::string_view second);

std::string create_table_sql(const Table& table);  // with its comments
std::string create_indexes_sql(const Table& table);
std::string foreign_keys_sql(const Table& table);

// "sale_order_line" -> "Sale Order Line"
std::string title_of(std::string_view name);

}  // namespace sample
