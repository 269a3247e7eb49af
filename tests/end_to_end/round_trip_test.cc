// What is backed up comes back: odd objects, a real Odoo, settings of the database, undo.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fingerprint.h"
#include "tests/support/odd_database.h"
#include "tests/support/program.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

void expect_good(const ShellOutcome& outcome) {
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
}
void drop(const std::string& database) {
  ScratchPostgres::instance().drop_database(database);
}

TEST(RoundTrip, OddObjectsComeBackEqual) {
  const ScratchDatabase source("odd_source", kOddDatabaseSql);
  SkyholdProgram skyhold;
  expect_good(skyhold.init());
  expect_good(skyhold.backup(source.name()));
  drop("odd_target");
  expect_good(skyhold.restore("odd_target", "--check full"));
  EXPECT_EQ(schema_text("odd_target"), schema_text(source.name()));
  EXPECT_EQ(content_text("odd_target"), content_text(source.name()));
  EXPECT_EQ(database_text("odd_target"), database_text(source.name()));
  drop("odd_target");
}

TEST(RoundTrip, EncodingAndLocaleComeBack) {
  const ScratchDatabase source(
      "latin_source", "CREATE TABLE t (a text); INSERT INTO t VALUES (chr(233))",
      "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' CONNECTION LIMIT 7");
  SkyholdProgram skyhold(1);
  expect_good(skyhold.init());
  expect_good(skyhold.backup(source.name()));
  drop("latin_target");
  expect_good(skyhold.restore("latin_target"));
  EXPECT_EQ(database_text("latin_target"), database_text(source.name()));
  EXPECT_EQ(content_text("latin_target"), content_text(source.name()));
  drop("latin_target");
}

TEST(RoundTrip, TwoBackupsAtOnceAreBothWhole) {
  const ScratchDatabase source("twice_source",
                               "CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 20000) n");
  SkyholdProgram skyhold;
  expect_good(skyhold.init());
  const std::string backup = SkyholdProgram::path() + " repo backup" + skyhold.all_copies() +
                             " --project shop --branch production --database " + shell_word(source.url());
  expect_good(run_shell(backup + " & first=$!; " + backup + " || exit 1; wait $first"));
  const auto list = skyhold.repo("list --json", skyhold.all_copies());
  EXPECT_EQ(run_shell("printf %s " + shell_word(list.output) + " | jq '.snapshots | length'").output, "2\n")
      << list.output;
  expect_good(skyhold.repo("verify --read-data", skyhold.all_copies()));
}

// A branch with a database and a filestore, replaced by an earlier state of itself.
class ReplacedBranch : public testing::Test {
 protected:
  ReplacedBranch() : branch_("branch", "CREATE TABLE t (a int); INSERT INTO t VALUES (1)") {
    expect_good(run_shell(make_filestore(filestore(), "branch", 20)));
    expect_good(skyhold_.init());
    expect_good(skyhold_.backup("branch", files()));
    expect_good(run_shell("cp -a " + shell_word(filestore().string()) + " " + shell_word(copy().string())));
    before_ = content_text("branch");
    branch_.execute("UPDATE t SET a = 2");
    expect_good(run_shell(make_filestore(filestore(), "branch", 5)));
    after_ = content_text("branch");
  }

  ~ReplacedBranch() override { expect_good(skyhold_.run("repo accept-restore " + target())); }

  [[nodiscard]] std::filesystem::path filestore() const { return skyhold_.directory() / "filestore"; }
  [[nodiscard]] std::filesystem::path copy() const { return skyhold_.directory() / "as-it-was"; }
  [[nodiscard]] std::string files() const { return "--filestore " + shell_word(filestore().string()); }
  [[nodiscard]] std::string target() const {
    return "--database " + shell_word(ScratchPostgres::instance().url("branch")) + " " + files();
  }

  SkyholdProgram skyhold_;
  ScratchDatabase branch_;
  std::string before_;
  std::string after_;
};

TEST_F(ReplacedBranch, IsNotTouchedWithoutReplace) {
  const auto refused = skyhold_.restore("branch", files());
  EXPECT_NE(refused.exit_status, 0);
  EXPECT_THAT(refused.output, HasSubstr("--replace"));
  EXPECT_EQ(content_text("branch"), after_);
}

