// The service as a newcomer meets it: started from nothing, a project made, backed up, looked into,
// restored to a new branch and back; stopped, started again, lost and recovered.
#include <csignal>

#include <gmock/gmock.h>

#include "tests/support/fingerprint.h"
#include "tests/support/service_shop.h"
#include "tests/support/service_world.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json restore(ApiUser& user, const json& request) {
  const ServiceAnswer begun = user.post("/projects/shop/restores", request);
  EXPECT_EQ(begun.status, 202) << begun.text();
  if (begun.status != 202) return {};
  return user.wait_for_job(begun.json["id"]);
}

// A copy, also an exact one, has an identity of its own: those lines differ, as they must.
std::string without_identity(const std::string& content) {
  std::string lines;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t end = content.find('\n', at);
    const std::string line = content.substr(at, end - at);
    if (line.find("ir_config_parameter") == std::string::npos) lines += line + "\n";
    at = end + 1;
  }
  return lines;
}

class ServiceTest : public testing::Test {
 protected:
  void TearDown() override { ScratchPostgres::instance().drop_database("shop-staging"); }

  ServiceWorld world;
};

TEST_F(ServiceTest, FromNothingToARestoreOnANewBranchAndBack) {
  const Shop shop(world.directory());
  world.serve();
  ApiUser user = world.operator_user();
  ServiceWorld::make_project(user, "shop", shop.url(), shop.filestore());

  const json backup = ServiceWorld::back_up(user, "shop", "production", "before the upgrade");
  EXPECT_EQ(backup["state"], "good") << backup.dump(1);
  EXPECT_EQ(backup["note"], "before the upgrade");
  EXPECT_EQ(backup["file_count"], 12);
  ASSERT_EQ(backup["copies"].size(), 3U);
  for (const json& copy : backup["copies"]) EXPECT_EQ(copy["state"], "stored") << copy.dump();
  const ServiceAnswer contents =
      user.get("/projects/shop/backups/" + backup["id"].get<std::string>() + "/contents?search=ir_cron");
  ASSERT_EQ(contents.status, 200) << contents.text();
  EXPECT_EQ(contents.json["tables"][0]["name"], "ir_cron") << contents.text();

  // Onto a new branch, neutralized, as is right for what is not production.
  json job = restore(user, {{"backup", backup["id"]},
                            {"new_branch", {{"name", "staging"}, {"type", "staging"}}},
                            {"confirm", "staging"}});
  ASSERT_EQ(job["state"], "succeeded") << job.dump(1);
  EXPECT_EQ(job["result"]["neutralization"]["neutralized"], true) << job["result"].dump(1);
  ScratchPostgres& server = ScratchPostgres::instance();
  EXPECT_EQ(server.query_value("shop-staging", "SELECT count(*) FROM ir_attachment"), "12");
  EXPECT_EQ(run_shell("diff -r " + shell_word(shop.filestore()) + " " +
                      shell_word((world.directory() / "filestore" / "shop-staging").string()))
                .exit_status,
            0);

  // Onto the same again: what was there is saved first, and undo puts it back.
  server.execute("shop-staging", "CREATE TABLE mine (n int)");
  job = restore(user, {{"backup", backup["id"]}, {"branch", "staging"}, {"confirm", "staging"}});
  ASSERT_EQ(job["state"], "succeeded") << job.dump(1);
  EXPECT_NE(job["result"]["safety_backup"], "");
  EXPECT_EQ(server.query_value("shop-staging", "SELECT to_regclass('public.mine')"), "");
  const ServiceAnswer undone = user.post("/projects/shop/branches/staging/undo", {{"confirm", "staging"}});
  ASSERT_EQ(undone.status, 202) << undone.text();
  EXPECT_EQ(user.wait_for_job(undone.json["id"])["state"], "succeeded");
  EXPECT_EQ(server.query_value("shop-staging", "SELECT to_regclass('public.mine')"), "mine");
}

TEST_F(ServiceTest, ARestoreHasToBeMeant) {
  const Shop shop(world.directory());
  world.serve();
  ApiUser user = world.operator_user();
  ServiceWorld::make_project(user, "shop", shop.url(), shop.filestore());
  const json backup = ServiceWorld::back_up(user, "shop", "production");
  const ServiceAnswer wrong =
      user.post("/projects/shop/restores",
                {{"backup", backup["id"]}, {"branch", "production"}, {"confirm", "staging"}});
  EXPECT_EQ(wrong.status, 400) << wrong.text();
  EXPECT_NE(wrong.json["hint"], "");

  shop.execute("CREATE TABLE later (n int)");
  const json job =
      restore(user, {{"backup", backup["id"]}, {"branch", "production"}, {"confirm", "production"}});
  ASSERT_EQ(job["state"], "succeeded") << job.dump(1);
  EXPECT_EQ(ScratchPostgres::instance().query_value(shop.name(), "SELECT to_regclass('public.later')"), "");
  // Production onto itself is a move: nothing is switched off.
  EXPECT_FALSE(job["result"].contains("neutralization")) << job["result"].dump(1);
}

