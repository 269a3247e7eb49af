// Downloads, uploads and imports through the API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "model/job_parameters.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

constexpr std::string_view kFile = "ab/abcdef0123456789abcdef0123456789abcdef01";

class InterchangeTest : public testing::Test {
 protected:
  InterchangeTest() : backup_(house_.add_backup("main", parse_rfc3339("2026-11-23T00:00:00Z").value())) {
    Manifest manifest;
    manifest.project = "acme";
    manifest.branch = "main";
    manifest.point_in_time = backup_.started_at;
    manifest.filestore.captured = true;
    manifest.filestore.files.push_back({std::string(kFile), house_.interchange.content.size()});
    house_.platform.manifests[backup_.id] = manifest;
  }

  Answer link(Caller& caller, const std::string& body) {
    return caller.post("/projects/acme/backups/" + backup_.id + "/downloads", body);
  }
  std::string file_link(Caller& caller) {
    const Answer made = link(caller, R"({"format":"file","file":")" + std::string(kFile) + "\"}");
    EXPECT_EQ(made.status, 201) << made.text;
    return made.text_at("url");
  }
  Answer fetch(const std::string& url, std::vector<HttpHeader> headers = {}) {
    return house_.caller().raw(HttpMethod::kGet, url, {}, std::move(headers));
  }
  std::string upload(Caller& caller, const std::string& text) {
    const Answer begun = caller.post("/projects/acme/uploads", R"({"file_name":"x.zip","size_bytes":)" +
                                                                   std::to_string(text.size()) + "}");
    EXPECT_EQ(begun.status, 201) << begun.text;
    return begun.text_at("id");
  }
  Answer send(Caller& caller, const std::string& id, std::uint64_t offset, const std::string& text) {
    return caller.raw(HttpMethod::kPut,
                      "/api/v1/projects/acme/uploads/" + id + "/content?offset=" + std::to_string(offset),
                      text,
                      {{"Cookie", caller.cookie},
                       {"X-CSRF-Token", caller.csrf_token},
                       {"Content-Type", "application/octet-stream"}});
  }

  ApiHouse house_;
  BackupRecord backup_;
};

// ---- downloads

TEST_F(InterchangeTest, ALinkIsTheRightToOneFileForAnHour) {
  Caller ada = house_.as("ada");
  const std::string url = file_link(ada);
  const Answer file = fetch(url);
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.text, house_.interchange.content);
  EXPECT_THAT(file.header("content-disposition"), HasSubstr("attachment; filename=\"abcdef"));
  EXPECT_EQ(file.header("content-length"), std::to_string(file.text.size()));
  EXPECT_EQ(house_.audited("download.open")->actor, "ada");
  EXPECT_EQ(house_.audited("download.open")->subject, backup_.id);
  house_.clock.advance(std::chrono::minutes{61});
  EXPECT_EQ(fetch(url).status, 410);
}

TEST_F(InterchangeTest, ALinkEndsWithTheRightsOfItsMaker) {
  Caller ada = house_.as("ada");
  const std::string url = file_link(ada);
  const std::string id = house_.access->account_by_name("ada")->id;
  ASSERT_TRUE(house_.access->put_member("acme", "ada", Role::kUser));
  EXPECT_EQ(fetch(url).status, 410);
  ASSERT_TRUE(house_.access->put_member("acme", "ada", Role::kAdmin));
  EXPECT_EQ(fetch(url).status, 200);
  Account account = house_.access->account(id).value();
  account.enabled = false;
  ASSERT_TRUE(house_.access->update_account(account));
  EXPECT_EQ(fetch(url).status, 410);
}

