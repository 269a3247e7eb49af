#include "capture/database_facts.h"

#include <charconv>

#include <fmt/format.h>

#include "capture/pg_text.h"

namespace skyhold {
namespace {

// The expressions over pg_database (d) that differ between server versions.
struct LocaleColumns {
  std::string_view provider = "'c'";
  std::string_view locale = "NULL";
  std::string_view icu_rules = "NULL";
};

LocaleColumns locale_columns(int server_version_number) {
  LocaleColumns columns;
  if (server_version_number >= 150000) {
    columns.provider = "d.datlocprovider";
    columns.locale = "d.daticulocale";
  }
  if (server_version_number >= 160000) columns.icu_rules = "d.daticurules";
  if (server_version_number >= 170000) columns.locale = "d.datlocale";
  return columns;
}

std::string provider_name(std::string_view letter) {
  if (letter == "i") return "icu";
  if (letter == "b") return "builtin";
  return "libc";
}

Status read_database_row(PgSession& session, DatabaseFacts& facts) {
  const LocaleColumns locale = locale_columns(session.server_version_number());
  const PgRows rows = TRY(session.query(fmt::format(
      "SELECT d.datname, pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, {}, {}, {}, "
      "pg_get_userbyid(d.datdba), shobj_description(d.oid, 'pg_database'), d.datacl::text[], d.datconnlimit, "
      "pg_database_size(d.oid) FROM pg_database d WHERE d.datname = current_database()",
      locale.provider, locale.locale, locale.icu_rules)));
  const PgRow& row = rows.at(0);
  facts.name = text_of(row[0]);
  facts.encoding = text_of(row[1]);
  facts.collate = text_of(row[2]);
  facts.ctype = text_of(row[3]);
  facts.locale_provider = provider_name(text_of(row[4]));
  facts.locale = text_of(row[5]);
  facts.icu_rules = text_of(row[6]);
  facts.owner = text_of(row[7]);
  facts.comment = text_of(row[8]);
  facts.acl = parse_array(text_of(row[9]));
  const std::string limit = text_of(row[10]);
  std::from_chars(limit.data(), limit.data() + limit.size(), facts.connection_limit);
  facts.size_bytes = number_of(row[11]);
  return {};
}

Status read_settings(PgSession& session, DatabaseFacts& facts) {
  const PgRows rows = TRY(session.query(
      "SELECT coalesce(r.rolname, ''), split_part(item, '=', 1), substr(item, strpos(item, '=') + 1) "
      "FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) WITH "
      "ORDINALITY "
      "AS u (item, place) WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = "
      "current_database()) "
      "ORDER BY 1, place"));
  for (const PgRow& row : rows) facts.settings.push_back({text_of(row[0]), text_of(row[1]), text_of(row[2])});
  return {};
}

Status read_extensions(PgSession& session, DatabaseFacts& facts) {
  const PgRows rows =
      TRY(session.query("SELECT e.extname, e.extversion, n.nspname FROM pg_extension e "
                        "JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1"));
  for (const PgRow& row : rows)
    facts.extensions.push_back({text_of(row[0]), text_of(row[1]), text_of(row[2])});
  return {};
}

// pg_shdepend knows every role that an object of this database refers to, the bootstrap
// superuser aside, which is pinned and leaves no trace there: its objects are looked up.
Status read_roles(PgSession& session, DatabaseFacts& facts) {
  constexpr std::string_view kFirstUserOid = "16384";
  const PgRows rows = TRY(session.query(fmt::format(
      "WITH this AS (SELECT * FROM pg_database WHERE datname = current_database()), used AS ("
      "SELECT s.refobjid AS oid FROM pg_shdepend s, this WHERE s.refclassid = 'pg_authid'::regclass "
      "AND (s.dbid = this.oid OR (s.classid = 'pg_database'::regclass AND s.objid = this.oid)) "
      "UNION SELECT datdba FROM this "
      "UNION SELECT a.grantee FROM this, aclexplode(this.datacl) a "
      "UNION SELECT s.setrole FROM pg_db_role_setting s, this WHERE s.setdatabase = this.oid "
      "UNION SELECT relowner FROM pg_class WHERE oid >= {0} UNION SELECT nspowner FROM pg_namespace WHERE "
      "oid >= {0} "
      "UNION SELECT proowner FROM pg_proc WHERE oid >= {0} UNION SELECT typowner FROM pg_type WHERE oid >= "
      "{0}) "
      "SELECT r.rolname FROM pg_roles r WHERE r.oid IN (SELECT oid FROM used) ORDER BY r.rolname COLLATE "
      "\"C\"",
      kFirstUserOid)));
  for (const PgRow& row : rows) facts.roles.push_back(text_of(row[0]));
  return {};
}

Status read_counts(PgSession& session, DatabaseFacts& facts) {
  const PgRows rows = TRY(session.query(
      "SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind "
      "= 'S' "
      "AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
      "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid "
      "AND d.deptype = 'e')), (SELECT count(*) FROM pg_largeobject_metadata)"));
  facts.sequences = number_of(rows.at(0)[0]);
  facts.large_objects = number_of(rows.at(0)[1]);
  return {};
}

}  // namespace

Result<DatabaseFacts> read_database_facts(PgSession& session) {
  DatabaseFacts facts;
  facts.server_version_number = session.server_version_number();
  facts.server_version = TRY(session.query_value("SELECT current_setting('server_version')"));
  TRY(read_database_row(session, facts));
  TRY(read_settings(session, facts));
  TRY(read_extensions(session, facts));
  TRY(read_roles(session, facts));
  TRY(read_counts(session, facts));
  return facts;
}

}  // namespace skyhold
