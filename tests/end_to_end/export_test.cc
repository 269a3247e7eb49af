// What leaves a repository by `skyhold repo export`, taken by the tools that it is made for.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fingerprint.h"
#include "tests/support/odd_database.h"
#include "tests/support/odoo_database.h"
#include "tests/support/program.h"
#include "tests/support/scratch_postgres.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

void expect_good(const ShellOutcome& outcome) {
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
}

// A client program of the scratch server, on one of its databases.
std::string client(const std::string& name, const std::string& database) {
  return shell_word(ScratchPostgres::instance().program_directory() + "/" + name) + " -d " +
         shell_word(ScratchPostgres::instance().url(database));
}
std::string psql(const std::string& database) {
  return client("psql", database) + " -X -q -v ON_ERROR_STOP=1";
}

// The first lines that differ, for texts that are too long to be printed; empty: none do.
std::string difference(const std::string& actual, const std::string& expected) {
  std::istringstream actual_lines(actual);
  std::istringstream expected_lines(expected);
  std::string left;
  std::string right;
  while (true) {
    const bool more_left = static_cast<bool>(std::getline(actual_lines, left));
    const bool more_right = static_cast<bool>(std::getline(expected_lines, right));
    if (!more_left && !more_right) return "";
    if (more_left != more_right || left != right) return "is: " + left + "\nshould be: " + right;
  }
}

// Rights name roles that the receiver may not have, so a plain dump has none.
std::string schema_without_rights(const std::string& database) {
  std::istringstream schema(schema_text(database));
  std::string kept;
  for (std::string line; std::getline(schema, line);) {
    if (!line.starts_with("GRANT ") && !line.starts_with("REVOKE ")) kept += line + "\n";
  }
  return kept;
}

class Export : public testing::Test {
 protected:
  Export() : source_("export_source", std::string(kOddDatabaseSql) + std::string(kOdooDatabaseSql)) {}

  void SetUp() override {
    expect_good(run_shell(make_filestore(file("files"), source_.name(), 40)));
    expect_good(
        run_shell("set -e; cd " + shell_word(file("files")) +
                  "; head -c 9000000 /dev/urandom > new; sum=$(sha1sum new | cut -c1-40); dir=$(echo $sum | "
                  "cut -c1-2); mkdir -p $dir; mv new $dir/$sum; echo \"INSERT INTO ir_attachment "
                  "(store_fname) VALUES ('$dir/$sum')\" | " +
                  psql(source_.name())));
    expect_good(skyhold_.init());
    expect_good(skyhold_.backup(source_.name(), "--filestore " + shell_word(file("files"))));
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (skyhold_.directory() / name).string();
  }
  [[nodiscard]] ShellOutcome write(const std::string& format, const std::string& name,
                                   const std::string& more = {}) const {
    return skyhold_.repo("export latest", skyhold_.all_copies() + " --format " + format + " --output " +
                                              shell_word(file(name)) + " " + more);
  }
  void expect_equal_database(const std::string& database) const {
    EXPECT_EQ(difference(schema_text(database), schema_text(source_.name())), "");
    EXPECT_EQ(difference(content_text(database), content_text(source_.name())), "");
  }
  void expect_equal_but_rights(const std::string& database) const {
    EXPECT_EQ(difference(schema_without_rights(database), schema_without_rights(source_.name())), "");
    EXPECT_EQ(difference(content_text(database), content_text(source_.name())), "");
  }

  const ScratchDatabase source_;
  SkyholdProgram skyhold_;
};

TEST_F(Export, AnOdooZipIsReadByOtherToolsAndLoadsEqual) {
  expect_good(write("odoo-zip", "a.zip"));
  expect_good(run_shell("unzip -tq " + shell_word(file("a.zip"))));
  const auto names =
      run_shell("python3 -c 'import zipfile, json; z = zipfile.ZipFile(\"" + file("a.zip") +
                "\"); print(z.namelist()[:2]); m = json.loads(z.read(\"manifest.json\")); "
                "print(m[\"odoo_dump\"], m[\"version_info\"], m[\"pg_version\"], m[\"modules\"][\"mail\"])'");
  EXPECT_EQ(names.output, "['dump.sql', 'manifest.json']\n1 [17, 0, 0, 'final', 0, ''] " +
                              ScratchPostgres::instance().query_value(
                                  "postgres", "SELECT current_setting('server_version_num')::int / 10000") +
                              ".0 17.0.1.15\n");
  expect_good(run_shell("cd " + shell_word(file("")) + " && unzip -q a.zip -d z && tail -c 200 z/dump.sql"));
  const ScratchDatabase target("export_target");
  expect_good(run_shell(psql(target.name()) + " -f " + shell_word(file("z/dump.sql")) + " > /dev/null"));
  expect_equal_but_rights(target.name());
  expect_good(run_shell("diff -r " + shell_word(file("files")) + " " + shell_word(file("z/filestore"))));
}

