// Commands against a service with canned answers: what they send, print and exit with.
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "cli/api_test_support.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

json project(const std::string& name, const std::string& state, const std::string& sentence) {
  return {{"name", name},
          {"production_branch", "production"},
          {"health", {{"state", state}, {"sentence", sentence}, {"last_good_backup", "bk_good"}}}};
}

json job(const std::string& kind, const std::string& state) {
  return {{"id", "jb_1"}, {"kind", kind}, {"state", state}, {"project", "acme"}, {"branch", "staging"}};
}

class CommandsTest : public ApiCommandTest {
 protected:
  void SetUp() override {
    ApiCommandTest::SetUp();
    service_.answer("GET /projects/acme", 200, project("acme", "safe", "All good.").dump());
  }
  // A job that is over when it is first looked at.
  void job_ends(const json& ended) {
    service_.answer_with("GET /jobs/jb_1/events", [](const ServerRequest&) {
      ServerResponse response;
      response.events = events_of(format_event("end", "{}"));
      return response;
    });
    service_.answer("GET /jobs/jb_1", 200, ended.dump());
  }
  json sent(const std::string& method_and_path) { return json::parse(service_.last(method_and_path).body); }
};

TEST_F(CommandsTest, StatusSaysASentenceEachAndItsExitCodeTellsOfDanger) {
  service_.answer(
      "GET /projects", 200,
      json{{"items", {project("acme", "safe", "All good."), project("bolt", "paused", "Paused.")}},
           {"next", ""}}
          .dump());
  EXPECT_EQ(run_line("status"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("acme  safe    All good.\n"));
  service_.answer(
      "GET /projects", 200,
      json{{"items", {project("coil", "at_risk", "Late."), project("acme", "safe", "Good.")}}, {"next", ""}}
          .dump());
  EXPECT_EQ(run_line("status"), 3);
  EXPECT_THAT(out_.str(), HasSubstr("at risk"));
  EXPECT_THAT(err_.str(), HasSubstr("1 of 2 projects are not safe: coil"));
  EXPECT_EQ(run_line("status --json"), 3);
  EXPECT_EQ(json::parse(out_.str())["items"][0]["name"], "coil");
  EXPECT_EQ(run_line("status acme"), 0) << err_.str();
  EXPECT_EQ(run_line("status nobody"), 4);
}

TEST_F(CommandsTest, WithJsonTheAnswerOfTheApiIsPrintedAsItIs) {
  EXPECT_EQ(run_line("project show acme --json"), 0) << err_.str();
  EXPECT_EQ(json::parse(out_.str()), project("acme", "safe", "All good."));
  service_.answer("DELETE /projects/acme/branches/old", 204, "");
  EXPECT_EQ(run_line("branch remove old --project acme --json"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "{}\n");
}

TEST_F(CommandsTest, AProblemOfTheApiGivesItsExitCodeAndHint) {
  service_.answer(
      "POST /projects", 409,
      R"({"title": "there is a project acme", "code": "already_exists", "hint": "take another"})");
  EXPECT_EQ(run_line("project create acme"), 5);
  EXPECT_THAT(err_.str(), HasSubstr("there is a project acme"));
  EXPECT_THAT(err_.str(), HasSubstr("hint: take another"));
  EXPECT_EQ(run_line("project create acme --json"), 5);
  EXPECT_EQ(json::parse(out_.str())["error"]["code"], "already_exists");
  EXPECT_THAT(service_.last("POST /projects").header("idempotency-key"), Not(""));
}

TEST_F(CommandsTest, TextFromTheServiceDoesNotSteerTheTerminal) {
  service_.answer("GET /projects/acme", 200, project("acme", "safe", "\x1b[2J\u0007").dump());
  EXPECT_EQ(run_line("project show acme"), 0) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("\x1b")));
}

TEST_F(CommandsTest, ABranchIsToldByTheTextOfItsOdooConf) {
  const std::string file = directory_ / "odoo.conf";
  std::ofstream(file) << "[options]\ndb_name = acme\n";
  service_.answer(
      "POST /projects/acme/branches", 201,
      R"({"project": "acme", "name": "production", "type": "production", "has_filestore": true})");
  EXPECT_EQ(run_line("branch add production --project acme --odoo-conf " + file), 0) << err_.str();
  EXPECT_EQ(
      sent("POST /projects/acme/branches"),
      (json{{"name", "production"}, {"type", "production"}, {"odoo_conf", "[options]\ndb_name = acme\n"}}));
  EXPECT_EQ(run_line("branch add test-1 --project acme --odoo-conf " + file), 2) << "of which type?";
  EXPECT_EQ(run_line("branch add staging --project acme"), 2) << "which database?";
  EXPECT_EQ(run_line("branch add staging --project acme --database d --odoo-conf " + file), 2);
}

