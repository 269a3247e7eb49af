// Backups through the API: made, seen by role, kept, deleted, looked into.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "model/job_parameters.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

Instant at(std::string_view text) {
  return parse_rfc3339(text).value();
}

class BackupTest : public testing::Test {
 protected:
  ApiHouse house_;
};

TEST_F(BackupTest, AskingForOneMakesItsRecordAndItsJob) {
  Caller ada = house_.as("ada");
  const Answer made = ada.post("/projects/acme/backups", R"({"branch":"stage","note":"before the upgrade"})");
  ASSERT_EQ(made.status, 202) << made.text;
  EXPECT_EQ(made.text_at("backup.state"), "running");
  EXPECT_EQ(made.text_at("backup.job"), made.text_at("job.id"));
  EXPECT_EQ(made.text_at("backup.created_by"), "ada");
  EXPECT_EQ(made.at("backup.copies").items().size(), 3U);
  const Job job = house_.jobs->job(made.text_at("job.id")).value();
  EXPECT_EQ(job.kind, JobKind::kBackup);
  EXPECT_EQ(job.priority, JobPriority::kManual);
  EXPECT_EQ(job.backup_id, made.text_at("backup.id"));
  EXPECT_EQ(job.region, "west");
  EXPECT_EQ(job.database_server, "db1:5432");
  const auto record = house_.audited("backup.create");
  EXPECT_EQ(record->actor, "ada");
  EXPECT_EQ(record->project, "acme");
  EXPECT_EQ(record->subject, made.text_at("backup.id"));
  EXPECT_EQ(record->address, "127.0.0.1");
}

TEST_F(BackupTest, ABranchHasOneUnderWayAtATime) {
  Caller ada = house_.as("ada");
  const Answer first = ada.post("/projects/acme/backups", R"({"branch":"main"})");
  const Answer second = ada.post("/projects/acme/backups", R"({"branch":"main"})");
  EXPECT_EQ(second.status, 409);
  EXPECT_THAT(second.text_at("hint"), HasSubstr(first.text_at("job.id")));
  EXPECT_EQ(ada.post("/projects/acme/backups", R"({"branch":"stage"})").status, 202);
  house_.finish_next_job();
  house_.finish_next_job();
  EXPECT_EQ(ada.post("/projects/acme/backups", R"({"branch":"main"})").status, 202);
}