TEST_F(Export, WithoutFilestoreItHasOnlyTheDatabase) {
  expect_good(write("odoo-zip", "a.zip", "--without-filestore"));
  EXPECT_EQ(run_shell("unzip -Z1 " + shell_word(file("a.zip"))).output, "dump.sql\nmanifest.json\n");
}

TEST_F(Export, PgRestoreTakesThePgDump) {
  expect_good(write("pg-dump", "a.dump"));
  const std::string restore = ScratchPostgres::instance().program_directory() + "/pg_restore";
  const auto list = run_shell(shell_word(restore) + " -l " + shell_word(file("a.dump")));
  expect_good(list);
  EXPECT_THAT(list.output, HasSubstr("TABLE DATA public plain"));
  for (const std::string how : {"", "--jobs=2 "}) {
    const ScratchDatabase target("export_target");
    expect_good(run_shell(client("pg_restore", target.name()) + " --exit-on-error " + how +
                          shell_word(file("a.dump"))));
    expect_equal_database(target.name());
  }
  const ScratchDatabase target("export_target");
  expect_good(
      run_shell(client("pg_restore", target.name()) + " --exit-on-error < " + shell_word(file("a.dump"))));
  expect_equal_database(target.name());
}

TEST_F(Export, PsqlTakesTheSql) {
  expect_good(write("sql.zst", "a.sql.zst"));
  const ScratchDatabase target("export_target");
  expect_good(
      run_shell("zstd -dc " + shell_word(file("a.sql.zst")) + " | " + psql(target.name()) + " > /dev/null"));
  expect_equal_but_rights(target.name());
}

TEST_F(Export, TheTarIsTheWholeSnapshot) {
  expect_good(write("tar.zst", "a.tar.zst"));
  expect_good(
      run_shell("set -e; cd " + shell_word(file("")) + "; mkdir t; zstd -dc a.tar.zst | tar -xf - -C t"));
  expect_good(skyhold_.restic(0, "restore latest --target " + shell_word(file("r"))));
  expect_good(run_shell("diff -r " + shell_word(file("r")) + " " + shell_word(file("t"))));
}

TEST_F(Export, ATableIsWhatTheServerItselfWrites) {
  for (const std::string table : {"public.plain", "ir_attachment"}) {
    expect_good(write("table", "t.csv", "--table " + table));
    expect_good(write("table", "t.copy", "--table-format copy --table " + table));
    const auto copy = [&](const std::string& options, const std::string& to) {
      return run_shell(psql(source_.name()) + " -c \"SET timezone = 'UTC'; COPY " + table + " TO STDOUT " +
                       options + "\" > " + shell_word(file(to)));
    };
    expect_good(copy("(FORMAT csv, HEADER)", "server.csv"));
    expect_good(copy("", "server.copy"));
    expect_good(run_shell("cd " + shell_word(file("")) +
                          " && diff t.csv server.csv && diff t.copy server.copy && rm t.csv t.copy"));
  }
  EXPECT_THAT(write("table", "t.csv", "--table nothing").output, HasSubstr("no table nothing"));
  EXPECT_FALSE(std::filesystem::exists(file("t.csv")));
  EXPECT_FALSE(std::filesystem::exists(file("t.csv.partial")));
}

TEST_F(Export, AFileOfTheFilestoreComesAlone) {
  const std::string name = ScratchPostgres::instance().query_value(
      source_.name(), "SELECT store_fname FROM ir_attachment ORDER BY id LIMIT 1");
  const auto printed =
      skyhold_.repo("export latest", skyhold_.all_copies() + " --format file --output - --file " + name +
                                         " | sha1sum | cut -c1-40");
  EXPECT_EQ(printed.output, name.substr(3) + "\n");
  EXPECT_NE(write("file", "f", "--file ../manifest.json").exit_status, 0);
}