TEST_F(CommandsTest, AChangedBranchSendsWhatWasNamedAndNoMore) {
  variables_["SKYHOLD_PROJECT"] = "acme";
  variables_["SKYHOLD_DATABASE"] = "postgresql:///of_something_else";
  service_.answer("PATCH /projects/acme/branches/staging", 200, R"({"name": "staging"})");
  EXPECT_EQ(run({"branch", "set", "staging", "--filestore", ""}), 0) << err_.str();
  EXPECT_EQ(sent("PATCH /projects/acme/branches/staging"), (json{{"filestore", ""}}));
  EXPECT_EQ(run_line("branch set staging"), 2) << "nothing changes";
}

TEST_F(CommandsTest, ABackupIsOfProductionWaitsAndShowsWhatCameOfIt) {
  service_.answer("POST /projects/acme/backups", 202,
                  json{{"backup", {{"id", "bk_1"}}}, {"job", job("backup", "queued")}}.dump());
  service_.answer("GET /projects/acme/backups/bk_1", 200,
                  R"({"id": "bk_1", "project": "acme", "branch": "production", "kind": "manual",
                      "state": "good", "copies": [{"store": "near", "state": "stored"}]})");
  job_ends(job("backup", "succeeded"));
  EXPECT_EQ(run({"backup", "create", "--project", "acme", "--note", "before it"}), 0) << err_.str();
  EXPECT_EQ(sent("POST /projects/acme/backups"), (json{{"branch", "production"}, {"note", "before it"}}));
  EXPECT_THAT(out_.str(), HasSubstr("good, manual"));

  service_.answer("GET /projects/acme/backups/bk_1", 200,
                  R"({"id": "bk_1", "state": "degraded", "missing_file_count": 2, "copies": []})");
  EXPECT_EQ(run_line("backup create --project acme --json"), 3);
  EXPECT_EQ(json::parse(out_.str())["backup"]["state"], "degraded");
  EXPECT_THAT(err_.str(), HasSubstr("2 files were missing"));

  json failed = job("backup", "failed");
  failed["error"] = {{"code", "source_error"}, {"message", "no such database"}, {"hint", "look"}};
  job_ends(failed);
  EXPECT_EQ(run_line("backup create --project acme --branch staging"), 8);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(), HasSubstr("backup jb_1 has failed: no such database"));

  EXPECT_EQ(run_line("backup create --project acme --no-wait"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("skyhold job watch jb_1"));
}

