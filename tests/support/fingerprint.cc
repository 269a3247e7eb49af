#include "tests/support/fingerprint.h"

#include <stdexcept>

#include "tests/support/scratch_postgres.h"
#include "tests/support/shell.h"

namespace skyhold {
namespace {

std::string run_or_throw(const std::string& command) {
  const ShellOutcome outcome = run_shell("set -e\n" + command);
  if (outcome.exit_status != 0) throw std::runtime_error(command + "\n" + outcome.output);
  return outcome.output;
}

std::string program(const std::string& name) {
  return shell_word(ScratchPostgres::instance().program_directory() + "/" + name);
}

std::string psql(const std::string& database, const std::string& sql) {
  return run_or_throw(program("psql") + " -X -q -A -t -v ON_ERROR_STOP=1 -d " +
                      shell_word(ScratchPostgres::instance().url(database)) + " <<'SQL'\n" + sql + "\nSQL");
}

}  // namespace

std::string schema_text(const std::string& database) {
  // Comment lines hold the time and \restrict a random key.
  return run_or_throw(program("pg_dump") + " --schema-only -d " +
                      shell_word(ScratchPostgres::instance().url(database)) +
                      " | grep -v -e '^--' -e '^.restrict' -e '^.unrestrict' -e '^$'");
}

std::string content_text(const std::string& database) {
  return psql(database, R"SQL(
    SET search_path = ''; SET extra_float_digits = 3; SET row_security = off; SET timezone = 'UTC';
    SELECT pg_catalog.format(
      'SELECT %L, count(*), pg_catalog.md5(pg_catalog.string_agg(t::text, E''\n'' ORDER BY t::text COLLATE "C")) FROM ONLY %s t',
      c.oid::regclass, c.oid::regclass)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.relispopulated
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C" \gexec
    SELECT pg_catalog.format('SELECT %L, last_value, is_called FROM %s', c.oid::regclass, c.oid::regclass)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND c.relpersistence <> 't' ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C" \gexec
    SELECT 'large object', oid, md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid;
    SELECT 'not valid', conrelid::regclass, conname FROM pg_constraint WHERE NOT convalidated ORDER BY 2, 3;
    SELECT 'not valid', indexrelid::regclass FROM pg_index WHERE NOT indisvalid ORDER BY 2;
  )SQL");
}

std::string database_text(const std::string& database) {
  return psql(database, R"SQL(
    SELECT pg_encoding_to_char(encoding), datcollate, datctype, pg_get_userbyid(datdba), datconnlimit, datacl,
           shobj_description(oid, 'pg_database')
    FROM pg_database WHERE datname = current_database();
    SELECT setrole::regrole, setconfig FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1;
  )SQL");
}

}  // namespace skyhold
