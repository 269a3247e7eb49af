// Backups that leave the service as files, and files that come in: over the API, as the dashboard and the
// command line do it.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "io/durable_file.h"
#include "tests/support/fingerprint.h"
#include "tests/support/service_shop.h"
#include "tests/support/service_world.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;

ScratchPostgres& server() {
  return ScratchPostgres::instance();
}

// An operator with a token, who sends and fetches bytes as well.
class Carrier {
 public:
  explicit Carrier(ServiceWorld& world) : url_(world.service().url()), user_(world.operator_user()) {
    token_ = user_.post("/me/tokens", {{"name", "carrier"}, {"role", "operator"}}).json["secret"];
  }
  [[nodiscard]] ApiUser& user() { return user_; }

  // Sends it in two parts, as after a broken connection.
  std::string upload(const std::string& project, const std::filesystem::path& file) {
    const Bytes bytes = read_file(file, std::uint64_t{1} << 30).value();
    const ServiceAnswer begun = user_.post("/projects/" + project + "/uploads",
                                           {{"file_name", file.filename()}, {"size_bytes", bytes.size()}});
    EXPECT_EQ(begun.status, 201) << begun.text();
    const std::string id = begun.json["id"];
    const std::size_t half = bytes.size() / 2;
    send(project, id, 0, ByteView(bytes).first(half));
    EXPECT_EQ(user_.get("/projects/" + project + "/uploads/" + id).json["received_bytes"], half);
    send(project, id, half, ByteView(bytes).subspan(half));
    return id;
  }

  // The outcome of an import.
  json import(const std::string& project, const json& source, const std::string& accept) {
    const ServiceAnswer begun = user_.post(
        "/projects/" + project + "/imports",
        {{"branch", "production"}, {"source", source}, {"accept", accept}, {"note", "from outside"}});
    EXPECT_EQ(begun.status, 202) << begun.text();
    if (begun.status != 202) return {};
    const json job = user_.wait_for_job(begun.json["id"]);
    EXPECT_EQ(job["state"], "succeeded") << job.dump(1);
    return job["result"];
  }

  std::string restore_to_new(const std::string& project, const std::string& backup,
                             const std::string& branch) {
    const ServiceAnswer begun = user_.post("/projects/" + project + "/restores",
                                           {{"backup", backup},
                                            {"new_branch", {{"name", branch}, {"type", "staging"}}},
                                            {"mode", "exact"},
                                            {"confirm", branch}});
    EXPECT_EQ(begun.status, 202) << begun.text();
    if (begun.status != 202) return {};
    const json job = user_.wait_for_job(begun.json["id"]);
    EXPECT_EQ(job["state"], "succeeded") << job.dump(1);
    return project + "-" + branch;
  }

  // Fetches it by a link, without a token: whoever has the link may.
  std::filesystem::path download(const std::string& project, const std::string& backup, const json& what,
                                 const std::filesystem::path& directory) {
    const ServiceAnswer link = user_.post("/projects/" + project + "/backups/" + backup + "/downloads", what);
    EXPECT_EQ(link.status, 201) << link.text();
    if (link.status != 201) return {};
    std::filesystem::path file = directory / link.json["file_name"].get<std::string>();
    std::ofstream out(file, std::ios::binary);
    HttpRequest request;
    request.url = origin() + link.json["url"].get<std::string>();
    request.on_body = [&](ByteView piece) {
      out << as_text(piece);
      return true;
    };
    const auto answer = client_.send(request);
    EXPECT_TRUE(answer.has_value() && answer->status == 200);
    return file;
  }

 private:
  [[nodiscard]] std::string origin() const { return url_.substr(0, url_.find('/', 8)); }
  void send(const std::string& project, const std::string& id, std::size_t offset, ByteView bytes) {
    HttpRequest request;
    request.method = HttpMethod::kPut;
    request.url =
        fmt::format("{}/api/v1/projects/{}/uploads/{}/content?offset={}", origin(), project, id, offset);
    request.headers = {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/octet-stream"}};
    request.body = {bytes};
    const auto answer = client_.send(request);
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->status, 200) << as_text(answer->body);
  }

