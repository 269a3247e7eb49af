// What comes in to do harm: it is named, and nothing of it happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "operations/import/import_test_support.h"
#include "tests/support/odoo_database.h"

namespace skyhold {
namespace {

using import_test::plain_dump;
using import_test::TryImport;
using import_test::zip_of;
using testing::HasSubstr;

// A server, and a file that hostile SQL is to write.
class HostileImport : public testing::Test {
 protected:
  void SetUp() override { before_ = import_test::server_state(); }
  void TearDown() override {
    EXPECT_EQ(import_test::server_state(), before_) << "roles, databases and settings are as they were";
    EXPECT_FALSE(std::filesystem::exists(canary())) << "nothing was run and nothing was written";
  }
  [[nodiscard]] std::string canary() const { return (scratch_ / "canary").string(); }

  void expect_refused(const std::string& bytes, const std::string& code, const std::string& words) {
    SCOPED_TRACE(code + ": " + words);
    TryImport attempt(bytes);
    EXPECT_FALSE(attempt.load());
    EXPECT_THAT(to_string(attempt.error), HasSubstr(words));
    EXPECT_NE(attempt.report.find(code), nullptr) << attempt.found();
    EXPECT_TRUE(attempt.report.has(ImportSeverity::kRefused));
    EXPECT_FALSE(attempt.report.complete);
  }

