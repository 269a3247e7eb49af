#include "schema.h"

#include <fmt/format.h>

#include <cctype>
#include <sstream>

#include "connection.h"

namespace sample {
namespace {

Kind kind_of(char letter) {
  switch (letter) {
    case 'v': return Kind::kVarchar;
    case 't': return Kind::kText;
    case 'j': return Kind::kTranslated;
    case 'i': return Kind::kInteger;
    case 'n': return Kind::kNumeric;
    case 'f': return Kind::kFloat;
    case 'b': return Kind::kBoolean;
    case 'd': return Kind::kDate;
    case 's': return Kind::kTimestamp;
    case 'y': return Kind::kBinary;
    default: throw Failure(fmt::format("no column kind '{}'", letter));
  }
}

void apply_mark(Column& column, char mark) {
  switch (mark) {
    case '!': column.required = true; return;
    case '*': column.indexed = true; return;
    case '?': column.indexed_where_set = true; return;
    case '%': column.trigrams = true; return;
    case '=': column.unique = true; return;
    case '-': column.empty = true; return;
    case '@': column.sparse = true; return;
    case '~': column.cascade = true; return;
    default: throw Failure(fmt::format("no mark '{}' in column {}", mark, column.name));
  }
}

Column parse_column(const std::string& token) {
  constexpr std::string_view kMarks = "!*?%=-@~";
  const std::size_t separator = token.find_first_of(":>");
  const std::size_t marks = std::min(token.find_first_of(kMarks), token.size());
  if (separator == std::string::npos) throw Failure(fmt::format("column without a kind: {}", token));
  Column column;
  column.name = token.substr(0, separator);
  if (token[separator] == '>') {
    column.kind = Kind::kReference;
    column.references = token.substr(separator + 1, marks - separator - 1);
  } else {
    column.kind = kind_of(token[separator + 1]);
  }
  for (std::size_t mark = marks; mark < token.size(); ++mark) apply_mark(column, token[mark]);
  return column;
}

Column plain_column(std::string name, Kind kind, std::string references = {}) {
  Column column;
  column.name = std::move(name);
  column.kind = kind;
  column.references = std::move(references);
  return column;
}

std::string_view type_of(const Column& column) {
  switch (column.kind) {
    case Kind::kVarchar: return "character varying";
    case Kind::kText: return "text";
    case Kind::kTranslated: return "jsonb";
    case Kind::kInteger:
    case Kind::kReference: return "integer";
    case Kind::kNumeric: return "numeric";
    case Kind::kFloat: return "double precision";
    case Kind::kBoolean: return "boolean";
    case Kind::kDate: return "date";
    case Kind::kTimestamp: return "timestamp without time zone";
    case Kind::kBinary: return "bytea";
  }
  return "text";
}

std::string_view on_delete(const Column& column) {
  if (column.cascade) return "CASCADE";
  return column.required ? "RESTRICT" : "SET NULL";
}

// PostgreSQL cuts names at 63 bytes, where long ones could become equal; a checksum of the
// whole name keeps them apart, as in Odoo.
std::string fitting(const std::string& name) {
  constexpr std::size_t kLongest = 63;
  if (name.size() <= kLongest) return name;
  std::uint32_t checksum = 2166136261u;
  for (const char character : name) checksum = (checksum ^ static_cast<unsigned char>(character)) * 16777619u;
  return fmt::format("{}_{:08x}", name.substr(0, kLongest - 9), checksum);
}

}  // namespace

std::string title_of(std::string_view name) {
  std::string title(name);
  bool start = true;
  for (char& character : title) {
    if (character == '_') character = ' ';
    if (start) character = static_cast<char>(std::toupper(static_cast<unsigned char>(character)));
    start = character == ' ';
  }
  return title;
}

Table model_table(std::string_view name, std::string_view columns) {
  Table table;
  table.name = name;
  std::istringstream stream{std::string(columns)};
  for (std::string token; stream >> token;) table.columns.push_back(parse_column(token));
  table.columns.push_back(plain_column("create_uid", Kind::kReference, "res_users"));
  table.columns.push_back(plain_column("write_uid", Kind::kReference, "res_users"));
  table.columns.push_back(plain_column("create_date", Kind::kTimestamp));
  table.columns.push_back(plain_column("write_date", Kind::kTimestamp));
  return table;
}

Table relation_table(std::string_view name, std::string_view first, std::string_view second) {
  Table table;
  table.name = name;
  table.relation = true;
  table.columns.push_back(plain_column(fmt::format("{}_id", first), Kind::kReference, std::string(first)));
  table.columns.push_back(plain_column(fmt::format("{}_id{}", second, first == second ? "2" : ""),
                                       Kind::kReference, std::string(second)));
  for (Column& column : table.columns) {
    column.required = true;
    column.cascade = true;
  }
  return table;
}

std::string create_table_sql(const Table& table) {
  std::string sql = fmt::format("CREATE TABLE public.{} (", table.name);
  if (!table.relation) sql += "id serial PRIMARY KEY";
  for (const Column& column : table.columns) {
    if (!sql.ends_with("(")) sql += ", ";
    sql += fmt::format("{} {}{}", quote_identifier(column.name), type_of(column),
                       column.required ? " NOT NULL" : "");
  }
  if (table.relation) {
    sql += fmt::format(", PRIMARY KEY ({}, {})", table.columns[0].name, table.columns[1].name);
    sql += fmt::format(");\nCOMMENT ON TABLE public.{} IS 'RELATION BETWEEN {} AND {}';\n", table.name,
                       table.columns[0].references, table.columns[1].references);
    return sql;
  }
  sql +=
      fmt::format(");\nCOMMENT ON TABLE public.{} IS {};\n", table.name, quote_literal(title_of(table.name)));
  for (const Column& column : table.columns) {
    sql += fmt::format("COMMENT ON COLUMN public.{}.{} IS {};\n", table.name, quote_identifier(column.name),
                       quote_literal(title_of(column.name)));
  }
  return sql;
}

std::string create_indexes_sql(const Table& table) {
  std::string sql;
  if (table.relation) {
    return fmt::format("CREATE INDEX {} ON public.{} ({}, {});\n", fitting(table.name + "_reverse_idx"),
                       table.name, table.columns[1].name, table.columns[0].name);
  }
  for (const Column& column : table.columns) {
    const std::string name = quote_identifier(column.name);
    const std::string index = fitting(fmt::format("{}__{}_index", table.name, column.name));
    if (column.indexed_where_set) {
      sql += fmt::format("CREATE INDEX {} ON public.{} ({}) WHERE {} IS NOT NULL;\n", index, table.name, name,
                         name);
    } else if (column.indexed) {
      sql += fmt::format("CREATE INDEX {} ON public.{} ({});\n", index, table.name, name);
    }
    if (column.trigrams) {
      sql += fmt::format("CREATE INDEX {} ON public.{} USING gin ({} gin_trgm_ops);\n",
                         fitting(fmt::format("{}__{}_trigrams", table.name, column.name)), table.name, name);
    }
    if (column.unique) {
      const std::string constraint = fitting(fmt::format("{}_{}_uniq", table.name, column.name));
      sql +=
          fmt::format("ALTER TABLE public.{} ADD CONSTRAINT {} UNIQUE ({});\n", table.name, constraint, name);
      sql += fmt::format("COMMENT ON CONSTRAINT {} ON public.{} IS 'unique {}';\n", constraint, table.name,
                         name);
    }
  }
  return sql;
}

std::string foreign_keys_sql(const Table& table) {
  std::string clauses;
  for (const Column& column : table.columns) {
    if (column.kind != Kind::kReference) continue;
    if (!clauses.empty()) clauses += ",\n  ";
    clauses += fmt::format("ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES public.{} (id) ON DELETE {}",
                           fitting(fmt::format("{}_{}_fkey", table.name, column.name)), column.name,
                           column.references, on_delete(column));
  }
  return clauses.empty() ? "" : fmt::format("ALTER TABLE public.{}\n  {};\n", table.name, clauses);
}

}  // namespace sample
