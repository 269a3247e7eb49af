// A newcomer's way by the command line alone: signed in, a project made, backed up, restored to a new
// branch, put back; asked how it stands.
#include <gmock/gmock.h>

#include "tests/support/odoo_database.h"
#include "tests/support/service_world.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ServiceCliTest : public testing::Test {
 protected:
  ServiceCliTest()
      : database_("cli_shop", kOdooDatabaseSql), filestore_(world_.directory() / "filestore" / "cli_shop") {
    const ShellOutcome made = run_shell(make_filestore(filestore_, database_.name(), 8));
    if (made.exit_status != 0) throw std::runtime_error(made.output);
  }
  // As a user with a home of its own; standard input is `input`.
  ShellOutcome skyhold(const std::string& arguments, const std::string& input = {}) {
    return run_shell(fmt::format("export XDG_CONFIG_HOME={} SKYHOLD_SETTINGS=\nprintf '{}' | {} {}",
                                 shell_word((world_.directory() / "home").string()), input,
                                 SkyholdProgram::path(), arguments));
  }
  std::string succeed(const std::string& arguments, const std::string& input = {}) {
    const ShellOutcome outcome = skyhold(arguments, input);
    EXPECT_EQ(outcome.exit_status, 0) << arguments << "\n" << outcome.output;
    return outcome.output;
  }
  json succeed_with_json(const std::string& arguments) {
    return json::parse(succeed(arguments + " --json 2>/dev/null"), nullptr, false);
  }
  // With the password of the first start, which is changed on the way.
  void sign_in() {
    world_.serve();
    succeed(fmt::format("login {} --user admin --password-stdin", world_.service().url()),
            world_.service().one_time_password() + "\\n" + ApiUser::kPassword + "\\n");
  }
  void make_project() {
    succeed("project create shop --title Shop");
    succeed(fmt::format("branch add production --project shop --database {} --filestore {}",
                        shell_word(database_.url()), shell_word(filestore_.string())));
  }
  // Where a restore went: the service names a new branch's database.
  static std::string database_of(const json& job) { return job["result"].value("database", ""); }

  ServiceWorld world_;
  const ScratchDatabase database_;
  const std::filesystem::path filestore_;
};

TEST_F(ServiceCliTest, FromSigningInToARestoreAndBack) {
  sign_in();
  EXPECT_EQ(skyhold("login " + world_.service().url() + " --user admin --password-stdin",
                    world_.service().one_time_password() + "\\n")
                .exit_status,
            6)
      << "a one-time password serves once";
  make_project();
  EXPECT_EQ(skyhold("project create shop").exit_status, 5);

  const json backup = succeed_with_json("backup create --project shop --note first");
  EXPECT_EQ(backup["backup"]["state"], "good") << backup.dump(1);
  EXPECT_EQ(backup["job"]["state"], "succeeded");
  EXPECT_THAT(succeed("backup list --project shop"), HasSubstr("first"));
  EXPECT_THAT(succeed("backup show latest --project shop --tables"), HasSubstr("public.ir_attachment"));
  EXPECT_THAT(succeed("status"), HasSubstr("shop"));

  const json restored = succeed_with_json("restore latest --project shop --new-branch try-1");
  ASSERT_EQ(restored["state"], "succeeded") << restored.dump(1);
  ScratchPostgres& server = ScratchPostgres::instance();
  const std::string database = database_of(restored);
  EXPECT_EQ(server.query_value(database, "SELECT count(*) FROM ir_attachment"), "8");

  server.execute(database, "CREATE TABLE mine (n int)");
  EXPECT_EQ(skyhold("restore latest --project shop --to try-1 --confirm production").exit_status, 2);
  EXPECT_THAT(succeed("restore latest --project shop --to try-1 --confirm try-1"),
              HasSubstr("kept for undo"));
  EXPECT_EQ(server.query_value(database, "SELECT to_regclass('public.mine')"), "");
  succeed("undo try-1 --project shop --confirm try-1");
  EXPECT_EQ(server.query_value(database, "SELECT to_regclass('public.mine')"), "mine");
  server.drop_database(database);

  const json jobs = succeed_with_json("job list --project shop");
  EXPECT_GE(jobs["items"].size(), 4U) << jobs.dump(1);
  EXPECT_THAT(succeed("audit --project shop"), HasSubstr("restore"));
  EXPECT_THAT(succeed("logout"), HasSubstr("Signed out"));
  EXPECT_EQ(skyhold("status").exit_status, 6);
}

TEST_F(ServiceCliTest, WhatFailsSaysSoToAScript) {
  sign_in();
  make_project();
  succeed("branch set production --project shop --database " +
          shell_word(ScratchPostgres::instance().url("no_such_shop")));
  const ShellOutcome failed = skyhold("backup create --project shop --json");
  EXPECT_NE(failed.exit_status, 0);
  EXPECT_THAT(failed.output, HasSubstr("no_such_shop"));
  EXPECT_EQ(skyhold("job watch jb_nothing").exit_status, 4);
  EXPECT_EQ(skyhold("backup show latest --project shop").exit_status, 4);
  EXPECT_EQ(skyhold("schedule add nonsense --branch production --project shop").exit_status, 2);
  EXPECT_THAT(succeed("schedule add '30 2 * * 0' --branch production --project shop"), HasSubstr("02:30"));
  EXPECT_THAT(succeed("retention preview --project shop --keep-daily 3"), HasSubstr("3 daily"));
  EXPECT_THAT(succeed("member add ann --role user --project shop"), HasSubstr("one time"));
}

}  // namespace
}  // namespace skyhold
