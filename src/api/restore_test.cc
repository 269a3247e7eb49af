// Restores through the API: what is refused before a job exists, and what the job is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "model/job_parameters.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

class RestoreTest : public testing::Test {
 protected:
  RestoreTest() : backup_(house_.add_backup("main", parse_rfc3339("2026-11-23T00:00:00Z").value())) {}

  [[nodiscard]] std::string body(const std::string& rest) const {
    return R"({"backup":")" + backup_.id + R"(",)" + rest + "}";
  }
  Answer restore(Caller& caller, const std::string& rest) {
    return caller.post("/projects/acme/restores", body(rest));
  }
  RestoreParameters parameters_of(const Answer& queued) {
    EXPECT_EQ(queued.status, 202) << queued.text;
    const Job job = house_.jobs->job(queued.text_at("id")).value();
    EXPECT_EQ(job.backup_id, backup_.id);
    EXPECT_EQ(job.priority, JobPriority::kRestore);
    return parse_restore_parameters(job.parameters).value();
  }

  ApiHouse house_;
  BackupRecord backup_;
};

TEST_F(RestoreTest, TheTargetsNameHasToBeRepeated) {
  Caller ada = house_.as("ada");
  EXPECT_EQ(restore(ada, R"("branch":"stage")").field(), "confirm");
  EXPECT_EQ(restore(ada, R"("branch":"stage","confirm":"Stage")").field(), "confirm");
  EXPECT_EQ(restore(ada, R"("branch":"stage","confirm":"")").field(), "confirm");
  EXPECT_TRUE(house_.jobs->jobs({}, 10)->items.empty());
  EXPECT_EQ(restore(ada, R"("branch":"stage","confirm":"stage")").status, 202);
}

TEST_F(RestoreTest, ACopyIsNeutralizedAndGetsAnIdentityOfItsOwn) {
  Caller ada = house_.as("ada");
  EXPECT_EQ(parameters_of(restore(ada, R"("branch":"stage","confirm":"stage")")),
            (RestoreParameters{
                .neutralize = true, .new_identity = true, .safety_backup = true, .new_branch = false}));
  house_.finish_next_job();
  EXPECT_FALSE(
      parameters_of(restore(ada, R"("branch":"stage","confirm":"stage","mode":"exact")")).neutralize);
}

TEST_F(RestoreTest, ProductionOntoItselfIsExactAndStaysItself) {
  Caller ada = house_.as("ada");
  EXPECT_EQ(parameters_of(restore(ada, R"("branch":"main","confirm":"main","safety_backup":false)")),
            (RestoreParameters{
                .neutralize = false, .new_identity = false, .safety_backup = false, .new_branch = false}));
}

TEST_F(RestoreTest, ANewBranchIsMadeBesideItsSource) {
  Caller ada = house_.as("ada");
  const Answer queued = restore(ada, R"("new_branch":{"name":"trial"})");
  EXPECT_EQ(parameters_of(queued),
            (RestoreParameters{
                .neutralize = true, .new_identity = true, .safety_backup = false, .new_branch = true}));
  const Branch branch = house_.catalog->branch("acme", "trial").value();
  EXPECT_EQ(branch.type, BranchType::kStaging);
  EXPECT_EQ(branch.filestore, "/srv/acme/main-trial");
  EXPECT_EQ(branch.odoo_version, "17.0");
  EXPECT_EQ(restore(ada, R"("new_branch":{"name":"trial"})").field(), "new_branch.name");
  EXPECT_EQ(restore(ada, R"("new_branch":{"name":"../x"})").field(), "new_branch.name");
  EXPECT_EQ(restore(ada, R"("new_branch":{"name":"other"},"confirm":"stage")").field(), "confirm");
}

// Nobody but an operator names databases and directories of the platform.
TEST_F(RestoreTest, OnlyOperatorsSayWhereANewBranchLies) {
  const std::string placed =
      R"("new_branch":{"name":"trial","database_url":"postgresql://db9/x","filestore":"/srv/x"})";
  Caller ada = house_.as("ada");
  const Answer refused = restore(ada, placed);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.field(), "new_branch.database_url");
  EXPECT_FALSE(house_.catalog->branch("acme", "trial"));
  Caller olga = house_.as("olga");
  EXPECT_EQ(restore(olga, placed).status, 202);
  EXPECT_EQ(house_.catalog->branch("acme", "trial")->filestore, "/srv/x");
}

TEST_F(RestoreTest, CancelledInTheQueueItsNewBranchIsNoBranch) {
  Caller ada = house_.as("ada");
  const Answer queued = restore(ada, R"("new_branch":{"name":"trial"})");
  ASSERT_EQ(ada.post("/jobs/" + queued.text_at("id") + "/cancel").status, 200);
  EXPECT_FALSE(house_.catalog->branch("acme", "trial"));
}

TEST_F(RestoreTest, WhatCannotBeRestoredIsRefused) {
  Caller ada = house_.as("ada");
  BackupRecord failed = house_.catalog->backup(backup_.id).value();
  failed.state = BackupState::kFailed;
  ASSERT_TRUE(house_.catalog->update_backup(failed));
  EXPECT_EQ(restore(ada, R"("branch":"stage","confirm":"stage")").code(), "not_restorable");
  EXPECT_EQ(ada.post("/projects/acme/restores", R"({"backup":"bk_none","branch":"stage","confirm":"stage"})")
                .field(),
            "backup");
  EXPECT_EQ(restore(ada, R"("mode":"exact")").field(), "branch");
  EXPECT_EQ(restore(ada, R"("branch":"stage","new_branch":{"name":"x"})").field(), "branch");
}