  const std::string url_;
  ApiUser user_;
  std::string token_;
  HttpClient client_;
};

class ServiceInterchangeTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const char* database : {"shop-back", "shop-quiet", "other-back", "odoo-back"}) {
      server().drop_database(database);
    }
    EXPECT_EQ(
        server().query_value("postgres",
                             "SELECT count(*) FROM pg_database WHERE datname ~ '^skyhold_(import|neutral)_'"),
        "0");
  }
  // Nothing of an upload is left in any store.
  void expect_no_uploads() {
    for (int copy = 1; copy <= 3; ++copy) {
      const ShellOutcome found =
          run_shell("find " + shell_word((world.store(copy) / "_uploads").string()) + " -type f 2>/dev/null");
      EXPECT_EQ(found.output, "") << "store " << copy;
    }
  }

  ServiceWorld world;
};

TEST_F(ServiceInterchangeTest, WhatOdooRestoresComesBackIn) {
  const Shop shop(world.directory());
  world.serve();
  Carrier carrier(world);
  ServiceWorld::make_project(carrier.user(), "shop", shop.url(), shop.filestore());
  ServiceWorld::make_project(carrier.user(), "other", shop.url());
  const std::string backup = ServiceWorld::back_up(carrier.user(), "shop", "production")["id"];

  const auto zip = carrier.download("shop", backup, {{"format", "odoo-zip"}}, world.directory().path());
  EXPECT_EQ(run_shell("unzip -tq " + shell_word(zip.string())).exit_status, 0);
  EXPECT_THAT(run_shell("unzip -Z1 " + shell_word(zip.string()) + " | head -1").output,
              HasSubstr("dump.sql"));

  // First the look, then the keeping of what was uploaded once.
  const std::string upload = carrier.upload("shop", zip);
  json outcome = carrier.import("shop", {{"upload", upload}}, "nothing");
  EXPECT_EQ(outcome["decision"], "wanted") << outcome.dump(1);
  EXPECT_EQ(outcome["report"]["files"], Shop::kFiles) << outcome.dump(1);
  EXPECT_EQ(outcome["backup"], "");
  outcome = carrier.import("shop", {{"upload", upload}}, "warnings");
  ASSERT_EQ(outcome["decision"], "kept") << outcome.dump(1);
  expect_no_uploads();
  const json imported =
      carrier.user().get("/projects/shop/backups/" + outcome["backup"].get<std::string>()).json;
  EXPECT_EQ(imported["kind"], "imported");
  EXPECT_EQ(imported["state"], "good");
  EXPECT_EQ(imported["copies"].size(), 3U);
  const std::string back = carrier.restore_to_new("shop", outcome["backup"], "back");
  EXPECT_EQ(server().query_value(back, "SELECT count(*) FROM ir_cron"), "4");
  EXPECT_EQ(run_shell("diff -r " + shell_word(shop.filestore()) + " " +
                      shell_word((world.directory() / "filestore" / back).string()))
                .output,
            "");

  // Into another project, without a file in between.
  outcome = carrier.import("other", {{"backup", {{"project", "shop"}, {"id", backup}}}}, "warnings");
  ASSERT_EQ(outcome["decision"], "kept") << outcome.dump(1);
  const std::string other = carrier.restore_to_new("other", outcome["backup"], "back");
  EXPECT_EQ(content_text(other).find("ir_mail_server") == std::string::npos, false);
}

