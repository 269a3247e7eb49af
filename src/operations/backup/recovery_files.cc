#include "operations/backup/recovery_files.h"

#include <fmt/format.h>

#include "capture/database_capture.h"

namespace skyhold {
namespace {

// 'it'\''s': one shell word, whatever the text holds.
std::string shell_quote(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out.push_back(c);
    }
  }
  return out + "'";
}

std::string create_database_clause(const DatabaseFacts& facts) {
  std::string clause = fmt::format("TEMPLATE template0 ENCODING {}", quote_literal(facts.encoding));
  if (!facts.collate.empty()) clause += fmt::format(" LC_COLLATE {}", quote_literal(facts.collate));
  if (!facts.ctype.empty()) clause += fmt::format(" LC_CTYPE {}", quote_literal(facts.ctype));
  if (facts.server_version_number >= 150000)
    clause += fmt::format(" LOCALE_PROVIDER {}", facts.locale_provider);
  if (facts.locale_provider == "icu") clause += fmt::format(" ICU_LOCALE {}", quote_literal(facts.locale));
  if (facts.locale_provider == "builtin")
    clause += fmt::format(" BUILTIN_LOCALE {}", quote_literal(facts.locale));
  if (!facts.icu_rules.empty()) clause += fmt::format(" ICU_RULES {}", quote_literal(facts.icu_rules));
  return clause;
}

std::string table_lines(const Manifest& manifest) {
  std::string lines;
  for (const TableEntry& table : manifest.tables) {
    if (table.parts.empty()) continue;
    lines += "table " + shell_quote(copy_in_sql(table));
    for (const TablePart& part : table.parts) lines += " " + shell_quote(part.path);
    lines += "\n";
  }
  return lines;
}

std::string roles_list(const DatabaseFacts& facts) {
  std::string list;
  for (const std::string& role : facts.roles) list += (list.empty() ? "" : ", ") + quote_literal(role);
  return list.empty() ? "NULL" : list;
}

// Settings lists hold their elements quoted already; every other value is one literal.
std::string setting_value(const DatabaseSetting& setting) {
  static constexpr std::string_view kLists[] = {"search_path",
                                                "temp_tablespaces",
                                                "session_preload_libraries",
                                                "local_preload_libraries",
                                                "shared_preload_libraries",
                                                "unix_socket_directories"};
  for (std::string_view list : kLists) {
    if (setting.name == list) return setting.value;
  }
  return quote_literal(setting.value);
}

// What the database itself has beside its content. psql puts its name in the place of :"name".
std::string database_statements(const DatabaseFacts& facts) {
  std::string sql;
  for (const DatabaseSetting& setting : facts.settings) {
    if (!setting.role.empty()) continue;
    sql += fmt::format("ALTER DATABASE :\"name\" SET {} TO {};\n", quote_identifier(setting.name),
                       setting_value(setting));
  }
  if (!facts.comment.empty())
    sql += fmt::format("COMMENT ON DATABASE :\"name\" IS {};\n", quote_literal(facts.comment));
  if (facts.connection_limit >= 0)
    sql += fmt::format("ALTER DATABASE :\"name\" CONNECTION LIMIT {};\n", facts.connection_limit);
  return sql;
}

std::string owner_statement(const DatabaseFacts& facts) {
  return fmt::format("ALTER DATABASE :\"name\" OWNER TO {};", quote_identifier(facts.owner));
}

constexpr std::string_view kScriptHead = R"SH(#!/bin/sh
# Recovers this backup with pg_restore and psql alone. Run it where `restic restore` put it:
#
#   ./restore.sh DATABASE [FILESTORE_DIRECTORY]
#
# DATABASE must not exist. Server, user and password come from PGHOST, PGPORT, PGUSER,
# PGPASSFILE, as for psql. Stops at the first error.
set -eu
cd "$(dirname "$0")"
[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
database=$1
filestore=${2:-}
if [ -n "$filestore" ] && [ -e "$filestore" ]; then
  echo "restore.sh: $filestore exists; name a directory that does not" >&2
  exit 1
fi

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
)SH";

constexpr std::string_view kScriptLoad = R"SH(
# Owners and rights are kept by a superuser, when all their roles exist here.
owners=
if [ "$superuser" != on ]; then
  owners='--no-owner --no-acl'
  echo "restore.sh: everything will belong to the connected role: only a superuser keeps owners and rights"
elif [ -n "$missing_roles" ]; then
  owners='--no-owner --no-acl'
  echo "restore.sh: everything will belong to the connected role: this server lacks $missing_roles"
fi
restore() { pg_restore --exit-on-error $owners -d "$database" "$@"; }

echo "restore.sh: before the data"
restore --section=pre-data database/schema.dump