TEST_F(RestoreTest, ABranchIsReplacedByOneJobAtATime) {
  Caller ada = house_.as("ada");
  const Answer first = restore(ada, R"("branch":"stage","confirm":"stage")");
  const Answer second = restore(ada, R"("branch":"stage","confirm":"stage")");
  EXPECT_EQ(second.status, 409);
  EXPECT_THAT(second.text_at("hint"), HasSubstr(first.text_at("id")));
  EXPECT_EQ(
      ada.post("/projects/acme/branches/stage/refresh", R"({"source":"main","confirm":"stage"})").status,
      409);
  EXPECT_EQ(ada.get("/projects/acme/restores").at("items").items().size(), 1U);
}

TEST_F(RestoreTest, ThePreviewSaysWhatWouldBeReplaced) {
  house_.platform.target.exists = true;
  house_.platform.target.size_bytes = 12345;
  Caller ada = house_.as("ada");
  const Answer preview = ada.post("/projects/acme/restores/preview", body(R"("branch":"main")"));
  ASSERT_EQ(preview.status, 200) << preview.text;
  EXPECT_TRUE(preview.at("replaces").as_boolean());
  EXPECT_EQ(preview.at("replaced_size_bytes").as_integer(), 12345);
  EXPECT_EQ(preview.text_at("mode"), "exact");
  EXPECT_EQ(preview.text_at("identity"), "keep");
  EXPECT_THAT(preview.text_at("warnings"), HasSubstr("production"));
  EXPECT_THAT(preview.text_at("warnings"), testing::Not(HasSubstr("within the last hour")));
  house_.platform.target.last_write_at = house_.clock.now() - std::chrono::minutes{59};
  const Answer in_use = ada.post("/projects/acme/restores/preview", body(R"("branch":"main")"));
  EXPECT_THAT(in_use.text_at("warnings"), HasSubstr("within the last hour"));
  EXPECT_EQ(in_use.text_at("replaced_last_write_at"), format_rfc3339(*house_.platform.target.last_write_at));
  EXPECT_TRUE(house_.jobs->jobs({}, 10)->items.empty());
  const Answer fresh = ada.post("/projects/acme/restores/preview", body(R"("new_branch":{"name":"trial"})"));
  EXPECT_EQ(fresh.text_at("mode"), "neutralized");
  EXPECT_FALSE(house_.catalog->branch("acme", "trial"));
}

TEST_F(RestoreTest, UndoAndRefreshAskForTheNameToo) {
  Caller ada = house_.as("ada");
  EXPECT_EQ(ada.post("/projects/acme/branches/stage/undo", R"({"confirm":"main"})").field(), "confirm");
  EXPECT_EQ(ada.post("/projects/acme/branches/stage/undo", R"({"confirm":"stage"})").code(),
            "nothing_to_undo");
  house_.platform.target.can_undo = true;
  EXPECT_EQ(ada.post("/projects/acme/branches/stage/undo", R"({"confirm":"stage"})").text_at("kind"), "undo");
  house_.finish_next_job();
  const auto refresh = [&](const std::string& branch, const std::string& text) {
    return ada.post("/projects/acme/branches/" + branch + "/refresh", text);
  };
  EXPECT_EQ(refresh("stage", R"({"source":"main","confirm":"main"})").field(), "confirm");
  EXPECT_EQ(refresh("main", R"({"source":"stage","confirm":"main"})").status, 400);
  EXPECT_EQ(refresh("stage", R"({"source":"gone","confirm":"stage"})").field(), "source");
  const Answer queued = refresh("stage", R"({"source":"main","confirm":"stage","fresh":true})");
  ASSERT_EQ(queued.status, 202) << queued.text;
  EXPECT_EQ(parse_refresh_parameters(house_.jobs->job(queued.text_at("id"))->parameters).value(),
            (RefreshParameters{.source = "main", .fresh = true}));
}

TEST_F(RestoreTest, TheListHasAllThatReplacedData) {
  Caller ada = house_.as("ada");
  house_.platform.target.can_undo = true;
  const auto finish = [&] {
    house_.finish_next_job();
    house_.clock.advance(std::chrono::seconds{1});  // the newest comes first
  };
  ASSERT_EQ(restore(ada, R"("branch":"stage","confirm":"stage")").status, 202);
  finish();
  ASSERT_EQ(ada.post("/projects/acme/branches/stage/undo", R"({"confirm":"stage"})").status, 202);
  finish();
  ASSERT_EQ(
      ada.post("/projects/acme/branches/stage/refresh", R"({"source":"main","confirm":"stage"})").status,
      202);
  finish();
  ASSERT_EQ(ada.post("/projects/acme/verify", "{}").status, 202);
  const Answer list = ada.get("/projects/acme/restores");
  ASSERT_EQ(list.at("items").items().size(), 3U) << list.text;
  EXPECT_EQ(list.at("items").items()[0].text("kind"), "refresh");
  EXPECT_EQ(list.at("items").items()[1].text("kind"), "undo");
  EXPECT_EQ(list.at("items").items()[2].text("kind"), "restore");
}

}  // namespace
}  // namespace skyhold