TEST_F(ServiceInterchangeTest, ANeutralizedCopySendsNoMail) {
  const Shop shop(world.directory());
  world.serve();
  Carrier carrier(world);
  ServiceWorld::make_project(carrier.user(), "shop", shop.url(), shop.filestore());
  const std::string backup = ServiceWorld::back_up(carrier.user(), "shop", "production")["id"];
  const ServiceAnswer begun = carrier.user().post("/projects/shop/backups/" + backup + "/neutralized-copy");
  ASSERT_EQ(begun.status, 202) << begun.text();
  const json job = carrier.user().wait_for_job(begun.json["id"]);
  ASSERT_EQ(job["state"], "succeeded") << job.dump(1);
  EXPECT_EQ(job["result"]["neutralization"]["neutralized"], true) << job.dump(1);
  const std::string copy = job["result"]["backup"];
  const json record = carrier.user().get("/projects/shop/backups/" + copy).json;
  EXPECT_EQ(record["file_count"], Shop::kFiles) << record.dump(1);
  // The production branch is as safe as its own backup makes it, not more.
  EXPECT_EQ(carrier.user().get("/projects/shop/health").json["last_good_backup"], backup);

  const auto sql = carrier.download("shop", copy, {{"format", "sql.zst"}}, world.directory().path());
  const std::string text = run_shell("zstd -dc " + shell_word(sql.string())).output;
  EXPECT_THAT(text, HasSubstr("is_neutralized"));
  const auto table =
      carrier.download("shop", copy, {{"format", "table"}, {"table", "ir_cron"}}, world.directory().path());
  std::ifstream rows(table);
  std::string line;
  std::getline(rows, line);
  EXPECT_EQ(line, "id,cron_name,active");
  while (std::getline(rows, line)) {
    const bool stays = line.find("Auto-vacuum") != std::string::npos;
    EXPECT_TRUE(stays || line.ends_with(",f")) << line;
  }
}

TEST_F(ServiceInterchangeTest, WhatIsHostileIsNamedAndLeavesNothing) {
  const Shop shop(world.directory());
  world.serve();
  Carrier carrier(world);
  ServiceWorld::make_project(carrier.user(), "shop", shop.url());
  const auto file = world.directory() / "dump.sql";
  std::ofstream(file)
      << "-- PostgreSQL database dump\n\nCREATE TABLE public.a (n int);\n\\! touch /tmp/owned\n-- "
         "PostgreSQL database dump complete\n";
  const std::string upload = carrier.upload("shop", file);
  const json outcome = carrier.import("shop", {{"upload", upload}}, "warnings");
  EXPECT_EQ(outcome["decision"], "refused") << outcome.dump(1);
  EXPECT_EQ(outcome["report"]["findings"][0]["code"], "meta_command") << outcome.dump(1);
  EXPECT_EQ(outcome["backup"], "");
  // The same by its URL, as an operator may.
  const json named = carrier.import("shop", {{"url", "file://" + file.string()}}, "nothing");
  EXPECT_EQ(named["report"]["findings"], outcome["report"]["findings"]) << named.dump(1);
  EXPECT_EQ(carrier.user().get("/projects/shop/backups").json["items"].size(), 0U);
  EXPECT_EQ(carrier.user().remove("/projects/shop/uploads/" + upload).status, 204);
  expect_no_uploads();
}

