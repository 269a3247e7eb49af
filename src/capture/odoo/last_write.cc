#include "capture/odoo/last_write.h"

#include <fmt/format.h>

#include "base/log.h"
#include "capture/pg_text.h"

namespace skyhold {
namespace {

// What the system writes by itself, scheduled actions and their marks, is not among them.
constexpr std::string_view kBusyTables =
    "{mail_message,mail_mail,res_users_log,ir_attachment,res_partner,sale_order,purchase_order,account_move,"
    "stock_picking,pos_order,project_task,crm_lead,hr_attendance}";

// Plain tables of the list with Odoo's columns and a primary key of id alone.
constexpr std::string_view kFindTables =
    "SELECT c.relname FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' "
    "JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnatts = 1 "
    "JOIN pg_catalog.pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0] AND k.attname = 'id' "
    "WHERE c.relkind = 'r' AND c.relname = ANY ($1::pg_catalog.name[]) AND "
    "pg_catalog.has_table_privilege(c.oid, 'SELECT') AND "
    "(SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped AND "
    "a.attname IN ('create_date', 'write_date') AND a.atttypid = 'pg_catalog.timestamp'::pg_catalog.regtype) "
    "= 2 ORDER BY 1";

Result<std::optional<Instant>> latest(PgSession& session) {
  TRY(session.execute("SET statement_timeout = '2s'"));
  const PgRows tables = TRY(session.query(kFindTables, {std::string(kBusyTables)}));
  std::string newest;
  for (const PgRow& table : tables) {
    newest += fmt::format(
        "{}(SELECT greatest(create_date, write_date) AS written FROM {} ORDER BY id DESC LIMIT 1)",
        newest.empty() ? "" : " UNION ALL ", quote_qualified("public", text_of(table[0])));
  }
  if (newest.empty()) return std::nullopt;
  // Odoo keeps UTC in columns without a time zone.
  const PgRows rows = TRY(session.query(
      fmt::format("SELECT to_char(max(written), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM ({}) AS newest "
                  "WHERE isfinite(written)",
                  newest)));
  if (rows.empty() || !rows[0][0]) return std::nullopt;
  return TRY(parse_rfc3339(*rows[0][0]));
}

}  // namespace

std::optional<Instant> last_write_of_odoo(PgSession& session) {
  const Result<std::optional<Instant>> found = latest(session);
  if (found) return *found;
  log::warning("when the database was last written cannot be told: {}", found.error().message);
  return std::nullopt;
}

}  // namespace skyhold