TEST_F(InterchangeTest, ALinkCannotBeMadeUp) {
  Caller ada = house_.as("ada");
  std::string url = file_link(ada);
  EXPECT_EQ(fetch("/api/v1/downloads/abcd").status, 404);
  url[url.size() / 2] = url[url.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_EQ(fetch(url).status, 404);
}

TEST_F(InterchangeTest, ABrokenDownloadGoesOnWhereItBroke) {
  Caller ada = house_.as("ada");
  const std::string url = file_link(ada);
  const std::string& whole = house_.interchange.content;
  const std::string size = std::to_string(whole.size());
  Answer rest = fetch(url, {{"Range", "bytes=5-"}});
  EXPECT_EQ(rest.status, 206);
  EXPECT_EQ(rest.text, whole.substr(5));
  EXPECT_EQ(rest.header("content-range"), "bytes 5-" + std::to_string(whole.size() - 1) + "/" + size);
  EXPECT_EQ(fetch(url, {{"Range", "bytes=2-3"}}).text, whole.substr(2, 2));
  EXPECT_EQ(fetch(url, {{"Range", "bytes=-4"}}).text, whole.substr(whole.size() - 4));
  const Answer behind = fetch(url, {{"Range", "bytes=" + size + "-"}});
  EXPECT_EQ(behind.status, 416);
  EXPECT_EQ(behind.header("content-range"), "bytes */" + size);
  // What is no range, or a range of something else, gets the whole.
  for (const char* range : {"bytes=", "bytes=-", "bytes=3-2", "bytes=1-2,4-5", "lines=1-2", "bytes=a-b"}) {
    EXPECT_EQ(fetch(url, {{"Range", range}}).status, 200) << range;
  }
  EXPECT_EQ(fetch(url, {{"Range", "bytes=5-"}, {"If-Range", "\"another\""}}).status, 200);
  EXPECT_EQ(fetch(url, {{"Range", "bytes=5-"}, {"If-Range", rest.header("etag")}}).status, 206);
}

TEST_F(InterchangeTest, WhatIsMadeAnewEachTimeTakesNoRange) {
  Caller ada = house_.as("ada");
  const Answer made = link(ada, R"({"format":"odoo-zip"})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_FALSE(made.at("resumable").as_boolean());
  const Answer whole = fetch(made.text_at("url"), {{"Range", "bytes=5-"}});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.header("accept-ranges"), "none");
}

TEST_F(InterchangeTest, WhatIsAskedForHasToFit) {
  Caller ada = house_.as("ada");
  EXPECT_EQ(link(ada, R"({"format":"table"})").field(), "table");
  EXPECT_EQ(link(ada, R"({"format":"table","table":"no_such"})").status, 404);
  EXPECT_EQ(link(ada, R"({"format":"odoo-zip","file":"ab/c"})").field(), "file");
  EXPECT_EQ(link(ada, R"({"format":"file","file":"../../etc/passwd"})").status, 404);
  EXPECT_EQ(link(ada, R"({"format":"odoo-zip","recipients":["age1nonsense"]})").field(), "recipients");
  EXPECT_EQ(link(ada, R"({"format":"exe"})").field(), "format");
  Caller uma = house_.as("uma");
  EXPECT_EQ(link(uma, R"({"format":"odoo-zip"})").status, 403);
}

TEST_F(InterchangeTest, WhenTooManyDownloadsRunTheNextIsToldToWait) {
  Caller ada = house_.as("ada");
  const std::string url = file_link(ada);
  house_.interchange.download_error =
      Error{ErrorCode::kUnavailable, "4 downloads run here already", "", std::chrono::seconds{30}};
  const Answer refused = fetch(url);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "30");
}

