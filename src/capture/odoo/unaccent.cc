#include "capture/odoo/unaccent.h"

#include "capture/pg_text.h"

namespace skyhold {

bool uses_unaccent(std::string_view script) {
  return script.find("unaccent(") != std::string_view::npos;
}

Status make_unaccent_immutable(PgSession& session) {
  const PgRows rows = TRY(session.query(
      "SELECT p.oid::pg_catalog.regprocedure::text FROM pg_catalog.pg_proc p JOIN "
      "pg_catalog.pg_depend d ON d.objid = p.oid AND d.classid = 'pg_catalog.pg_proc'::regclass "
      "AND d.deptype = 'e' JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid WHERE e.extname = "
      "'unaccent' AND p.proname = 'unaccent' AND p.pronargs = 1 AND p.provolatile <> 'i'"));
  for (const PgRow& row : rows) {
    TRY(session.execute("ALTER FUNCTION " + text_of(row.at(0)) + " IMMUTABLE"));
  }
  return {};
}

bool is_index_without_mark(std::string_view sql, const Error& error) {
  return sql.starts_with("CREATE INDEX ") && uses_unaccent(sql) &&
         error.message.find("SQLSTATE 42P17") != std::string::npos;
}

}  // namespace skyhold