TEST_F(CommandsTest, ARestoreOntoABranchIsTypedOrConfirmed) {
  service_.answer(
      "POST /projects/acme/restores/preview", 200,
      R"({"branch": "staging", "mode": "neutralized", "replaces": true, "backup": {"id": "bk_good"},
                      "replaced_size_bytes": 5000000, "warnings": ["Odoo differs"]})");
  service_.answer("POST /projects/acme/restores", 202, job("restore", "queued").dump());
  job_ends(job("restore", "succeeded"));
  terminal_.answers = {"production"};
  EXPECT_EQ(run_line("restore latest --project acme --to staging"), 2) << "another name was typed";
  EXPECT_THAT(terminal_.said, HasSubstr("5.0 MB"));
  EXPECT_THAT(terminal_.said, HasSubstr("Odoo differs"));
  EXPECT_EQ(service_.last("POST /projects/acme/restores").line, "");
  terminal_.answers = {"staging"};
  EXPECT_EQ(run_line("restore latest --project acme --to staging"), 0) << err_.str();
  EXPECT_EQ(sent("POST /projects/acme/restores"),
            (json{{"backup", "bk_good"}, {"branch", "staging"}, {"confirm", "staging"}}));

  terminal_.there = false;
  EXPECT_EQ(run_line("restore bk_2 --project acme --to staging"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--confirm staging"));
  EXPECT_EQ(run_line("restore bk_2 --project acme --to staging --exact --no-safety-backup --confirm staging"),
            0)
      << err_.str();
  EXPECT_EQ(sent("POST /projects/acme/restores"), (json{{"backup", "bk_2"},
                                                        {"branch", "staging"},
                                                        {"mode", "exact"},
                                                        {"safety_backup", false},
                                                        {"confirm", "staging"}}));
  EXPECT_EQ(run_line("restore bk_2 --project acme --new-branch try-1 --type development --no-wait"), 0);
  EXPECT_EQ(sent("POST /projects/acme/restores")["new_branch"],
            (json{{"name", "try-1"}, {"type", "development"}}));
  EXPECT_EQ(run_line("restore bk_2 --project acme"), 2);
  EXPECT_EQ(run_line("restore bk_2 --project acme --to a --new-branch b"), 2);
  EXPECT_EQ(run_line("restore bk_2 --project acme --to a --exact --neutralized"), 2);
}

TEST_F(CommandsTest, AHookThatFailedAfterTheExchangeIsToldOf) {
  service_.answer("POST /projects/acme/branches/staging/undo", 202, job("undo", "queued").dump());
  json done = job("undo", "succeeded");
  done["result"] = {{"hooks", {{{"name", "after_swap"}, {"error", "Odoo does not start"}}}}};
  job_ends(done);
  EXPECT_EQ(run_line("undo staging --project acme --confirm staging"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("Odoo does not start"));
  EXPECT_EQ(sent("POST /projects/acme/branches/staging/undo"), (json{{"confirm", "staging"}}));
}

TEST_F(CommandsTest, RetentionKeepsTheRulesThatWereNotNamed) {
  const json now{{"keep_daily", 7}, {"keep_weekly", 4}, {"keep_monthly", 2}, {"manual_days", 30}};
  service_.answer("GET /projects/acme/retention", 200,
                  json{{"rules", now}, {"backups", json::array()}}.dump());
  service_.answer("PUT /projects/acme/retention", 200,
                  json{{"rules", now}, {"backups", json::array()}}.dump());
  EXPECT_EQ(run_line("retention set --project acme --keep-daily 14"), 0) << err_.str();
  json expected = now;
  expected["keep_daily"] = 14;
  EXPECT_EQ(sent("PUT /projects/acme/retention"), expected);
  EXPECT_EQ(run_line("retention set --project acme"), 2);
}

TEST_F(CommandsTest, PeopleAreNamedByTheirNames) {
  service_.answer(
      "GET /projects/acme/members", 200,
      R"({"items": [{"account_id": "ac_1", "name": "ann"}, {"account_id": "ac_2", "name": "bob"}]})");
  service_.answer("DELETE /projects/acme/members/ac_2", 204, "");
  EXPECT_EQ(run_line("member remove bob --project acme"), 0) << err_.str();
  EXPECT_EQ(run_line("member remove carl --project acme"), 4);
  service_.answer("POST /projects/acme/members", 201,
                  R"({"member": {"name": "dora", "role": "admin"}, "one_time_password": "abc-def"})");
  EXPECT_EQ(run_line("member add dora --role admin --project acme"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("abc-def"));
  service_.answer("GET /accounts", 200, R"({"items": [{"id": "ac_1", "name": "ann"}], "next": ""})");
  service_.answer("PATCH /accounts/ac_1", 200, R"({"id": "ac_1"})");
  EXPECT_EQ(run_line("account disable ann"), 0) << err_.str();
  EXPECT_EQ(sent("PATCH /accounts/ac_1"), (json{{"enabled", false}}));
  EXPECT_EQ(run_line("account enable an"), 4) << "a part of a name is none";
}

TEST_F(CommandsTest, TablesOfABackupAreGatheredFromTheirPages) {
  service_.answer_with("GET /projects/acme/backups/bk_1/contents", [](const ServerRequest& request) {
    const bool second = request.query_value("after").has_value();
    ServerResponse response;
    response.headers.push_back({"Content-Type", "application/json"});
    response.body = second ? R"({"tables": [{"schema": "public", "name": "b", "rows": 2, "bytes": 9}],
                                 "next": "", "table_count": 2, "row_count": 3, "files": {"captured": false}})"
                           : R"({"tables": [{"schema": "public", "name": "a", "rows": 1, "bytes": 9}],
                                 "next": "x", "table_count": 2, "row_count": 3, "files": {"captured": false}})";
    return response;
  });
  EXPECT_EQ(run_line("backup show bk_1 --project acme --tables"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("public.a"));
  EXPECT_THAT(out_.str(), HasSubstr("3 rows in 2 tables"));
  EXPECT_EQ(run_line("backup show bk_1 --project acme --tables --json"), 0);
  EXPECT_EQ(json::parse(out_.str())["tables"].size(), 2U);
}