TEST_F(InterchangeTest, AnAttachmentIsFoundByItsNameAndKeepsIt) {
  FoundAttachment found;
  found.id = 7;
  found.name = "Facture n\xc2\xb0 12/2024.pdf";
  found.res_model = "account.move";
  found.res_id = 42;
  found.mimetype = "application/pdf";
  found.size_bytes = house_.interchange.content.size();
  found.file = kFile;
  found.held = true;
  found.created_at = parse_rfc3339("2024-05-01T10:00:00Z").value();
  house_.interchange.attachments = {{found}, true};
  Caller ada = house_.as("ada");
  const std::string path = "/projects/acme/backups/" + backup_.id + "/attachments";
  const Answer answer = ada.get(path + "?search=FACTURE%20pdf");
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(house_.interchange.searched, "FACTURE pdf");
  EXPECT_TRUE(answer.at("more").as_boolean());
  const JsonValue& item = answer.at("items").items().at(0);
  EXPECT_EQ(item.text("name"), found.name);
  EXPECT_EQ(item.text("created_at"), "2024-05-01T10:00:00Z");
  EXPECT_EQ(house_.audited("backup.attachments")->detail, "\"FACTURE pdf\"");

  JsonValue wanted = JsonValue::object();
  wanted.set("format", "file").set("file", item.text("file")).set("save_as", item.text("name"));
  const Answer made = link(ada, to_text(wanted));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.text_at("file_name"), "Facture n\xc2\xb0 12_2024.pdf");
  EXPECT_EQ(fetch(made.text_at("url")).header("content-disposition"),
            "attachment; filename=\"Facture n__ 12_2024.pdf\"; "
            "filename*=UTF-8''Facture%20n%C2%B0%2012_2024.pdf");
}

TEST_F(InterchangeTest, AttachmentsAreForAdminsAndWantAText) {
  const std::string path = "/projects/acme/backups/" + backup_.id + "/attachments";
  EXPECT_EQ(house_.as("uma").get(path + "?search=x").status, 403);
  Caller ada = house_.as("ada");
  EXPECT_EQ(ada.get(path).field(), "search");
  EXPECT_EQ(ada.get(path + "?search=").field(), "search");
  EXPECT_EQ(link(ada, R"({"format":"odoo-zip","save_as":"x.zip"})").field(), "save_as");
}

// ---- uploads and imports

TEST_F(InterchangeTest, WhatWasBegunIsListedForItsProject) {
  Caller ada = house_.as("ada");
  const std::string id = upload(ada, "0123456789");
  ASSERT_EQ(send(ada, id, 0, "0123").status, 200);
  const Answer list = ada.get("/projects/acme/uploads");
  ASSERT_EQ(list.status, 200) << list.text;
  ASSERT_EQ(list.at("items").items().size(), 1U);
  const JsonValue& item = list.at("items").items().at(0);
  EXPECT_EQ(item.text("id"), id);
  EXPECT_EQ(item.integer("received_bytes", 0), 4);
  EXPECT_EQ(item.text("created_by"), "ada");
  EXPECT_EQ(house_.as("sam").get("/projects/globex/uploads").at("items").items().size(), 0U);
  EXPECT_EQ(house_.as("uma").get("/projects/acme/uploads").status, 403);
}

TEST_F(InterchangeTest, AnUploadGoesOnAfterABrokenConnection) {
  Caller ada = house_.as("ada");
  const std::string id = upload(ada, "0123456789");
  EXPECT_EQ(send(ada, id, 0, "01234").status, 200);
  EXPECT_EQ(send(ada, id, 0, "01234").status, 409);
  const Answer there = ada.get("/projects/acme/uploads/" + id);
  EXPECT_EQ(there.at("received_bytes").as_integer(), 5);
  EXPECT_FALSE(there.at("complete").as_boolean());
  EXPECT_EQ(send(ada, id, 5, "56789").status, 200);
  EXPECT_TRUE(ada.get("/projects/acme/uploads/" + id).at("complete").as_boolean());
  EXPECT_EQ(ada.remove("/projects/acme/uploads/" + id).status, 204);
  EXPECT_EQ(ada.get("/projects/acme/uploads/" + id).status, 404);
}