// What somebody deleted in Odoo, by the name that people know, without a restore.
TEST_F(ServiceInterchangeTest, AMissingAttachmentIsFoundByItsName) {
  const Shop shop(world.directory());
  shop.execute(
      "ALTER TABLE ir_attachment ADD name varchar, ADD res_model varchar, ADD res_id int, ADD mimetype "
      "varchar, "
      "ADD index_content text, ADD create_date timestamp;"
      "UPDATE ir_attachment SET name = 'photo ' || id || '.png', mimetype = 'image/png', "
      "index_content = repeat('many words', 20000);"
      "UPDATE ir_attachment SET name = 'Facture Élodie 2024/0042.pdf', res_model = 'account.move', "
      "res_id = 42, mimetype = 'application/pdf', create_date = '2024-05-01 10:00:00.5' WHERE id = 3;"
      "INSERT INTO ir_attachment (name, mimetype) VALUES ('facture in the database', 'application/pdf')");
  world.serve();
  Carrier carrier(world);
  ServiceWorld::make_project(carrier.user(), "shop", shop.url(), shop.filestore());
  const std::string backup = ServiceWorld::back_up(carrier.user(), "shop", "production")["id"];
  const std::string path = "/projects/shop/backups/" + backup;
  const std::string file =
      server().query_value(shop.name(), "SELECT store_fname FROM ir_attachment WHERE id = 3");
  shop.execute("DELETE FROM ir_attachment WHERE id = 3");

  const json types = carrier.user().get(path + "/contents").json["file_types"];
  ASSERT_EQ(types.size(), 2U) << types.dump(1);
  EXPECT_EQ(types[0]["type"], "image/png");
  EXPECT_EQ(types[0]["count"], Shop::kFiles - 1);
  EXPECT_EQ(types[1]["type"], "application/pdf");
  EXPECT_EQ(types[1]["bytes"], 3 * 997);

  const json found = carrier.user().get(path + "/attachments?search=%C3%89LODIE%20facture").json;
  ASSERT_EQ(found["items"].size(), 1U) << found.dump(1);
  const json& item = found["items"][0];
  EXPECT_EQ(item["file"], file);
  EXPECT_EQ(item["held"], true);
  EXPECT_EQ(item["record"], 42);
  EXPECT_EQ(item["size_bytes"], 3 * 997);
  EXPECT_EQ(item["created_at"], "2024-05-01T10:00:00.5Z");
  EXPECT_EQ(found["more"], false);
  EXPECT_EQ(carrier.user().get(path + "/attachments?search=account.move,42").json["items"], found["items"]);
  const json elsewhere = carrier.user().get(path + "/attachments?search=in%20the%20database").json;
  ASSERT_EQ(elsewhere["items"].size(), 1U) << elsewhere.dump(1);
  EXPECT_EQ(elsewhere["items"][0]["held"], false);

  const auto got = carrier.download("shop", backup,
                                    {{"format", "file"}, {"file", item["file"]}, {"save_as", item["name"]}},
                                    world.directory().path());
  EXPECT_EQ(got.filename().string(), "Facture Élodie 2024_0042.pdf");
  EXPECT_EQ(run_shell("cmp " + shell_word(got.string()) + " " + shell_word(shop.filestore() + "/" + file))
                .exit_status,
            0);
}

TEST_F(ServiceInterchangeTest, UploadsThatWereLeftAreListed) {
  const Shop shop(world.directory());
  world.serve();
  Carrier carrier(world);
  ServiceWorld::make_project(carrier.user(), "shop", shop.url());
  const auto file = world.directory() / "left.sql";
  std::ofstream(file) << "-- PostgreSQL database dump\n";
  const std::string whole = carrier.upload("shop", file);
  const ServiceAnswer begun =
      carrier.user().post("/projects/shop/uploads", {{"file_name", "half.zip"}, {"size_bytes", 1000}});
  const json list = carrier.user().get("/projects/shop/uploads").json["items"];
  ASSERT_EQ(list.size(), 2U) << list.dump(1);
  EXPECT_EQ(list[0]["id"], begun.json["id"]);
  EXPECT_EQ(list[0]["received_bytes"], 0);
  EXPECT_EQ(list[0]["created_by"], "admin");
  EXPECT_EQ(list[1]["id"], whole);
  EXPECT_EQ(list[1]["complete"], true);
  for (const json& upload : list) {
    EXPECT_EQ(carrier.user().remove("/projects/shop/uploads/" + upload["id"].get<std::string>()).status, 204);
  }
  expect_no_uploads();
}

