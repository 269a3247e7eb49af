#include "operations/import/statement_gate.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

using Action = GateVerdict::Action;

Action action_of(std::string_view sql) {
  return StatementGate().judge(sql).action;
}

TEST(StatementGate, RunsWhatPgDumpWrites) {
  for (const std::string_view sql : {
           "SET client_encoding = 'UTF8'",
           "SET standard_conforming_strings = on",
           "SET check_function_bodies = false",
           "SET xmloption = content",
           "SET DateStyle = 'ISO, MDY'",
           "SET default_tablespace = ''",
           "SET default_table_access_method = heap",
           "SET search_path = public, pg_catalog",
           "SELECT pg_catalog.set_config('search_path', '', false)",
           "SELECT pg_catalog.setval('public.res_partner_id_seq', 42, true)",
           "SELECT pg_catalog.setval('alone', -3, false)",
           "SELECT pg_catalog.lo_create('4711')",
           "SELECT pg_catalog.lowrite(0, '\\x00ff')",
           "CREATE TABLE public.a (b integer DEFAULT nextval('s'::regclass))",
           "CREATE UNLOGGED TABLE a ()",
           "CREATE UNIQUE INDEX a ON b USING btree (c)",
           "CREATE OR REPLACE VIEW a AS SELECT 1",
           "CREATE MATERIALIZED VIEW a AS SELECT 1 WITH NO DATA",
           "CREATE CONSTRAINT TRIGGER a AFTER INSERT ON b FOR EACH ROW EXECUTE FUNCTION c()",
           "CREATE OPERATOR CLASS a FOR TYPE b USING btree AS STORAGE c",
           "CREATE TEXT SEARCH CONFIGURATION a (PARSER = b)",
           "CREATE FUNCTION f(language text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN END $$",
           "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT language FROM c; END",
           "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE 'sql'",
           "ALTER TABLE ONLY a ADD CONSTRAINT b PRIMARY KEY (id)",
           "ALTER SEQUENCE a OWNED BY b.c",
           "ALTER TABLE ONLY a ATTACH PARTITION b DEFAULT",
           "COMMENT ON TABLE a IS 'x'",
           "COMMENT ON LARGE OBJECT 1 IS 'x'",
           "INSERT INTO a VALUES (1, 'x')",
           "REFRESH MATERIALIZED VIEW a",
           "BEGIN",
           "COMMIT",
       }) {
    EXPECT_EQ(action_of(sql), Action::kRun) << sql;
  }
}

TEST(StatementGate, PassesOverWhatIsOfTheOldServer) {
  for (const std::string_view sql :
       {"SET statement_timeout = 0", "SET transaction_timeout = 0", "ALTER TABLE public.a OWNER TO odoo",
        "ALTER DATABASE x OWNER TO y", "GRANT ALL ON TABLE a TO PUBLIC",
        "REVOKE USAGE ON SCHEMA public FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON TABLES TO b",
        "CREATE PUBLICATION p FOR ALL TABLES", "COMMENT ON EXTENSION pg_trgm IS 'x'",
        "COMMENT ON SCHEMA public IS 'x'", "CREATE SCHEMA public", "DROP SCHEMA IF EXISTS public",
        "DROP EXTENSION IF EXISTS pg_trgm",
        "SELECT * FROM pg_catalog.pg_restore_relation_stats('version', '180000'::integer)",
        "SET default_tablespace = fast", "SECURITY LABEL ON TABLE a IS 'b'"}) {
    // Changing who owns a database is not ours to run either.
    const Action expected = sql.starts_with("ALTER DATABASE") ? Action::kRefuse : Action::kPassOver;
    EXPECT_EQ(action_of(sql), expected) << sql;
  }
}