TEST_F(InterchangeTest, AnImportIsLookedAtUnlessItIsToBeKept) {
  Caller ada = house_.as("ada");
  const std::string id = upload(ada, "PK");
  const std::string source = R"("source":{"upload":")" + id + "\"}";
  const std::string path = "/projects/acme/imports";
  // Not before all of it is there.
  EXPECT_EQ(ada.post(path, R"({"branch":"main",)" + source + "}").field(), "source.upload");
  ASSERT_EQ(send(ada, id, 0, "PK").status, 200);
  const Answer queued = ada.post(path, R"({"branch":"main",)" + source + "}");
  ASSERT_EQ(queued.status, 202) << queued.text;
  const Job job = house_.jobs->job(queued.text_at("id")).value();
  const ImportParameters parameters = parse_import_parameters(job.parameters).value();
  EXPECT_EQ(parameters.upload, id);
  EXPECT_EQ(parameters.file_name, "x.zip");
  EXPECT_EQ(parameters.accept, ImportAcceptance::kNothing);
  house_.finish_next_job(R"({"decision":"wanted","backup":"","report":{}})");
  const Answer list = ada.get(path);
  EXPECT_EQ(list.at("items").items().front().find("result")->text("decision"), "wanted");
}

TEST_F(InterchangeTest, AnImportKeepsNobodyFromRestoring) {
  Caller olga = house_.as("olga");
  ASSERT_EQ(
      olga.post("/projects/acme/imports", R"({"branch":"stage","source":{"path":"/srv/large.zip"}})").status,
      202);
  const Answer restore = olga.post(
      "/projects/acme/restores", R"({"backup":")" + backup_.id + R"(","branch":"stage","confirm":"stage"})");
  EXPECT_EQ(restore.status, 202) << restore.text;
}

TEST_F(InterchangeTest, PlacesOfThePlatformAreTheOperatorsToName) {
  Caller ada = house_.as("ada");
  Caller olga = house_.as("olga");
  const std::string path = "/projects/acme/imports";
  for (const char* source : {R"({"path":"/srv/dump.sql"})", R"({"url":"https://example.com/dump.zip"})"}) {
    const std::string body = R"({"branch":"main","source":)" + std::string(source) + "}";
    EXPECT_EQ(ada.post(path, body).status, 403) << source;
    EXPECT_EQ(olga.post(path, body).status, 202) << source;
  }
  EXPECT_EQ(olga.post(path, R"({"branch":"main","source":{"path":"dump.sql"}})").field(), "source.path");
  EXPECT_EQ(olga.post(path, R"({"branch":"main","source":{"url":"ftp://x/y"}})").field(), "source.url");
  EXPECT_EQ(olga.post(path, R"({"branch":"main","source":{}})").field(), "source");
}

TEST_F(InterchangeTest, ABackupOfAnotherProjectWantsAnAdminOfBoth) {
  Caller ada = house_.as("ada");
  Caller sam = house_.as("sam");
  const std::string body =
      R"({"branch":"main","source":{"backup":{"project":"acme","id":")" + backup_.id + "\"}}}";
  EXPECT_EQ(sam.post("/projects/globex/imports", body).field(), "source.backup");
  ASSERT_TRUE(house_.access->put_member("acme", "sam", Role::kAdmin));
  EXPECT_EQ(sam.post("/projects/globex/imports", body).status, 202);
  // Not even whether it exists.
  EXPECT_EQ(ada.post("/projects/globex/imports", body).status, 404);
}

TEST_F(InterchangeTest, ANeutralizedCopyIsMadeByAJob) {
  Caller ada = house_.as("ada");
  const Answer queued = ada.post("/projects/acme/backups/" + backup_.id + "/neutralized-copy");
  ASSERT_EQ(queued.status, 202) << queued.text;
  const Job job = house_.jobs->job(queued.text_at("id")).value();
  EXPECT_EQ(job.kind, JobKind::kExport);
  EXPECT_EQ(job.backup_id, backup_.id);
}

}  // namespace
}  // namespace skyhold