TEST_F(Export, ForAReceiverItIsClosedAndAgeOpensIt) {
  const std::string key = shell_word(file("age.key"));
  expect_good(run_shell("age-keygen -o " + key));
  const std::string recipient = run_shell("age-keygen -y " + key).output;
  expect_good(write("odoo-zip", "a.zip.age", "--recipient " + recipient.substr(0, recipient.size() - 1)));
  expect_good(run_shell("age -d -i " + key + " -o " + shell_word(file("a.zip")) + " " +
                        shell_word(file("a.zip.age"))));
  expect_good(run_shell("unzip -tq " + shell_word(file("a.zip"))));
  EXPECT_THAT(write("odoo-zip", "b", "--recipient age1nonsense").output,
              HasSubstr("not a key of the form age1"));
}

// age reads a passphrase from a terminal only, so Python gives it one.
TEST_F(Export, APassphraseOpensItToo) {
  std::ofstream(file("passphrase")) << "correct horse battery\n";
  std::ofstream(file("open.py")) << R"PY(
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp("age", ["age", "-d", "-o", sys.argv[2], sys.argv[1]])
os.read(terminal, 1000)
os.write(terminal, b"correct horse battery\n")
try:
    while os.read(terminal, 1000): pass
except OSError: pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
)PY";
  expect_good(write("table", "t.age", "--table plain --passphrase-file " + shell_word(file("passphrase"))));
  expect_good(write("table", "t.csv", "--table plain"));
  expect_good(run_shell("cd " + shell_word(file("")) +
                        " && python3 open.py t.age opened.csv && cmp t.csv opened.csv"));
}

TEST_F(Export, NothingIsOverwrittenAndNothingHalfIsLeft) {
  expect_good(write("sql.zst", "a"));
  EXPECT_THAT(write("sql.zst", "a").output, HasSubstr("there already"));
  std::ofstream(file("c.partial")) << std::string(100'000, 'x');  // of an export that was killed
  expect_good(write("sql.zst", "c"));
  expect_good(run_shell("zstd -qt " + shell_word(file("c"))));
  EXPECT_FALSE(std::filesystem::exists(file("c.partial")));
  expect_good(
      run_shell("find " + shell_word(file("")) +
                "/store-*/data -type f -exec sh -c 'printf x | dd of=\"$1\" bs=1 seek=300 conv=notrunc "
                "2>/dev/null' sh {} \\;"));
  EXPECT_NE(write("tar.zst", "b").exit_status, 0);
  EXPECT_FALSE(std::filesystem::exists(file("b")));
  EXPECT_FALSE(std::filesystem::exists(file("b.partial")));
}

TEST(RealOdooExport, IsEqualInTablesAndFiles) {
  const std::string fixture = std::string(SKYHOLD_FIXTURES) + "/odoo17.zip";
  if (!std::filesystem::exists(fixture)) {
    GTEST_SKIP() << fixture << " is not here: the backup that a real Odoo 17 made is not part of the project";
  }
  const std::string options = "TEMPLATE template0 LC_COLLATE 'C'";
  const ScratchDatabase source("odoo_source", "", options);
  SkyholdProgram skyhold;
  const std::string work = (skyhold.directory() / "odoo").string();
  expect_good(run_shell("set -e; mkdir " + shell_word(work) + "; cd " + shell_word(work) + "; unzip -q " +
                        shell_word(fixture) + "; " + psql(source.name()) + " -f dump.sql > /dev/null"));
  expect_good(skyhold.init());
  expect_good(skyhold.backup(source.name(), "--filestore " + shell_word(work + "/filestore")));
  const auto write = [&](const std::string& format, const std::string& name) {
    return skyhold.repo("export latest", skyhold.all_copies() + " --format " + format + " --output " +
                                             shell_word(work + "/" + name));
  };
  expect_good(write("odoo-zip", "out.zip"));
  expect_good(write("pg-dump", "out.dump"));
  const ScratchDatabase from_zip("odoo_from_zip", "", options);
  const ScratchDatabase from_dump("odoo_from_dump", "", options);
  expect_good(run_shell("set -e; cd " + shell_word(work) + "; unzip -q out.zip -d out; " +
                        psql(from_zip.name()) +
                        " -f out/dump.sql > /dev/null; diff -r -x checklist filestore out/filestore"));
  expect_good(run_shell(client("pg_restore", from_dump.name()) + " --no-owner --exit-on-error -j 2 " +
                        shell_word(work + "/out.dump")));
  EXPECT_EQ(difference(schema_without_rights(from_zip.name()), schema_without_rights(source.name())), "");
  EXPECT_EQ(difference(schema_text(from_dump.name()), schema_text(source.name())), "");
  for (const auto* database : {&from_zip, &from_dump}) {
    EXPECT_EQ(difference(content_text(database->name()), content_text(source.name())), "")
        << database->name();
  }
}

}  // namespace
}  // namespace skyhold
