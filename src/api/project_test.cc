// Projects, branches, members and schedules through the API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

class ProjectTest : public testing::Test {
 protected:
  ApiHouse house_;
};

TEST_F(ProjectTest, ANewOneHasARepositoryAndItsNightlySchedule) {
  Caller olga = house_.as("olga");
  const Answer made = olga.post("/projects", R"({"name":"initech","title":"Initech"})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.text_at("region"), "west");
  EXPECT_EQ(made.text_at("health.state"), "new");
  EXPECT_EQ(house_.catalog->project("initech")->repository_id.size(), 64U);
  const Answer schedules = olga.get("/projects/initech/schedules");
  EXPECT_EQ(schedules.at("items").items().at(0).text("words"), "every day at 01:00");
  EXPECT_EQ(schedules.at("items").items().at(0).text("next_run_at"), "2026-11-24T00:00:00Z");
  EXPECT_EQ(olga.post("/projects", R"({"name":"initech"})").status, 409);
  EXPECT_EQ(olga.post("/projects", R"({"name":"In It"})").field(), "name");
  EXPECT_EQ(olga.post("/projects", R"({"name":"umbrella","region":"moon"})").field(), "region");
}

TEST_F(ProjectTest, WithoutARepositoryThereIsNoProject) {
  house_.platform.repository_error = Error{ErrorCode::kUnavailable, "no store answers", "look at the stores"};
  Caller olga = house_.as("olga");
  EXPECT_EQ(olga.post("/projects", R"({"name":"initech"})").status, 503);
  house_.platform.repository_error.reset();
  EXPECT_EQ(olga.post("/projects", R"({"name":"initech"})").status, 201);
}

TEST_F(ProjectTest, ListsShowHealthAndOnlyOnesOwn) {
  house_.add_backup("main", parse_rfc3339("2026-11-23T00:00:00Z").value());
  Caller uma = house_.as("uma");
  const Answer list = uma.get("/projects");
  ASSERT_EQ(list.at("items").items().size(), 1U);
  const JsonValue& acme = list.at("items").items().at(0);
  EXPECT_EQ(acme.text("name"), "acme");
  EXPECT_EQ(acme.text("production_branch"), "main");
  EXPECT_EQ(acme.find("copies")->items().size(), 3U);
  EXPECT_EQ(acme.find("health")->text("next_run_at"), "2026-11-24T00:00:00Z");
  EXPECT_EQ(house_.as("olga").get("/projects?search=GLOB").at("items").items().size(), 1U);
  EXPECT_EQ(house_.as("olga").get("/projects?limit=1").at("items").items().size(), 1U);
  EXPECT_EQ(uma.get("/projects/acme/health").text_at("last_good_at"), "2026-11-23T00:00:00Z");
}

// However many rows a page has: a fleet of hundreds must not take hundreds of questions.
TEST_F(ProjectTest, APageOfManyTakesNoMoreStatementsThanAPageOfOne) {
  Caller olga = house_.as("olga");
  for (int i = 0; i < 30; ++i) {
    Project project;
    project.name = "fleet-" + std::to_string(i);
    project.region = "west";
    ASSERT_TRUE(house_.catalog->create_project(project));
  }
  house_.add_backup("main", parse_rfc3339("2026-11-23T00:00:00Z").value());
  const auto cost = [&](const std::string& query) {
    const int before = house_.statements;
    EXPECT_EQ(olga.get("/projects" + query).status, 200);
    return house_.statements - before;
  };
  const int one = cost("?limit=1");
  EXPECT_LE(cost("?limit=50"), one);
  EXPECT_LE(one, 20);
}

TEST_F(ProjectTest, ItIsPausedWithAReasonThatGoesWithThePause) {
  Caller ada = house_.as("ada");
  const Answer paused = ada.patch("/projects/acme", R"({"paused":true,"paused_reason":"moving house"})");
  EXPECT_EQ(paused.text_at("health.state"), "paused");
  EXPECT_EQ(paused.text_at("paused_reason"), "moving house");
  EXPECT_EQ(ada.patch("/projects/acme", R"({"paused":false})").text_at("paused_reason"), "");
  EXPECT_EQ(ada.patch("/projects/acme", R"({"objective_hours":0})").field(), "objective_hours");
}

TEST_F(ProjectTest, DeletingItTakesItsMembersAway) {
  Caller olga = house_.as("olga");
  EXPECT_EQ(olga.remove("/projects/acme?confirm=acm").field(), "confirm");
  ASSERT_EQ(olga.remove("/projects/acme?confirm=acme").status, 204);
  EXPECT_EQ(olga.get("/projects/acme").status, 404);
  EXPECT_TRUE(house_.as("ada").get("/me").at("memberships").items().empty());
}

TEST_F(ProjectTest, TheRecoveryKitIsShownAndThatIsWrittenDown) {
  const Answer kit = house_.as("olga").get("/projects/acme/recovery-kit");
  EXPECT_EQ(kit.text, "kit of acme\n");
  EXPECT_EQ(kit.header("cache-control"), "no-store");
  const auto record = house_.audited("project.recovery_kit");
  EXPECT_EQ(record->actor, "olga");
  EXPECT_EQ(record->project, "acme");
  EXPECT_EQ(house_.as("ada").get("/projects/acme/recovery-kit").code(), "forbidden");
  EXPECT_EQ(house_.audited("project.recovery_kit")->outcome, "denied");
}

TEST_F(ProjectTest, BranchesComeWithTheirDatabaseOrAnOdooConf) {
  Caller olga = house_.as("olga");
  const Answer made =
      olga.post("/projects/acme/branches",
                R"({"name":"dev","type":"development","database_url":"postgresql://odoo:secret@db1/dev"})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_THAT(made.text, Not(HasSubstr("secret")));
  EXPECT_EQ(olga.post("/projects/acme/branches", R"({"name":"two","type":"staging"})").field(),
            "database_url");
  EXPECT_EQ(olga.post("/projects/acme/branches",
                      R"({"name":"two","type":"production","database_url":"postgresql://db1/x"})")
                .status,
            409);
  EXPECT_EQ(
      olga.post("/projects/acme/branches",
                R"({"name":"two","type":"staging","database_url":"postgresql://db1/x","filestore":"../etc"})")
          .field(),
      "filestore");
  const Answer conf = olga.post(
      "/projects/acme/branches",
      R"({"name":"conf","type":"staging","odoo_conf":"[options]\ndb_host = db1\ndb_name = x\ndata_dir = /srv/odoo\naddons_path = /opt/a,/opt/b\n"})");
  ASSERT_EQ(conf.status, 201) << conf.text;
  EXPECT_EQ(conf.text_at("filestore"), "/srv/odoo/filestore/x");
  EXPECT_EQ(conf.text_at("addons_path"), "/opt/a,/opt/b");
  EXPECT_EQ(olga.post("/projects/acme/branches", R"({"name":"bad","type":"staging","odoo_conf":"[options"})")
                .field(),
            "odoo_conf");
}

TEST_F(ProjectTest, DirectoriesAreForAdminsAndCommandsForOperators) {
  Caller olga = house_.as("olga");
  ASSERT_EQ(olga.patch("/projects/acme/branches/stage", R"({"before_swap":"systemctl stop odoo"})").status,
            200);
  EXPECT_EQ(olga.get("/projects/acme/branches/stage").text_at("before_swap"), "systemctl stop odoo");
  const Answer admin = house_.as("ada").get("/projects/acme/branches/stage");
  EXPECT_EQ(admin.text_at("filestore"), "/srv/acme/stage");
  EXPECT_EQ(admin.body.find("before_swap"), nullptr);
  const Answer user = house_.as("uma").get("/projects/acme/branches/stage");
  EXPECT_EQ(user.body.find("filestore"), nullptr);
  EXPECT_TRUE(user.at("has_filestore").as_boolean());
}

TEST_F(ProjectTest, ABranchIsForgottenOnceNothingIsAtWorkThere) {
  Caller olga = house_.as("olga");
  ASSERT_EQ(olga.post("/projects/acme/backups", R"({"branch":"stage"})").status, 202);
  EXPECT_EQ(olga.remove("/projects/acme/branches/stage").status, 423);
  house_.finish_next_job();
  EXPECT_EQ(olga.remove("/projects/acme/branches/stage").status, 204);
  EXPECT_EQ(olga.remove("/projects/acme/branches/stage").status, 404);
}

TEST_F(ProjectTest, MembersAreInvitedChangedAndRemoved) {
  Caller ada = house_.as("ada");
  const Answer invited = ada.post("/projects/acme/members", R"({"name":"kim@example.com","role":"user"})");
  ASSERT_EQ(invited.status, 201) << invited.text;
  EXPECT_FALSE(invited.text_at("one_time_password").empty());
  const Answer promoted = ada.post("/projects/acme/members", R"({"name":"uma","role":"admin"})");
  EXPECT_EQ(promoted.text_at("member.role"), "admin");
  EXPECT_EQ(promoted.body.find("one_time_password"), nullptr);
  EXPECT_EQ(ada.post("/projects/acme/members", R"({"name":"uma","role":"operator"})").field(), "role");
  EXPECT_EQ(ada.get("/projects/acme/members").at("items").items().size(), 3U);
  EXPECT_EQ(ada.remove("/projects/acme/members/" + invited.text_at("member.account_id")).status, 204);
  const Answer audit = ada.get("/projects/acme/audit?limit=10");
  EXPECT_EQ(audit.at("items").items().at(0).text("action"), "member.remove");
}

TEST_F(ProjectTest, SchedulesAreShownInWords) {
  Caller ada = house_.as("ada");
  const Answer made = ada.post("/projects/acme/schedules", R"({"branch":"stage","cron":"30 2 * * mon"})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.text_at("words"), "on Monday at 02:30");
  const std::string path = "/projects/acme/schedules/" + made.text_at("id");
  EXPECT_EQ(ada.patch(path, R"({"enabled":false})").text_at("next_run_at"), "null");
  EXPECT_EQ(ada.patch(path, R"({"cron":"61 * * * *"})").field(), "cron");
  EXPECT_EQ(ada.patch(path, R"({"branch":"gone"})").field(), "branch");
  EXPECT_EQ(ada.patch(path, R"({"branch":"main","refresh_source":"stage"})").field(), "branch");
  EXPECT_EQ(ada.patch(path, R"({"refresh_source":"main"})").text_at("refresh_source"), "main");
  EXPECT_EQ(ada.remove(path).status, 204);
  EXPECT_EQ(ada.remove(path).status, 404);
}

TEST_F(ProjectTest, RetentionIsShownPreviewedAndSet) {
  for (int day = 10; day < 24; ++day) {
    house_.add_backup("main", parse_rfc3339("2026-11-" + std::to_string(day) + "T00:00:00Z").value());
  }
  Caller ada = house_.as("ada");
  const Answer now = ada.get("/projects/acme/retention");
  EXPECT_EQ(now.at("rules.keep_daily").as_integer(), 7);
  EXPECT_EQ(now.at("backups").items().size(), 14U);
  const Answer newest = ada.get("/projects/acme/retention?limit=10");
  EXPECT_EQ(newest.at("backups").items().size(), 10U);
  const Answer rest = ada.get("/projects/acme/retention?limit=10&after=" + newest.text_at("next"));
  ASSERT_EQ(rest.at("backups").items().size(), 4U);
  EXPECT_EQ(rest.text_at("next"), "");
  EXPECT_EQ(to_text(rest.at("backups").items().back()), to_text(now.at("backups").items().back()));
  EXPECT_EQ(ada.get("/projects/acme/retention?after=elsewhere").field(), "after");
  const std::string tighter = R"({"keep_daily":2,"keep_weekly":0,"keep_monthly":0})";
  const Answer preview = house_.as("uma").post("/projects/acme/retention/preview", tighter);
  ASSERT_EQ(preview.status, 200) << preview.text;
  EXPECT_FALSE(preview.at("deleted").items().empty());
  EXPECT_EQ(house_.catalog->project("acme")->retention.keep_daily, 7);
  EXPECT_EQ(house_.as("uma").put("/projects/acme/retention", tighter).code(), "forbidden");
  const Answer set = ada.put("/projects/acme/retention", tighter);
  EXPECT_EQ(set.at("rules.manual_days").as_integer(), 30);
  EXPECT_EQ(house_.catalog->project("acme")->retention.keep_daily, 2);
  const Answer calendar = ada.get("/projects/acme/retention/calendar?days=30");
  ASSERT_EQ(calendar.status, 200) << calendar.text;
  EXPECT_EQ(calendar.at("days").items().size(), 30U);
  EXPECT_EQ(ada.get("/projects/acme/retention/calendar?branch=gone").field(), "branch");
}

}  // namespace
}  // namespace skyhold
