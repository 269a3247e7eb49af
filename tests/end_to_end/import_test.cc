// Import through the program: what others made becomes a backup that restores equal.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fingerprint.h"
#include "tests/support/odoo_database.h"
#include "tests/support/program.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

ScratchPostgres& server() {
  return ScratchPostgres::instance();
}
std::string program(const std::string& name) {
  return shell_word(server().program_directory() + "/" + name);
}
std::string url(const std::string& database) {
  return shell_word(server().url(database));
}
std::string leftovers() {
  return server().query_value("postgres",
                              "SELECT count(*) FROM (SELECT rolname FROM pg_roles UNION ALL SELECT datname "
                              "FROM pg_database) AS n (name) WHERE name ~ '^skyhold_import_'");
}

// They are left behind on purpose.
std::string without_privileges(const std::string& schema) {
  std::istringstream lines(schema);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("GRANT ") && !line.starts_with("REVOKE ")) kept += line + "\n";
  }
  return kept;
}

class ImportProgram : public testing::Test {
 protected:
  ImportProgram() { EXPECT_EQ(program_.init().exit_status, 0); }
  [[nodiscard]] ShellOutcome import(const std::string& file, const std::string& more = {}) const {
    return program_.repo("import", shell_word(file) + program_.all_copies() +
                                       " --project shop --branch production --database " + url("postgres") +
                                       " " + more);
  }
  SkyholdProgram program_{2};
};

// The backup that a real Odoo 17 has made, against the same loaded with psql.
TEST_F(ImportProgram, ARealOdooZipComesInEqual) {
  const std::string fixture = std::string(SKYHOLD_FIXTURES) + "/odoo17.zip";
  if (!std::filesystem::exists(fixture)) GTEST_SKIP() << "no " << fixture;
  const ScratchDirectory scratch;
  const auto unpacked = run_shell("cd " + shell_word(scratch.path()) + " && python3 -m zipfile -e " +
                                  shell_word(fixture) + " .");
  ASSERT_EQ(unpacked.exit_status, 0) << unpacked.output;
  const ScratchDatabase direct("import_direct", "", "TEMPLATE template0 LC_COLLATE 'C'");
  const auto loaded = run_shell(program("psql") + " -X -q -o /dev/null -v ON_ERROR_STOP=1 -d " +
                                url(direct.name()) + " < " + shell_word(scratch / "dump.sql"));
  ASSERT_EQ(loaded.exit_status, 0) << loaded.output;

  const auto imported = import(fixture, "--odoo-version 17.0");
  ASSERT_EQ(imported.exit_status, 0) << imported.output;
  EXPECT_THAT(imported.output, HasSubstr("Odoo     17.0, 145 modules"));
  const ScratchDatabase restored("import_restored");
  server().drop_database(restored.name());
  const auto back = program_.restore(restored.name(), "--filestore " + shell_word(scratch / "restored"));
  ASSERT_EQ(back.exit_status, 0) << back.output;
  EXPECT_EQ(content_text(restored.name()), content_text(direct.name()));
  EXPECT_EQ(without_privileges(schema_text(restored.name())), without_privileges(schema_text(direct.name())));
  const auto files = run_shell("cd " + shell_word(scratch.path()) +
                               " && rm -rf filestore/checklist && diff -r filestore restored");
  EXPECT_EQ(files.exit_status, 0) << files.output;
  EXPECT_EQ(leftovers(), "0");
}

TEST_F(ImportProgram, FromStandardInputWithANote) {
  const ScratchDatabase source("import_piped",
                               "CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 99)");
  const auto piped =
      run_shell(program("pg_dump") + " -Fc -d " + url(source.name()) + " | " + SkyholdProgram::path() +
                " repo import - " + program_.all_copies() +
                " --project shop --branch production --json --note 'by pipe' --database " + url("postgres"));
  ASSERT_EQ(piped.exit_status, 0) << piped.output;
  EXPECT_THAT(piped.output, HasSubstr(R"("kind":"imported")"));
  EXPECT_THAT(piped.output, HasSubstr("by pipe"));
}