TEST_F(ServiceTest, AFailedBackupSaysWhyAndTakesNoGoodOnesPlace) {
  const Shop shop(world.directory());
  world.serve();
  ApiUser user = world.operator_user();
  ServiceWorld::make_project(user, "shop", shop.url(), shop.filestore());
  const json good = ServiceWorld::back_up(user, "shop", "production");
  const ServiceAnswer changed =
      user.patch("/projects/shop/branches/production",
                 {{"database_url", ScratchPostgres::instance().url("no_such_shop")}});
  ASSERT_EQ(changed.status, 200) << changed.text();
  const ServiceAnswer begun = user.post("/projects/shop/backups", {{"branch", "production"}});
  ASSERT_EQ(begun.status, 202) << begun.text();
  const json job = user.wait_for_job(begun.json["job"]["id"]);
  EXPECT_EQ(job["state"], "failed");
  EXPECT_THAT(job["error"]["message"].get<std::string>(), HasSubstr("no_such_shop"));
  const json list = user.get("/projects/shop/backups").json["items"];
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0]["state"], "failed");
  EXPECT_THAT(list[0]["error"]["message"].get<std::string>(), HasSubstr("no_such_shop"));
  const json project = user.get("/projects/shop").json;
  EXPECT_EQ(project["health"]["last_good_backup"], good["id"]) << project.dump(1);
}

TEST_F(ServiceTest, StopsInOrderAndGoesOnAfterBeingKilled) {
  const Shop shop(world.directory());
  world.serve();
  {
    ApiUser user = world.operator_user();
    ServiceWorld::make_project(user, "shop", shop.url(), shop.filestore());
    ServiceWorld::back_up(user, "shop", "production");
  }
  world.service().send(SIGTERM);
  EXPECT_EQ(world.service().wait(), 0) << world.service().log();

  world.serve();
  ApiUser user = world.operator_user();
  EXPECT_EQ(user.get("/projects/shop/backups").json["items"].size(), 1U);
  const ServiceAnswer begun = user.post("/projects/shop/backups", {{"branch", "production"}});
  ASSERT_EQ(begun.status, 202);
  world.service().kill_now();

  world.serve();
  ApiUser again = world.operator_user();
  const json job = again.wait_for_job(begun.json["job"]["id"]);
  EXPECT_EQ(job["state"], "succeeded") << job.dump(1);
}

TEST_F(ServiceTest, AllServersLostAndRecoveredFromOneStore) {
  const Shop shop(world.directory());
  world.serve();
  std::string backup;
  {
    ApiUser user = world.operator_user();
    ServiceWorld::make_project(user, "shop", shop.url(), shop.filestore());
    backup = ServiceWorld::back_up(user, "shop", "production", "the last one")["id"];
    const ServiceAnswer member =
        user.post("/projects/shop/members", {{"name", "ann@example.org"}, {"role", "admin"}});
    ASSERT_EQ(member.status, 201) << member.text();
  }
  world.service().send(SIGTERM);  // which saves the catalog once more
  ASSERT_EQ(world.service().wait(), 0) << world.service().log();

  // A new machine: the master key from the safe, and one store of three.
  const std::string key = (world.directory() / "safe.key").string();
  std::filesystem::copy(world.data_directory() / "master.key", key);
  std::filesystem::remove_all(world.data_directory());
  for (const int copy : {1, 2}) std::filesystem::remove_all(world.store(copy));
  for (const int copy : {1, 2}) std::filesystem::create_directory(world.store(copy));
  const ShellOutcome recovered = SkyholdProgram::run(
      fmt::format("recover --store copy-3 --key-file {} --config {} --settings {}", shell_word(key),
                  shell_word(world.settings_file()), shell_word(world.settings_file())));
  ASSERT_EQ(recovered.exit_status, 0) << recovered.output;
  EXPECT_THAT(recovered.output, HasSubstr("1 projects with 1 backups"));

  world.serve();
  ApiUser user = world.operator_user();
  const json members = user.get("/projects/shop/members").json["items"];
  ASSERT_EQ(members.size(), 1U) << members.dump(1);
  EXPECT_EQ(members[0]["name"], "ann@example.org");
  const json job = restore(user, {{"backup", backup},
                                  {"new_branch", {{"name", "staging"}, {"type", "staging"}}},
                                  {"mode", "exact"},
                                  {"confirm", "staging"}});
  ASSERT_EQ(job["state"], "succeeded") << job.dump(1);
  EXPECT_EQ(without_identity(content_text("shop-staging")), without_identity(content_text(shop.name())));
}

}  // namespace
}  // namespace skyhold