# One psql reads all rows: a COPY statement, the rows as they lie in the files, and \.
echo "restore.sh: rows"
# A file that cannot be read ends the rows with a marker that the server refuses: the exit
# status of a command inside a pipe would be lost.
table() {
  printf '%s;\n' "$1"
  shift
  cat "$@" || echo '\.broken'
  printf '\\.\n'
}
tables() {
  printf "SET client_encoding = '%s';\n" "$encoding"
  # The rows were written under these settings; others would read money, intervals or
  # dates differently.
  cat <<'SQL'
SET search_path = '';
SET row_security = off;
SET statement_timeout = 0;
SET synchronous_commit = off;
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = 'postgres';
SET lc_monetary = 'C';
SET array_nulls = on;
SET xmloption = 'content';
SQL
)SH";

constexpr std::string_view kScriptTail = R"SH(}
tables | sql -d "$database" >/dev/null
restore --section=data database/rest.dump

# Odoo marks unaccent() as IMMUTABLE, for its indexes. No dump keeps that mark.
if pg_restore --section=post-data --file=- database/schema.dump | grep -q 'unaccent('; then
  sql -d "$database" <<'SQL' || { echo "restore.sh: a superuser has to run this, for unaccent()" >&2; exit 1; }
SELECT 'ALTER FUNCTION ' || p.oid::regprocedure || ' IMMUTABLE' FROM pg_proc p JOIN pg_depend d
ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid
WHERE e.extname = 'unaccent' AND p.proname = 'unaccent' AND p.pronargs = 1 AND p.provolatile <> 'i' \gexec
SQL
fi

echo "restore.sh: after the data"
restore --section=post-data database/schema.dump
on_database() { printf '%s\n' "$1" | sql -d "$database" -v name="$database"; }
)SH";

constexpr std::string_view kScriptFiles = R"SH(
if [ -n "$filestore" ]; then
  echo "restore.sh: files"
  mkdir -p "$filestore"
  if [ -d filestore ]; then cp -a filestore/. "$filestore"/; fi
fi
sql -d "$database" -c ANALYZE
echo "restore.sh: done"
)SH";

}  // namespace

std::string recovery_script(const Manifest& manifest) {
  const DatabaseFacts& facts = manifest.database;
  std::string script(kScriptHead);
  script += fmt::format("encoding={}\n", shell_quote(facts.encoding));
  script += "sql -d postgres -v name=\"$database\" <<'SQL'\nCREATE DATABASE :\"name\" " +
            create_database_clause(facts) + ";\nSQL\n";
  script += "superuser=$(sql -d postgres -c 'SHOW is_superuser')\n";
  script +=
      "missing_roles=$(sql -d postgres <<'SQL'\nSELECT string_agg(role, ', ') FROM unnest(ARRAY[" +
      roles_list(facts) +
      "]::text[]) role WHERE role IS NOT NULL AND role NOT IN (SELECT rolname FROM pg_roles);\nSQL\n)\n";
  script += kScriptLoad;
  script += table_lines(manifest);
  script += kScriptTail;
  script += fmt::format("on_database {}\n", shell_quote(database_statements(facts)));
  if (!facts.owner.empty()) {
    script += fmt::format("[ -n \"$owners\" ] || on_database {}\n", shell_quote(owner_statement(facts)));
  }
  script += kScriptFiles;
  return script;
}

std::string recovery_readme(const Manifest& manifest) {
  return fmt::format(
      R"(This is a backup of branch "{branch}" of project "{project}", taken by Skyhold {version}
at {time} from PostgreSQL {server}.

To recover it without Skyhold you need restic (0.14 or later), the PostgreSQL client programs
(version {major} or later) and the repository's password: the recovery kit's, or what
`skyhold repo password` prints.

  restic -r REPOSITORY restore {example} --target DIRECTORY
  cd DIRECTORY
  ./restore.sh NEW_DATABASE NEW_FILESTORE_DIRECTORY

What lies here:
  manifest.json             what this backup holds: every table with its rows, bytes and
                            SHA-256, every file, and what was missing at the source
  database/schema.dump      pg_dump -Fc, sections pre-data and post-data
  database/tables/*.copy    the rows of one table each, as COPY text
  database/tables/*/*.copy  the parts of a large one
  database/rest.dump        pg_dump -Fc, section data, of everything else: sequences, large
                            objects, configuration tables of extensions
  filestore/                Odoo's files, each named by the SHA-1 of its content
  restore.sh                puts them together
)",
      fmt::arg("branch", manifest.branch), fmt::arg("project", manifest.project),
      fmt::arg("version", manifest.skyhold_version), fmt::arg("time", format_rfc3339(manifest.point_in_time)),
      fmt::arg("server", manifest.database.server_version),
      fmt::arg("major", manifest.database.server_version_number / 10000), fmt::arg("example", "SNAPSHOT"));
}

}  // namespace skyhold