TEST_F(ImportProgram, WhatWasExportedComesBack) {
  const ScratchDatabase source(
      "import_exported",
      std::string(kOdooDatabaseSql) +
          "CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t SELECT n, md5(n::text) "
          "FROM generate_series(1, 5000) n; CREATE SEQUENCE s START 7");
  const ScratchDirectory scratch;
  const std::filesystem::path filestore = scratch / "filestore";
  ASSERT_EQ(run_shell(make_filestore(filestore, source.name(), 12)).exit_status, 0);
  ASSERT_EQ(program_.backup(source.name(), "--filestore " + shell_word(filestore)).exit_status, 0);
  for (const std::string format : {"tar.zst", "odoo-zip", "pg-dump", "sql.zst"}) {
    SCOPED_TRACE(format);
    const std::string file = scratch / format;
    const auto exported = program_.repo(
        "export latest", program_.all_copies() + " --format " + format + " --output " + shell_word(file));
    ASSERT_EQ(exported.exit_status, 0) << exported.output;
    const bool with_files = format == "tar.zst" || format == "odoo-zip";
    const auto imported = import(file, with_files ? "" : "--accept warnings");
    ASSERT_EQ(imported.exit_status, 0) << imported.output;
    const ScratchDatabase restored("import_back");
    server().drop_database(restored.name());
    const std::string target = scratch / ("restored-" + format);
    const auto back =
        program_.restore(restored.name(), with_files ? "--filestore " + shell_word(target) : "");
    ASSERT_EQ(back.exit_status, 0) << back.output;
    EXPECT_EQ(content_text(restored.name()), content_text(source.name()));
    if (with_files) {
      const auto files = run_shell("diff -r " + shell_word(filestore) + " " + shell_word(target));
      EXPECT_EQ(files.exit_status, 0) << files.output;
      // The first backup's snapshot is exported again below: it must be the newest.
      ASSERT_EQ(program_.backup(source.name(), "--filestore " + shell_word(filestore)).exit_status, 0);
    }
  }
  EXPECT_EQ(leftovers(), "0");
}

TEST_F(ImportProgram, WarningsNeedAWordAndHostileDumpsLeaveNothing) {
  const ScratchDirectory scratch;
  const std::string head =
      "--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE public.ir_attachment (id int, store_fname "
      "text);\n";
  const std::string tail = "--\n-- PostgreSQL database dump complete\n--\n";
  const std::string lacking = scratch / "lacking.sql";
  std::ofstream(lacking) << head << "INSERT INTO public.ir_attachment VALUES (1, 'ab/abcd');\n" << tail;
  const auto asked = import(lacking);
  EXPECT_EQ(asked.exit_status, 2) << asked.output;
  EXPECT_THAT(asked.output, HasSubstr("no filestore"));
  EXPECT_THAT(program_.repo("list", program_.all_copies()).output, testing::Not(HasSubstr("imported")));
  const auto looked = import(lacking, "--dry-run --json");
  EXPECT_EQ(looked.exit_status, 0) << looked.output;
  EXPECT_THAT(looked.output, HasSubstr(R"("code":"no_filestore")"));
  EXPECT_EQ(import(lacking, "--accept nothing").exit_status, 0);
  EXPECT_EQ(import(lacking, "--dry-run --accept warnings").exit_status, 2);
  EXPECT_THAT(program_.repo("list", program_.all_copies()).output, testing::Not(HasSubstr("imported")));
  EXPECT_EQ(import(lacking, "--accept warnings").exit_status, 0);
  EXPECT_THAT(program_.repo("list", program_.all_copies()).output, HasSubstr("imported"));

  const std::string hostile = scratch / "hostile.sql";
  const std::string canary = scratch / "canary";
  std::ofstream(hostile) << head << "\\! touch " << canary << "\n" << tail;
  const auto refused = import(hostile, "--accept warnings");
  EXPECT_NE(refused.exit_status, 0);
  EXPECT_THAT(refused.output, HasSubstr("meta-command"));
  EXPECT_FALSE(std::filesystem::exists(canary));
  EXPECT_EQ(leftovers(), "0");
}

}  // namespace
}  // namespace skyhold