  ScratchDirectory scratch_;
  std::string before_;
};

TEST_F(HostileImport, MetaCommandsWhereverTheyStand) {
  for (const std::string& line : std::vector<std::string>{
           "\\! touch " + canary(), "\\copy t from program 'touch " + canary() + "'", "\\connect postgres",
           "\\unrestrict abc", "SELECT 1 \\g |touch " + canary(), "\\restrict a\n\\unrestrict b"}) {
    expect_refused(plain_dump("CREATE TABLE public.t (id int);\n" + line + "\n"), "meta_command",
                   "meta-command");
  }
  // What looks like one inside of rows and strings is none.
  TryImport harmless(plain_dump(
      "CREATE TABLE public.t (id text DEFAULT '\\! x');\nCOPY public.t FROM stdin;\n\\\\! touch\n\\.\n"));
  EXPECT_TRUE(harmless.load()) << to_string(harmless.error);
}

TEST_F(HostileImport, StatementsThatPgDumpDoesNotWrite) {
  const std::string table = "CREATE TABLE public.t (id text);\n";
  expect_refused(plain_dump(table + "COPY public.t FROM PROGRAM 'touch " + canary() + "';"), "statement",
                 "run a program");
  expect_refused(plain_dump("ALTER SYSTEM SET work_mem = '1GB';"), "statement", "ALTER SYSTEM");
  expect_refused(plain_dump("SET SESSION AUTHORIZATION postgres;"), "statement", "another role");
  expect_refused(plain_dump("SELECT pg_catalog.set_config('role', 'postgres', false);"), "statement",
                 "function");
  expect_refused(plain_dump("DO $$ BEGIN PERFORM 1; END $$;"), "statement", "block of code");
  expect_refused(plain_dump("CREATE EXTENSION dblink;"), "extension", "dblink");
  expect_refused(plain_dump("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc.so.6', 'system';"),
                 "language", "language c");
  expect_refused(
      plain_dump("CREATE FUNCTION public.f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;\n"
                 "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION public.f();"),
      "statement", "event trigger");
}

// The gate lets code of the dump through: CHECKs, indexes, generated columns. It runs, as a role that can do
// nothing.
TEST_F(HostileImport, CodeThatRunsWhileItIsLoadedCannotDoAnything) {
  const std::vector<std::string> attempts = {
      "COPY (SELECT 1) TO PROGRAM 'touch " + canary() + "'",
      "COPY (SELECT 1) TO '" + canary() + "'",
      "ALTER SYSTEM SET work_mem = '1GB'",
      "CREATE ROLE intruder",
      "SET ROLE postgres",
      "SET SESSION AUTHORIZATION postgres",
      "CREATE EXTENSION dblink",
      "CREATE EXTENSION file_fdw",
      "SELECT lo_export(lo_from_bytea(0, 'x'), '" + canary() + "')",
      "SELECT pg_read_file('/etc/passwd')",
      "SELECT pg_reload_conf()",
      "ALTER DATABASE postgres SET search_path = x",
      "ALTER DATABASE postgres OWNER TO CURRENT_USER",
      "ALTER ROLE CURRENT_USER SUPERUSER",
      "ALTER ROLE postgres SET search_path = x",
      "GRANT postgres TO CURRENT_USER",
      "GRANT pg_execute_server_program TO CURRENT_USER",
      "UPDATE pg_catalog.pg_authid SET rolsuper = true",
      "CREATE TABLESPACE t LOCATION '/tmp'",
      "SELECT pg_create_physical_replication_slot('x')",
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'"};
  std::string body;
  for (const std::string& each : attempts) {
    body += "BEGIN EXECUTE $try$" + each + "$try$; EXCEPTION WHEN OTHERS THEN NULL; END; ";
  }
  const auto runs = [](const std::string& code) {
    return plain_dump("CREATE FUNCTION public.evil(x int) RETURNS int LANGUAGE plpgsql AS $evil$ BEGIN " +
                      code +
                      " RETURN x; END $evil$;\nCREATE TABLE public.t (id int CHECK (public.evil(id) > 0));\n"
                      "COPY public.t (id) FROM stdin;\n1\n\\.\n");
  };
  TryImport attempt(runs(body));
  EXPECT_TRUE(attempt.load()) << to_string(attempt.error);
  EXPECT_NE(attempt.report.find("runs_on_restore"), nullptr) << attempt.found();
  attempt.import.reset();
  expect_refused(runs("EXECUTE '"
                      "SET ROLE postgres"
                      "';"),
                 "failed_statement", "permission denied");
}

TEST_F(HostileImport, FunctionsThatWouldRunAsSomeoneElseLaterAreNamed) {
  TryImport attempt(
      plain_dump("CREATE FUNCTION public.trap() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ "
                 "BEGIN RETURN NEW; END $$;\n"
                 "ALTER FUNCTION public.trap() OWNER TO postgres;\n"
                 "CREATE FUNCTION public.sleeper(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN "
                 "RETURN x; END $$;\n"
                 "CREATE TABLE public.t (id int);\nCREATE INDEX ON public.t (public.sleeper(id));"));
  ASSERT_TRUE(attempt.load()) << to_string(attempt.error);
  ASSERT_NE(attempt.report.find("runs_as_owner"), nullptr) << attempt.found();
  EXPECT_THAT(attempt.report.find("runs_as_owner")->examples, testing::ElementsAre("public.trap()"));
  EXPECT_THAT(attempt.report.find("runs_on_restore")->examples,
              testing::ElementsAre("public.sleeper(integer)"));
  EXPECT_EQ(attempt.count("owners"), 1U);
  const std::string owner =
      ScratchPostgres::instance().query_value(attempt.database(),
                                              "SELECT string_agg(DISTINCT proowner::regrole::text, ',') FROM "
                                              "pg_proc WHERE proname IN ('trap', 'sleeper')");
  EXPECT_EQ(owner, attempt.database()) << "all belongs to the import's own role";
}

TEST_F(HostileImport, LimitsOnTimeSizeAndStatements) {
  const auto runs = [](const std::string& body) {
    return plain_dump(
        "CREATE FUNCTION public.f(x int) RETURNS int LANGUAGE plpgsql AS $f$ BEGIN " + body +
        " RETURN x; END $f$;\nCREATE TABLE public.t (id int CHECK (public.f(id) > 0), x text);\n"
        "INSERT INTO public.t VALUES (1);");
  };
  {
    TryImport attempt(runs("PERFORM pg_sleep(60);"));
    attempt.request.limits.statement_time = std::chrono::seconds(1);
    EXPECT_FALSE(attempt.load());
  }
  {
    // A function may catch the end of a statement, but not that of its session.
    TryImport attempt(
        runs("LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP;"));
    attempt.request.limits.statement_time = std::chrono::seconds(1);
    attempt.request.limits.load_time = std::chrono::seconds(2);
    EXPECT_FALSE(attempt.load());
    EXPECT_THAT(attempt.error.message, HasSubstr("longer than"));
    EXPECT_EQ(attempt.count("too_long"), 1U) << attempt.found();
  }
  {
    TryImport attempt(plain_dump(
        "CREATE TABLE public.t AS SELECT repeat(md5(n::text), 30) AS x FROM generate_series(1, 2000000) n;"));
    attempt.request.limits.max_database_bytes = std::uint64_t{30} << 20;
    EXPECT_FALSE(attempt.load());
    EXPECT_EQ(attempt.error.code, ErrorCode::kNoSpace) << to_string(attempt.error);
    EXPECT_NE(attempt.report.find("too_large"), nullptr) << attempt.found();
  }
  {
    TryImport attempt(plain_dump("INSERT INTO public.t VALUES ('" + std::string(3'000'000, 'x') + "');"));
    attempt.request.limits.max_statement_bytes = 1'000'000;
    EXPECT_FALSE(attempt.load());
    EXPECT_THAT(attempt.error.message, HasSubstr("longer than"));
  }
  {
    TryImport attempt(plain_dump("SELECT pg_catalog.setval('x', 1);"));
    attempt.cancel.cancel();
    EXPECT_FALSE(attempt.load());
    EXPECT_EQ(attempt.error.code, ErrorCode::kCancelled);
  }
}

TEST_F(HostileImport, ArchivesThatLie) {
  const std::string dump = plain_dump("CREATE TABLE public.t (id int);");
  expect_refused(zip_of({{"dump.sql", dump}, {"filestore/../../" + canary(), "x"}}), "broken_archive", "..");
  expect_refused(zip_of({{"dump.sql", dump}, {"dump.sql", dump}}), "broken_archive", "dump.sql");
  expect_refused(zip_of({{"readme.txt", dump}}), "no_dump", "no dump");
  expect_refused("<html><body>502</body></html>", "unknown_format", "HTML");
  expect_refused("", "unknown_format", "");
  expect_refused(zip_of({{"dump.sql", "<html>failed</html>"}}), "unknown_format", "HTML");
  expect_refused(std::string("PGDMP\x01\x0e\x00\x04\x08\x01garbage", 18), "broken_archive", "");
}

TEST_F(HostileImport, WhatADeadImportLeftIsGoneWithTheNext) {
  ScratchPostgres& server = ScratchPostgres::instance();
  const std::string name = "skyhold_import_00112233aabbccdd";
  server.execute("postgres", "CREATE ROLE " + name + " LOGIN");
  server.create_database(name, "CREATE TABLE t ()", "OWNER " + name);
  // Names that only look alike are not ours.
  server.execute("postgres", "CREATE ROLE skyhold_import_of_mine");
  TryImport attempt(plain_dump(""));
  EXPECT_TRUE(attempt.load()) << to_string(attempt.error);
  EXPECT_EQ(server.query_value("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = '" + name + "'"),
            "0");
  // One that lives is left alone.
  TryImport other(plain_dump(""));
  EXPECT_TRUE(other.load());
  EXPECT_EQ(
      server.query_value("postgres", "SELECT count(*) FROM pg_database WHERE datname ~ '^skyhold_import_'"),
      "2");
  EXPECT_TRUE(attempt.inspect());
  server.execute("postgres", "DROP ROLE skyhold_import_of_mine");
}

class OdooArchive : public HostileImport {
 protected:
  // A zip as Odoo makes it, of the small Odoo database and these files.
  static std::string odoo_dump(const std::string& attachments) {
    const ScratchDatabase source("import_odoo",
                                 std::string(kOdooDatabaseSql) +
                                     "CREATE TABLE public.ir_attachment (id serial PRIMARY KEY, store_fname "
                                     "varchar, file_size int);" +
                                     attachments);
    return import_test::pg_dump(source.name(), "--no-owner");
  }
  static std::string attachment(const std::string& name) {
    return "INSERT INTO public.ir_attachment (store_fname, file_size) VALUES ('" + name + "', 1);";
  }
};

TEST_F(OdooArchive, IsReadInOneGoAndItsFilesAreCompared) {
  const std::string kept = import_test::sha1_name("kept");
  const std::string absent = import_test::sha1_name("absent");
  const std::string damaged = import_test::sha1_name("as it was");
  const std::string dump = odoo_dump(attachment(kept) + attachment(absent) + attachment(damaged));
  const std::string manifest =
      R"({"odoo_dump": "1", "db_name": "shop", "version": "17.0", "pg_version": "14.0", "modules": {"base": "17.0.1.3", "sale": "17.0.1.0"}})";
  TryImport attempt(zip_of({{"dump.sql", dump},
                            {"manifest.json", manifest},
                            {"filestore/" + kept, "kept"},
                            {"filestore/" + damaged, "as it is"},
                            {"filestore/checklist/" + kept, ""},
                            {"filestore/" + import_test::sha1_name("spare"), "spare"},
                            {"notes.txt", "?"}}));
  attempt.request.odoo_version = "18.0";
  std::filesystem::create_directories(scratch_ / "addons/base");
  attempt.request.addons_paths = {scratch_ / "addons"};
  ASSERT_TRUE(attempt.load()) << to_string(attempt.error);
  ASSERT_TRUE(attempt.inspect());
  EXPECT_EQ(attempt.opened, 1);
  const ImportReport& report = attempt.report;
  EXPECT_EQ(report.odoo_version, "17.0");
  EXPECT_EQ(report.database, "shop");
  EXPECT_EQ(report.files, 1U);
  EXPECT_EQ(attempt.count("missing_files"), 2U) << attempt.found();
  EXPECT_EQ(attempt.count("unneeded_files"), 1U);
  EXPECT_EQ(attempt.count("other_entries"), 1U);
  EXPECT_EQ(attempt.count("odoo_version"), 1U);
  // 7 modules are installed or to be upgraded, of which the path has base alone.
  EXPECT_EQ(attempt.count("missing_modules"), 6U);
  EXPECT_EQ(attempt.count("modules_differ"), 1U);
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.findings.front().severity, ImportSeverity::kWarning);
  EXPECT_FALSE(refuse_warnings(report));
}

TEST_F(OdooArchive, WithFilesBeforeTheDumpIsReadTwice) {
  const std::string kept = import_test::sha1_name("kept");
  const std::string zip = zip_of({{"filestore/" + kept, "kept"}, {"dump.sql", odoo_dump(attachment(kept))}});
  TryImport attempt(zip);
  ASSERT_TRUE(attempt.load()) << to_string(attempt.error);
  ASSERT_TRUE(attempt.inspect());
  EXPECT_EQ(attempt.opened, 2);
  EXPECT_EQ(attempt.report.files, 1U);
  TryImport stream(zip);
  stream.request.can_open_again = false;
  EXPECT_FALSE(stream.load());
  EXPECT_THAT(stream.error.hint, HasSubstr("standard input"));
}

TEST_F(OdooArchive, CutOffInsideAFileIsRefusedByItsReport) {
  std::string content;
  for (int i = 0; i < 20'000; ++i) content += std::to_string(i * 7919);
  const std::string name = import_test::sha1_name(content);
  std::string zip = zip_of({{"dump.sql", odoo_dump(attachment(name))}, {"filestore/" + name, content}});
  zip.resize(zip.size() - 10'000);
  TryImport attempt(zip);
  ASSERT_TRUE(attempt.load()) << to_string(attempt.error);
  EXPECT_FALSE(attempt.inspect());
  const ImportFinding* finding = attempt.report.find("broken_archive");
  ASSERT_NE(finding, nullptr) << attempt.found();
  EXPECT_EQ(finding->severity, ImportSeverity::kRefused);
  EXPECT_THAT(finding->words, HasSubstr("cut off"));
  EXPECT_FALSE(attempt.report.complete);
}

TEST_F(OdooArchive, WithoutAFilestoreSaysHowManyFilesTheDatabaseNeeds) {
  TryImport attempt(zip_of({{"dump.sql", odoo_dump(attachment(import_test::sha1_name("x")))}}));
  ASSERT_TRUE(attempt.load()) << to_string(attempt.error);
  EXPECT_EQ(attempt.import->files(), nullptr);
  EXPECT_EQ(attempt.count("no_filestore"), 1U);
}

}  // namespace
}  // namespace skyhold
