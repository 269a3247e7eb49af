#include "capture/source_tables.h"

#include <fmt/format.h>

#include "capture/pg_text.h"

namespace skyhold {
namespace {

// pg_dump passes over these schemas too, whoever made a table in them.
constexpr std::string_view kUserSchema = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

// Members of an extension come back with CREATE EXTENSION. What an extension declares as
// its configuration (extconfig) has rows of the user; pg_dump knows the conditions.
constexpr std::string_view kExtensionMember =
    "EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND "
    "d.deptype = 'e')";
constexpr std::string_view kExtensionConfiguration =
    "EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig))";

constexpr std::size_t kMostNamesShown = 10;

// "a, b and 5 more"
std::string enumerate(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t at = 0; at < names.size() && at < kMostNamesShown; ++at) {
    if (at > 0) text += ", ";
    text += names[at];
  }
  if (names.size() > kMostNamesShown) text += fmt::format(" and {} more", names.size() - kMostNamesShown);
  return text;
}

Result<std::vector<std::string>> names_from(PgSession& session, std::string_view sql) {
  std::vector<std::string> names;
  for (const PgRow& row : TRY(session.query(sql))) names.push_back(text_of(row[0]));
  return names;
}

Status check_schemas(PgSession& session, const std::string& role) {
  const auto schemas = TRY(names_from(
      session, fmt::format("SELECT DISTINCT quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n "
                           "ON n.oid = c.relnamespace WHERE {} AND c.relkind IN ('r', 'p', 'S') "
                           "AND NOT has_schema_privilege(n.oid, 'USAGE') ORDER BY 1",
                           kUserSchema)));
  if (schemas.empty()) return {};
  return fail(
      ErrorCode::kPermissionDenied,
      fmt::format("role {} may not look into schema {}", role, enumerate(schemas)),
      fmt::format("GRANT USAGE ON SCHEMA {} TO {}; or use a role that is a member of pg_read_all_data "
                  "(PostgreSQL 14 and later)",
                  schemas.size() > kMostNamesShown ? "…" : enumerate(schemas), role));
}

Status check_tables(PgSession& session, const std::string& role) {
  const auto tables = TRY(names_from(
      session,
      fmt::format("SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c "
                  "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {} AND c.relkind IN ('r', 'p', 'S') "
                  "AND c.relpersistence <> 't' AND (NOT {} OR {}) "
                  "AND NOT has_table_privilege(c.oid, 'SELECT') ORDER BY 1",
                  kUserSchema, kExtensionMember, kExtensionConfiguration)));
  if (tables.empty()) return {};
  return fail(ErrorCode::kPermissionDenied,
              fmt::format("role {} may not read {} table{} or sequence{}: {}", role, tables.size(),
                          tables.size() == 1 ? "" : "s", tables.size() == 1 ? "" : "s", enumerate(tables)),
              fmt::format("GRANT SELECT ON ALL TABLES IN SCHEMA … TO {}, the same ON ALL SEQUENCES; or "
                          "GRANT pg_read_all_data TO {} (PostgreSQL 14 and later)",
                          role, role));
}

Status check_row_level_security(PgSession& session, const std::string& role) {
  const auto tables = TRY(names_from(
      session,
      fmt::format("SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c "
                  "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {} AND c.relkind IN ('r', 'p') "
                  "AND (NOT {} OR {}) AND row_security_active(c.oid) ORDER BY 1",
                  kUserSchema, kExtensionMember, kExtensionConfiguration)));
  if (tables.empty()) return {};
  return fail(ErrorCode::kPermissionDenied,
              fmt::format("row level security hides rows from role {} in {} table{}: {}", role, tables.size(),
                          tables.size() == 1 ? "" : "s", enumerate(tables)),
              fmt::format("ALTER ROLE {} BYPASSRLS", role));
}

Status check_large_objects(PgSession& session, const std::string& role) {
  const std::string count = TRY(session.query_value(
      "SELECT CASE WHEN current_setting('lo_compat_privileges')::bool THEN 0 ELSE ("
      "SELECT count(*) FROM pg_largeobject_metadata m WHERE NOT pg_has_role(m.lomowner, 'USAGE') AND NOT "
      "EXISTS ("
      "SELECT FROM aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT' "
      "AND CASE WHEN a.grantee = 0 THEN true ELSE pg_has_role(a.grantee, 'USAGE') END)) END"));
  if (count == "0") return {};
  return fail(ErrorCode::kPermissionDenied, fmt::format("role {} may not read {} large objects", role, count),
              fmt::format("use their owner or a superuser, or GRANT SELECT ON LARGE OBJECT … TO {}", role));
}

}  // namespace

Result<std::vector<LockedTable>> list_tables_to_lock(PgSession& session) {
  const PgRows rows = TRY(session.query(fmt::format(
      "SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE {} AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND (NOT {} OR {}) ORDER BY c.oid",
      kUserSchema, kExtensionMember, kExtensionConfiguration)));
  std::vector<LockedTable> tables;
  tables.reserve(rows.size());
  for (const PgRow& row : rows) {
    tables.push_back({static_cast<std::uint32_t>(number_of(row[0])), text_of(row[1]), text_of(row[2])});
  }
  return tables;
}

Result<std::vector<SourceTable>> list_source_tables(PgSession& session) {
  // A server in recovery has no rows of unlogged tables and refuses to be asked.
  const PgRows rows = TRY(session.query(fmt::format(
      "SELECT c.oid, n.nspname, c.relname, ARRAY(SELECT a.attname::text FROM pg_attribute a "
      "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY "
      "a.attnum), "
      "pg_relation_size(c.oid), coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0), "
      "current_setting('block_size'), coalesce(m.amname = 'heap', false) "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am m ON m.oid = c.relam "
      "WHERE {} AND c.relkind = 'r' AND c.relpersistence <> 't' AND NOT {} "
      "AND NOT (c.relpersistence = 'u' AND pg_is_in_recovery()) "
      "ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"",
      kUserSchema, kExtensionMember)));
  std::vector<SourceTable> tables;
  tables.reserve(rows.size());
  for (const PgRow& row : rows) {
    SourceTable& table = tables.emplace_back();
    const bool heap = is_true(row[7]);
    table.oid = static_cast<std::uint32_t>(number_of(row[0]));
    table.schema = text_of(row[1]);
    table.name = text_of(row[2]);
    table.columns = parse_array(text_of(row[3]));
    table.heap_bytes = number_of(row[4]);
    table.toast_bytes = number_of(row[5]);
    table.heap_pages = table.heap_bytes / number_of(row[6]);
    table.splittable = heap && session.server_version_number() >= 140000;
    // Other access methods may keep rows elsewhere: 0 would say that there are none.
    if (!heap && table.heap_bytes == 0) table.heap_bytes = 1;
  }
  return tables;
}

Result<std::vector<DumpedRelation>> list_dumped_relations(PgSession& session) {
  const PgRows rows = TRY(session.query(
      fmt::format("SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                  "WHERE {} AND (c.relkind = 'S' OR {})",
                  kUserSchema, kExtensionConfiguration)));
  std::vector<DumpedRelation> relations;
  relations.reserve(rows.size());
  for (const PgRow& row : rows) relations.push_back({text_of(row[0]), text_of(row[1])});
  return relations;
}

Status check_readable(PgSession& session) {
  const std::string role = TRY(session.query_value("SELECT quote_ident(current_user)"));
  TRY(check_schemas(session, role));
  TRY(check_tables(session, role));
  TRY(check_row_level_security(session, role));
  return check_large_objects(session, role);
}

}  // namespace skyhold