TEST_F(CommandsTest, AnAttachmentIsFoundByItsName) {
  const json held{{"id", 7},
                  {"name", "INV/0042.pdf"},
                  {"model", "account.move"},
                  {"record", 42},
                  {"size_bytes", 2048},
                  {"file", "ab/abcd"},
                  {"held", true},
                  {"created_at", "2024-05-01T10:00:00Z"}};
  const json inside{{"id", 8},       {"name", "logo\x1b.png"}, {"model", ""},
                    {"record", 0},   {"size_bytes", 12},       {"file", ""},
                    {"held", false}, {"created_at", nullptr}};
  service_.answer("GET /projects/acme/backups/bk_1/attachments", 200,
                  json{{"items", {inside, held}}, {"more", true}}.dump());
  EXPECT_EQ(run_line("backup files bk_1 --project acme --find inv"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("account.move,42"));
  EXPECT_THAT(out_.str(), HasSubstr("(in the database)"));
  EXPECT_THAT(out_.str(), HasSubstr("There may be more"));
  EXPECT_THAT(out_.str(), HasSubstr("skyhold download bk_1 --project acme --file ab/abcd"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("\x1b")));
  EXPECT_EQ(run_line("backup files bk_1 --project acme"), 2) << "what is looked for?";
  service_.answer("GET /projects/acme/backups/bk_1/attachments", 200, R"({"items": [], "more": false})");
  EXPECT_EQ(run_line("backup files bk_1 --project acme --find x"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("no such attachment"));
}

TEST_F(CommandsTest, UploadsThatWaitAreListedAndTakenBack) {
  const json half{{"id", "up_1"},
                  {"file_name", "acme.zip"},
                  {"size_bytes", 1000},
                  {"received_bytes", 250},
                  {"created_by", "ada"},
                  {"created_at", "2026-11-23T10:00:00Z"},
                  {"expires_at", "2026-11-25T10:00:00Z"}};
  service_.answer("GET /projects/acme/uploads", 200, json{{"items", {half}}}.dump());
  service_.answer("DELETE /projects/acme/uploads/up_1", 204, "");
  EXPECT_EQ(run_line("upload list --project acme"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("acme.zip"));
  EXPECT_THAT(out_.str(), HasSubstr("25"));
  EXPECT_EQ(run_line("upload discard up_1 --project acme"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("up_1 is gone"));
}

TEST_F(CommandsTest, ARefreshSaysFromWhatAndWhatWasSwitchedOff) {
  json ended = job("refresh", "succeeded");
  ended["result"] = {{"database", "acme-staging"},
                     {"backup", "bk_7"},
                     {"rows", 10},
                     {"tables", 2},
                     {"files", 1},
                     {"neutralization",
                      {{"odoo", true},
                       {"neutralized", true},
                       {"switched_off", {{{"kind", "scheduled_actions"}, {"before", 3}, {"after", 1}}}},
                       {"foreign_modules_without_rule", {"acme_shop"}}}}};
  job_ends(ended);
  service_.answer("POST /projects/acme/branches/staging/refresh", 202, job("refresh", "queued").dump());
  EXPECT_EQ(run_line("refresh staging --project acme --confirm staging --fresh"), 0) << err_.str();
  EXPECT_EQ(sent("POST /projects/acme/branches/staging/refresh"),
            (json{{"source", "production"}, {"confirm", "staging"}, {"fresh", true}}));
  EXPECT_THAT(out_.str(), HasSubstr("bk_7"));
  EXPECT_THAT(out_.str(), HasSubstr("scheduled_actions: 2 of 3"));
  EXPECT_THAT(out_.str(), HasSubstr("acme_shop"));
  ended["result"]["neutralization"] = {{"odoo", false}, {"neutralized", false}};
  job_ends(ended);
  EXPECT_EQ(run_line("refresh staging --project acme --confirm staging"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("this is no Odoo"));
}

TEST_F(CommandsTest, TheAuditLogOfAProjectIsOpenToItsAdministrators) {
  const std::string none = R"({"items": [], "next": ""})";
  service_.answer("GET /projects/acme/audit", 200, none);
  service_.answer("GET /audit", 200, none);
  EXPECT_EQ(run_line("audit --project acme"), 0) << err_.str();
  EXPECT_EQ(run_line("audit --project acme --actor ann --limit 3"), 0) << err_.str();
  EXPECT_THAT(service_.lines(),
              ElementsAre("GET /projects/acme/audit?limit=100", "GET /audit?project=acme&actor=ann&limit=3"));
}

TEST_F(CommandsTest, ACopyThatIsNotWholeEndsAVerificationLikeThatOfARepository) {
  service_.answer("POST /projects/acme/verify", 202, job("verify", "queued").dump());
  json done = job("verify", "succeeded");
  done["result"] = {{"good", false}, {"copies", {{{"store", "far"}, {"good", false}, {"findings", 2}}}}};
  job_ends(done);
  EXPECT_EQ(run_line("verify --project acme --read-data"), 7);
  EXPECT_THAT(out_.str(), HasSubstr("far: 2 faults"));
  EXPECT_EQ(sent("POST /projects/acme/verify"), (json{{"read_data", true}}));
}

}  // namespace
}  // namespace skyhold