TEST_F(ServiceInterchangeTest, StagingIsRefreshedFromProductionAndSendsNothing) {
  const Shop shop(world.directory());
  shop.execute(
      "CREATE TABLE mail_message (id serial PRIMARY KEY, create_date timestamp, write_date timestamp);"
      "INSERT INTO mail_message (create_date) VALUES ('2026-01-02 03:04:05')");
  world.serve();
  Carrier carrier(world);
  ApiUser& user = carrier.user();
  ServiceWorld::make_project(user, "shop", shop.url(), shop.filestore());
  const std::string backup = ServiceWorld::back_up(user, "shop", "production")["id"];
  carrier.restore_to_new("shop", backup, "quiet");
  EXPECT_EQ(server().query_value("shop-quiet", "SELECT count(*) FROM ir_cron WHERE active"), "3");
  const json preview =
      user.post("/projects/shop/restores/preview", {{"backup", backup}, {"branch", "quiet"}}).json;
  EXPECT_EQ(preview["replaced_last_write_at"], "2026-01-02T03:04:05Z") << preview.dump(1);

  const auto refresh = [&](bool fresh) {
    const ServiceAnswer begun = user.post("/projects/shop/branches/quiet/refresh",
                                          {{"source", "production"}, {"confirm", "quiet"}, {"fresh", fresh}});
    EXPECT_EQ(begun.status, 202) << begun.text();
    json job = user.wait_for_job(begun.json["id"]);
    EXPECT_EQ(job["state"], "succeeded") << job.dump(1);
    return job["result"];
  };
  const json result = refresh(false);
  EXPECT_EQ(result["backup"], backup) << result.dump(1);
  EXPECT_EQ(result["neutralization"]["neutralized"], true) << result.dump(1);
  bool names_crons = false;
  for (const json& off : result["neutralization"]["switched_off"]) {
    names_crons = names_crons || (off["kind"] == "scheduled_actions" && off["before"] == 3);
  }
  EXPECT_TRUE(names_crons) << result.dump(1);
  EXPECT_EQ(result["neutralization"]["foreign_modules_without_rule"], json::array({"acme_shop"}));
  EXPECT_EQ(server().query_value("shop-quiet", "SELECT count(*) FROM ir_cron WHERE active"), "1");
  EXPECT_EQ(
      server().query_value("shop-quiet",
                           "SELECT count(*) FROM ir_mail_server WHERE active AND smtp_host LIKE '%example%'"),
      "0");
  EXPECT_NE(
      server().query_value("shop-quiet", "SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'"),
      "the-uuid");

  // From how production is now: a backup is taken first, and it is that one which comes.
  shop.execute("INSERT INTO ir_cron (cron_name, active) VALUES ('Made meanwhile', true)");
  const json fresh = refresh(true);
  EXPECT_NE(fresh["backup"], backup);
  EXPECT_EQ(
      server().query_value("shop-quiet",
                           "SELECT count(*) FROM ir_cron WHERE cron_name = 'Made meanwhile' AND NOT active"),
      "1");
  EXPECT_EQ(user.get("/projects/shop/backups").json["items"].size(), 2U);

  // By the clock: the same words, never onto production, and told when it comes next.
  const auto schedule = [&](const std::string& branch, const std::string& source) {
    return user.post("/projects/shop/schedules",
                     {{"branch", branch}, {"cron", "0 5 * * 1"}, {"refresh_source", source}});
  };
  const ServiceAnswer made = schedule("quiet", "production");
  EXPECT_EQ(made.status, 201) << made.text();
  EXPECT_EQ(made.json["refresh_source"], "production");
  EXPECT_FALSE(made.json["next_run_at"].is_null());
  EXPECT_EQ(schedule("production", "quiet").status, 400);
  EXPECT_EQ(schedule("quiet", "quiet").status, 400);
}

// From the machine of the worker, by an operator: what a real Odoo's database manager has written.
TEST_F(ServiceInterchangeTest, ARealOdoosZipBecomesABranch) {
  const std::string fixture = std::string(SKYHOLD_FIXTURES) + "/odoo17.zip";
  if (!std::filesystem::exists(fixture)) GTEST_SKIP() << "no " << fixture;
  std::filesystem::create_directory(world.directory() / "filestore");
  world.serve();
  Carrier carrier(world);
  ServiceWorld::make_project(carrier.user(), "odoo", server().url("postgres"),
                             (world.directory() / "filestore" / "odoo").string());
  const json outcome = carrier.import("odoo", {{"path", fixture}}, "warnings");
  ASSERT_EQ(outcome["decision"], "kept") << outcome.dump(1);
  EXPECT_EQ(outcome["report"]["odoo_version"], "17.0");
  const std::string back = carrier.restore_to_new("odoo", outcome["backup"], "back");
  EXPECT_EQ(server().query_value(back, "SELECT count(*) FROM ir_module_module WHERE state = 'installed'"),
            "145");
}

}  // namespace
}  // namespace skyhold
