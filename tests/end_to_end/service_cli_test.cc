// A newcomer's way by the command line alone: signed in, a project made, backed up, restored to a new
// branch, put back; asked how it stands.
#include <fstream>

#include <gmock/gmock.h>

#include "tests/support/fault_proxy.h"
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
    sign_in_at(world_.service().url());
  }
  // At a proxy before the service; all that follows goes through it.
  std::unique_ptr<FaultProxy> sign_in_through_proxy() {
    world_.serve();
    const std::string url = world_.service().url();
    FaultProxyOptions options;
    options.port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    auto proxy = std::make_unique<FaultProxy>(options);
    sign_in_at(fmt::format("http://127.0.0.1:{}", proxy->port()));
    return proxy;
  }
  void sign_in_at(const std::string& url) {
    succeed(fmt::format("login {} --user admin --password-stdin", url),
            world_.service().one_time_password() + "\\n" + ApiUser::kPassword + "\\n");
  }
  void make_project() {
    succeed("project create shop --title Shop");
    succeed(fmt::format("branch add production --project shop --database {} --filestore {}",
                        shell_word(database_.url()), shell_word(filestore_.string())));
  }
  // Where a restore went: the service names a new branch's database.
  static std::string database_of(const json& job) { return job["result"].value("database", ""); }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (world_.directory() / name).string();
  }

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

TEST_F(ServiceCliTest, WhatIsTakenAwayComesBackIn) {
  sign_in();
  make_project();
  succeed("backup create --project shop");
  EXPECT_THAT(succeed("download latest --project shop --table ir_cron --output -"),
              HasSubstr("id,cron_name,active\n1,Auto-vacuum,t\n"));
  const std::string zip = file("shop.zip");
  EXPECT_THAT(succeed("download latest --project shop --output " + zip), HasSubstr("Downloaded "));
  EXPECT_EQ(run_shell("unzip -tq " + zip).exit_status, 0);
  const std::string link = succeed_with_json("download latest --project shop --link")["url"];
  EXPECT_EQ(run_shell("curl -sf -o " + file("linked.zip") + " " + link).exit_status, 0);

  const json looked = succeed_with_json("import " + zip + " --project shop --branch production --dry-run");
  EXPECT_EQ(looked["decision"], "wanted") << looked.dump(1);
  EXPECT_EQ(looked["report"]["files"], 8);
  const json kept = succeed_with_json(
      fmt::format("import --resume {} --project shop --branch production --accept warnings --note back",
                  looked["upload"].get<std::string>()));
  ASSERT_EQ(kept["decision"], "kept") << kept.dump(1);
  EXPECT_EQ(kept["backup"]["kind"], "imported");
  EXPECT_EQ(kept["backup"]["copies"].size(), 3U);
  const json restored = succeed_with_json(fmt::format("restore {} --project shop --new-branch back --exact",
                                                      kept["backup"]["id"].get<std::string>()));
  const std::string database = database_of(restored);
  EXPECT_EQ(ScratchPostgres::instance().query_value(database, "SELECT count(*) FROM ir_cron"), "4");
  ScratchPostgres::instance().drop_database(database);

  std::ofstream(file("hostile.sql")) << "-- PostgreSQL database dump\n\\! touch /tmp/owned\n";
  EXPECT_EQ(skyhold("import " + file("hostile.sql") + " --project shop --branch production").exit_status, 2);
  std::ofstream(file("noise.bin")) << "neither a dump nor an archive";
  EXPECT_EQ(skyhold("import " + file("noise.bin") + " --project shop --branch production").exit_status, 11);
  succeed("project create other");
  succeed("branch add production --project other --database " + shell_word(database_.url()));
  EXPECT_THAT(succeed("import --from-backup shop/latest --project other --branch production --accept "
                      "warnings"),
              HasSubstr("good, imported"));

  const std::string quiet = file("quiet.sql.zst");
  EXPECT_THAT(succeed("download latest --project shop --neutralized --format sql.zst --output " + quiet),
              HasSubstr("the neutralized copy of"));
  EXPECT_THAT(run_shell("zstd -dc " + quiet).output, HasSubstr("is_neutralized"));
}

// Each connection that carries more than a megabyte breaks.
TEST_F(ServiceCliTest, FilesComeAndGoOverConnectionsThatBreak) {
  ScratchPostgres::instance().execute(
      database_.name(),
      "CREATE TABLE filler AS SELECT md5(n::text) AS word FROM generate_series(1, 100000) AS n");
  const auto proxy = sign_in_through_proxy();
  make_project();
  succeed("backup create --project shop");
  ProxyMode breaking;
  breaking.cut_after_bytes_to_client = 1'000'000;
  breaking.cut_after_bytes_to_server = 1'000'000;
  proxy->set_mode(breaking);
  const std::string rows = file("filler.copy");
  succeed("download latest --project shop --table filler --table-format copy --output " + rows);
  EXPECT_EQ(run_shell("wc -l < " + rows + " | tr -d '\n'").output, "100000");
  EXPECT_GT(proxy->faults(), 2U);

  // What cannot go on where it was is given up in the end.
  EXPECT_EQ(skyhold("download latest --project shop --format tar.zst --output " + file("never.tar.zst"))
                .exit_status,
            9);
  EXPECT_FALSE(std::filesystem::exists(file("never.tar.zst")));

  proxy->set_mode({});
  const std::string dump = file("shop.dump");
  succeed("download latest --project shop --format pg-dump --output " + dump);
  ASSERT_GT(std::filesystem::file_size(dump), 1'500'000U);
  proxy->set_mode(breaking);
  const std::uint64_t before = proxy->faults();
  const json kept =
      succeed_with_json("import " + dump + " --project shop --branch production --accept warnings");
  EXPECT_EQ(kept["decision"], "kept") << kept.dump(1);
  EXPECT_GT(proxy->faults(), before);
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