TEST_F(ReplacedBranch, ComesBackAsItWasAndTheUndoBringsBackTheRest) {
  expect_good(skyhold_.restore("branch", files() + " --replace"));
  EXPECT_EQ(content_text("branch"), before_);
  expect_good(run_shell("diff -r " + shell_word(copy().string()) + " " + shell_word(filestore().string())));
  expect_good(skyhold_.run("repo undo-restore " + target()));
  EXPECT_EQ(content_text("branch"), after_);
  EXPECT_NE(run_shell("diff -r " + shell_word(copy().string()) + " " + shell_word(filestore().string()))
                .exit_status,
            0);
  expect_good(skyhold_.run("repo undo-restore " + target()));
  EXPECT_EQ(content_text("branch"), before_);
}

TEST_F(ReplacedBranch, StaysAsItIsWhenTheBackupCannotBeRead) {
  expect_good(run_shell(
      "find " + shell_word(skyhold_.directory().path().string()) +
      "/store-*/data -type f -exec sh -c 'printf x | dd of=\"$1\" bs=1 seek=300 conv=notrunc 2>/dev/null; "
      "printf xxxx | dd of=\"$1\" bs=1 seek=4000 conv=notrunc 2>/dev/null' sh {} \\;"));
  EXPECT_NE(skyhold_.restore("branch", files() + " --replace").exit_status, 0);
  EXPECT_EQ(content_text("branch"), after_);
  EXPECT_EQ(ScratchPostgres::instance().query_value(
                "postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'branch_skyhold_new%'"),
            "0");
  EXPECT_THAT(run_shell("ls " + shell_word(skyhold_.directory().path().string())).output,
              Not(HasSubstr("skyhold-new")));
}

TEST_F(ReplacedBranch, IsRestoredFromTheCopiesThatAreLeft) {
  expect_good(run_shell("rm -r " + shell_word(skyhold_.stores()[0].string()) + "/data"));
  const auto outcome = skyhold_.restore("branch", files() + " --replace");
  expect_good(outcome);
  EXPECT_THAT(outcome.output, HasSubstr(skyhold_.stores()[0].string())) << "says which copy it could not use";
  EXPECT_EQ(content_text("branch"), before_);
}

TEST(RealOdoo, ComesBackEqual) {
  const std::string fixture = std::string(SKYHOLD_FIXTURES) + "/odoo17.zip";
  if (!std::filesystem::exists(fixture)) {
    GTEST_SKIP() << fixture << " is not here: the backup that a real Odoo 17 made is not part of the project";
  }
  const ScratchDatabase source("odoo_source", "", "TEMPLATE template0 LC_COLLATE 'C'");
  SkyholdProgram skyhold;
  const std::string work = (skyhold.directory() / "odoo").string();
  expect_good(run_shell(
      "set -e; mkdir " + shell_word(work) + "; cd " + shell_word(work) + "; unzip -q " + shell_word(fixture) +
      "; " + shell_word(ScratchPostgres::instance().program_directory() + "/psql") +
      " -X -q -v ON_ERROR_STOP=1 -d " + shell_word(source.url()) + " -f dump.sql > /dev/null"));
  const std::string files = "--filestore " + shell_word(work + "/filestore");
  expect_good(skyhold.init());
  expect_good(skyhold.backup(source.name(), files));
  drop("odoo_target");
  expect_good(skyhold.restore("odoo_target", "--check full --filestore " + shell_word(work + "/restored")));
  EXPECT_EQ(schema_text("odoo_target"), schema_text(source.name()));
  EXPECT_EQ(content_text("odoo_target"), content_text(source.name()));
  expect_good(run_shell("diff -r -x checklist " + shell_word(work + "/filestore") + " " +
                        shell_word(work + "/restored")));
  for (std::size_t copy = 0; copy < 3; ++copy) expect_good(skyhold.restic(copy, "check --read-data"));
  drop("odoo_target");
}

}  // namespace
}  // namespace skyhold