TEST_F(BackupTest, OfManyWhoAskAtOnceOneGetsIt) {
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < 4; ++i) {
      askers.emplace_back([&, ada = house_.as("ada")]() mutable {
        const int status = ada.post("/projects/acme/backups", R"({"branch":"main"})").status;
        made += status == 202 ? 1 : 0;
        refused += status == 409 ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 3);
  EXPECT_EQ(house_.jobs->jobs({}, 10)->items.size(), 1U);
  EXPECT_EQ(house_.catalog->live_backups("acme")->size(), 1U) << "a record without a job";
}

TEST_F(BackupTest, WhatCannotBeIsRefusedByField) {
  Caller ada = house_.as("ada");
  EXPECT_EQ(ada.post("/projects/acme/backups", R"({"branch":"gone"})").field(), "branch");
  EXPECT_EQ(ada.post("/projects/acme/backups", R"({"branch":"main","note":"a\u0007b"})").field(), "note");
  EXPECT_EQ(ada.post("/projects/acme/backups", R"({"branch":"main","branch":"stage"})").field(), "branch");
  EXPECT_EQ(ada.post("/projects/acme/backups").status, 415);
  EXPECT_EQ(ada.get("/projects/acme/backups?limit=0").field(), "limit");
  EXPECT_EQ(ada.get("/projects/acme/backups?limit=5&limit=6").field(), "limit");
  EXPECT_EQ(ada.get("/projects/acme/backups?kind=fast").field(), "kind");
  EXPECT_EQ(ada.get("/projects/acme/backups?after=nonsense").status, 400);
}

TEST_F(BackupTest, CancelledInTheQueueItDoesNotStayRunning) {
  Caller ada = house_.as("ada");
  const Answer made = ada.post("/projects/acme/backups", R"({"branch":"main"})");
  EXPECT_EQ(ada.post("/jobs/" + made.text_at("job.id") + "/cancel").text_at("state"), "cancelled");
  const Answer backup = ada.get("/projects/acme/backups/" + made.text_at("backup.id"));
  EXPECT_EQ(backup.text_at("state"), "failed");
  EXPECT_EQ(backup.text_at("error.code"), "cancelled");
  EXPECT_EQ(ada.post("/jobs/" + made.text_at("job.id") + "/cancel").status, 409);
}

TEST_F(BackupTest, UsersSeeThatItIsThereAndAdminsWhatItSays) {
  const BackupRecord backup = house_.add_backup("main", at("2026-11-23T00:00:00Z"));
  ASSERT_TRUE(house_.catalog->pin(backup.id, "a lawsuit", "ada"));
  const std::string path = "/projects/acme/backups/" + backup.id;
  const Answer admin = house_.as("ada").get(path);
  EXPECT_EQ(admin.text_at("note"), "before the upgrade");
  EXPECT_EQ(admin.text_at("pin.reason"), "a lawsuit");
  Caller uma = house_.as("uma");
  const Answer user = uma.get(path);
  EXPECT_EQ(user.text_at("state"), "good");
  EXPECT_EQ(user.text_at("created_by"), "schedule");
  EXPECT_EQ(user.text_at("note"), "");
  EXPECT_EQ(user.text_at("pin.reason"), "");
  EXPECT_EQ(uma.get("/projects/acme/backups").at("items").items().at(0).text("note"), "");
  EXPECT_EQ(uma.get(path + "/contents").code(), "forbidden");
  EXPECT_EQ(house_.audited("backup.contents")->outcome, "denied");
}

TEST_F(BackupTest, OfAnotherProjectItIsNotThere) {
  const BackupRecord backup = house_.add_backup("main", at("2026-11-23T00:00:00Z"));
  Caller sam = house_.as("sam");
  EXPECT_EQ(sam.get("/projects/globex/backups/" + backup.id).status, 404);
  EXPECT_EQ(sam.remove("/projects/globex/backups/" + backup.id + "?confirm=" + backup.id).status, 404);
  EXPECT_EQ(sam.put("/projects/globex/backups/" + backup.id + "/pin", R"({"reason":"x"})").status, 404);
  EXPECT_EQ(sam.post("/projects/globex/restores",
                     R"({"backup":")" + backup.id + R"(","branch":"stage","confirm":"stage"})")
                .field(),
            "backup");
}

TEST_F(BackupTest, ListsGoPageByPage) {
  for (int day = 10; day < 15; ++day) {
    house_.add_backup("main", at("2026-11-" + std::to_string(day) + "T00:00:00Z"));
  }
  Caller uma = house_.as("uma");
  std::vector<std::string> seen;
  std::string next;
  int pages = 0;
  do {
    const Answer page = uma.get("/projects/acme/backups?limit=2" + (next.empty() ? "" : "&after=" + next));
    ASSERT_EQ(page.status, 200) << page.text;
    for (const JsonValue& item : page.at("items").items()) seen.push_back(item.text("started_at"));
    next = page.text_at("next");
  } while (!next.empty() && ++pages < 10);
  ASSERT_EQ(seen.size(), 5U);
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
}

TEST_F(BackupTest, EachSaysWhyAndUntilWhenItIsKept) {
  house_.add_backup("main", at("2026-11-22T00:00:00Z"));
  const BackupRecord manual = house_.add_backup("main", at("2026-11-01T12:00:00Z"), BackupKind::kManual);
  house_.add_backup("main", at("2026-11-23T00:00:00Z"));
  Caller uma = house_.as("uma");
  const Answer list = uma.get("/projects/acme/backups");
  const JsonValue& newest = list.at("items").items().at(0);
  EXPECT_THAT(to_text(*newest.find("tiers")), HasSubstr("daily 2026-11-23"));
  EXPECT_EQ(uma.get("/projects/acme/backups/" + manual.id).text_at("kept_until"), "2026-12-01T12:00:00Z");
  // What the list remembers is not what it says once something changed.
  ASSERT_EQ(
      house_.as("ada").put("/projects/acme/backups/" + manual.id + "/pin", R"({"reason":"audit"})").status,
      200);
  EXPECT_EQ(uma.get("/projects/acme/backups/" + manual.id).text_at("kept_until"), "null");
}

TEST_F(BackupTest, DeletingAsksForTheIdAgainAndSparesWhatMustStay) {
  const BackupRecord old = house_.add_backup("main", at("2026-11-20T00:00:00Z"));
  const BackupRecord pinned = house_.add_backup("main", at("2026-11-21T00:00:00Z"));
  const BackupRecord newest = house_.add_backup("main", at("2026-11-22T00:00:00Z"));
  Caller ada = house_.as("ada");
  const auto remove = [&](const BackupRecord& backup, const std::string& confirm) {
    return ada.remove("/projects/acme/backups/" + backup.id + "?confirm=" + confirm);
  };
  ASSERT_EQ(ada.put("/projects/acme/backups/" + pinned.id + "/pin", R"({"reason":"audit"})").status, 200);
  EXPECT_EQ(remove(old, "yes").field(), "confirm");
  EXPECT_EQ(ada.remove("/projects/acme/backups/" + old.id).field(), "confirm");
  EXPECT_EQ(remove(pinned, pinned.id).code(), "pinned");
  EXPECT_EQ(remove(newest, newest.id).code(), "newest_backup");
  const Answer queued = remove(old, old.id);
  ASSERT_EQ(queued.status, 202) << queued.text;
  EXPECT_EQ(remove(old, old.id).text_at("id"), queued.text_at("id"));
  const Job job = house_.jobs->job(queued.text_at("id")).value();
  EXPECT_EQ(job.kind, JobKind::kForget);
  EXPECT_EQ(parse_forget_parameters(job.parameters)->backups, std::vector<std::string>{old.id});
  // The route marks nothing: that is the job's to do.
  EXPECT_EQ(house_.catalog->backup(old.id)->state, BackupState::kGood);
}

TEST_F(BackupTest, TheNewestGoodOneStaysWhateverCameAfterIt) {
  house_.add_backup("main", at("2026-11-20T00:00:00Z"));
  const BackupRecord good = house_.add_backup("main", at("2026-11-21T00:00:00Z"));
  BackupRecord degraded = house_.add_backup("main", at("2026-11-22T00:00:00Z"));
  degraded.state = BackupState::kDegraded;
  ASSERT_TRUE(house_.catalog->update_backup(degraded));
  const BackupRecord imported = house_.add_backup("main", at("2026-11-23T00:00:00Z"), BackupKind::kImported);
  Caller ada = house_.as("ada");
  const auto remove = [&](const BackupRecord& backup) {
    return ada.remove("/projects/acme/backups/" + backup.id + "?confirm=" + backup.id);
  };
  EXPECT_EQ(remove(good).code(), "newest_backup");
  EXPECT_EQ(remove(degraded).code(), "newest_backup");
  EXPECT_EQ(remove(imported).status, 202) << "it is no capture of the branch";
}

Manifest manifest_of(std::uint64_t partners) {
  Manifest manifest;
  const auto table = [](std::string name, std::uint64_t rows, std::string digest) {
    TableEntry entry;
    entry.schema = "public";
    entry.name = std::move(name);
    entry.rows = rows;
    entry.bytes = rows * 10;
    entry.row_digest = std::move(digest);
    return entry;
  };
  manifest.tables = {table("ir_module", 5, "aa"), table("res_partner", partners, std::to_string(partners)),
                     table("weird \xFF name", 1, "cc")};
  manifest.filestore.captured = true;
  for (std::uint64_t i = 0; i < partners; ++i) {
    manifest.filestore.files.push_back({"ab/" + std::to_string(1000 + i), 7});
  }
  manifest.filestore.missing = {{"cd/1", "not in the filestore"}};
  manifest.odoo.modules = {{"base", "17.0.1.3"}};
  return manifest;
}

TEST_F(BackupTest, ItsContentsAreShownAndThatIsWrittenDown) {
  const BackupRecord backup = house_.add_backup("main", at("2026-11-22T00:00:00Z"));
  house_.platform.manifests[backup.id] = manifest_of(3);
  Caller ada = house_.as("ada");
  const std::string path = "/projects/acme/backups/" + backup.id + "/contents";
  const Answer all = ada.get(path + "?sort=bytes&limit=2");
  ASSERT_EQ(all.status, 200) << all.text;
  EXPECT_EQ(all.at("tables").items().at(0).text("name"), "ir_module");
  EXPECT_EQ(all.text_at("next"), "2");
  EXPECT_EQ(ada.get(path + "?sort=bytes&limit=2&after=2").at("tables").items().size(), 1U);
  EXPECT_EQ(ada.get(path + "?search=PARTNER").at("tables").items().size(), 1U);
  EXPECT_EQ(ada.get(path + "?after=99").field(), "after");
  EXPECT_EQ(all.at("files.count").as_integer(), 3);
  EXPECT_EQ(house_.audited("backup.contents")->subject, backup.id);
}

TEST_F(BackupTest, ItsFilesAreCountedByTypeUnlessItIsTooOldToSay) {
  const BackupRecord backup = house_.add_backup("main", at("2026-11-22T00:00:00Z"));
  house_.platform.manifests[backup.id] = manifest_of(3);
  Caller ada = house_.as("ada");
  const std::string path = "/projects/acme/backups/" + backup.id + "/contents";
  const Answer old = ada.get(path);
  ASSERT_EQ(old.status, 200) << old.text;
  EXPECT_TRUE(old.at("file_types").is(JsonValue::Type::kNull));
  house_.platform.manifests[backup.id].filestore.types = {{"image/png", 2, 40}, {"unknown", 1, 3}};
  const Answer types = ada.get(path);
  ASSERT_EQ(types.at("file_types").items().size(), 2U) << types.text;
  EXPECT_EQ(types.at("file_types").items().at(0).text("type"), "image/png");
  EXPECT_EQ(types.at("file_types").items().at(0).integer("bytes", 0), 40);
}

TEST_F(BackupTest, ItsDifferenceIsToTheOneBefore) {
  const BackupRecord before = house_.add_backup("main", at("2026-11-21T00:00:00Z"));
  const BackupRecord now = house_.add_backup("main", at("2026-11-22T00:00:00Z"));
  house_.platform.manifests[before.id] = manifest_of(3);
  house_.platform.manifests[now.id] = manifest_of(5);
  Caller ada = house_.as("ada");
  const Answer difference = ada.get("/projects/acme/backups/" + now.id + "/difference");
  ASSERT_EQ(difference.status, 200) << difference.text;
  EXPECT_EQ(difference.text_at("previous"), before.id);
  ASSERT_EQ(difference.at("tables").items().size(), 1U);
  EXPECT_EQ(difference.at("tables").items().at(0).integer("rows_change", 0), 2);
  EXPECT_EQ(difference.at("files_added").as_integer(), 2);
  const Answer first = ada.get("/projects/acme/backups/" + before.id + "/difference");
  EXPECT_EQ(first.text_at("previous"), "");
  EXPECT_EQ(first.at("tables").items().at(0).text("state"), "new");
}

TEST_F(BackupTest, CopiesAreCheckedAndMendedOnRequest) {
  Caller ada = house_.as("ada");
  const Answer verify = ada.post("/projects/acme/verify", R"({"read_data":true})");
  ASSERT_EQ(verify.status, 202) << verify.text;
  EXPECT_TRUE(parse_verify_parameters(house_.jobs->job(verify.text_at("id"))->parameters)->read_data);
  EXPECT_EQ(ada.post("/projects/acme/verify", "{}").status, 409);
  EXPECT_EQ(ada.post("/projects/acme/mend").status, 202);
}

}  // namespace
}  // namespace skyhold