TEST(StatementGate, RefusesAndNamesWhatPgDumpDoesNotWrite) {
  const std::pair<std::string_view, std::string_view> hostile[] = {
      {"COPY a FROM PROGRAM 'id'", "run a program"},
      {"COPY (SELECT (1)) TO PROGRAM 'id'", "run a program"},
      {"COPY a FROM '/etc/passwd'", "file"},
      {"COPY a TO '/tmp/x'", "file"},
      {"COPY a (b) FROM stdin WITH (FORMAT binary)", "file or a query"},
      {"ALTER SYSTEM SET archive_command = 'id'", "ALTER SYSTEM"},
      {"CREATE EXTENSION dblink", "\"dblink\""},
      {"CREATE EXTENSION pg_trgm CASCADE", "extension"},
      {"CREATE EXTENSION plpython3u", "plpython3u"},
      {"CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc.so.6', 'system'", "language c"},
      {"CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ $$", "plpython3u"},
      {"CREATE FUNCTION f() RETURNS int AS 'system' STABLE LANGUAGE \"internal\"", "internal"},
      {"CREATE TRUSTED LANGUAGE x", "programming language"},
      {"DO $$ BEGIN END $$", "(DO)"},
      {"SET SESSION AUTHORIZATION postgres", "another role"},
      {"SET ROLE postgres", "another role"},
      {"set local role postgres", "another role"},
      {"RESET SESSION AUTHORIZATION", "another role"},
      {"SET session_replication_role = replica", "session_replication_role"},
      {"CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION f()", "event trigger"},
      {"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION y", "subscription"},
      {"CREATE FOREIGN TABLE t () SERVER s", "outside"},
      {"CREATE SERVER s FOREIGN DATA WRAPPER w", "outside"},
      {"CREATE USER MAPPING FOR x SERVER s", "outside"},
      {"CREATE ROLE x SUPERUSER", "role"},
      {"ALTER ROLE CURRENT_USER SET x = y", "role"},
      {"CREATE DATABASE x", "database"},
      {"SELECT pg_read_file('/etc/passwd')", "query"},
      {"SELECT pg_catalog.setval('a', (SELECT 1))", "query"},
      {"SELECT pg_catalog.set_config('role', 'postgres', false)", "query"},
      {"SELECT pg_catalog.setval('a', 1), pg_catalog.pg_sleep(9)", "query"},
      {"SELECT 1", "query"},
      {"SET client_encoding = 'SJIS'", "quotes cannot be told"},
      {"SET search_path = (SELECT 1)", "sets something"},
      {"SET standard_conforming_strings = maybe", "does not write"},
      {"CALL p()", "procedure"},
      {"LOAD 'x'", "library"},
      {"TRUNCATE a", "empties"},
      {"UPDATE pg_catalog.pg_proc SET prolang = 12", "does not write"},
      {"VALUES (1)", "does not write"},
      {"CREATE TEMP TABLE a ()", "does not write"},
      {"CREATE ACCESS METHOD a TYPE TABLE HANDLER b", "does not write"},
      {"BEGIN ISOLATION LEVEL SERIALIZABLE", "does not write"},
      {"SELECT 'unterminated", "does not write"},
  };
  for (const auto& [sql, words] : hostile) {
    const GateVerdict verdict = StatementGate().judge(sql);
    EXPECT_EQ(verdict.action, Action::kRefuse) << sql;
    EXPECT_NE(verdict.words.find(words), std::string::npos) << sql << ": " << verdict.words;
    EXPECT_FALSE(verdict.code.empty());
  }
}

TEST(StatementGate, PutsACopyTogetherAnew) {
  const GateVerdict verdict = StatementGate().judge(R"(COPY "Odd S".t ("a;b", program) FROM stdin)");
  ASSERT_EQ(verdict.action, Action::kCopy);
  EXPECT_EQ(verdict.sql, R"(COPY "Odd S".t ("a;b", program) FROM STDIN)");
  EXPECT_EQ(action_of("COPY public.none  FROM stdin"), Action::kCopy);
}

TEST(StatementGate, KnowsTheUsualExtensionsAndThoseThatAreAllowedBeside) {
  const GateVerdict trigrams =
      StatementGate().judge("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA extra");
  ASSERT_EQ(trigrams.action, Action::kExtension);
  EXPECT_EQ(trigrams.extension + "/" + trigrams.schema, "pg_trgm/extra");
  EXPECT_EQ(action_of("CREATE EXTENSION postgis"), Action::kRefuse);
  EXPECT_EQ(StatementGate({"postgis"}).judge("CREATE EXTENSION postgis").action, Action::kExtension);
  EXPECT_EQ(action_of("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\""), Action::kExtension);
}

}  // namespace
}  // namespace skyhold
