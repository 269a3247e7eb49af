// Imports against a service with canned answers: what is sent, how it goes on, and how decisions end.
#include <atomic>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "cli/api_test_support.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kPartBytes = std::size_t{16} << 20;

json finding(const std::string& severity, const std::string& code) {
  return {
      {"severity", severity}, {"code", code}, {"words", "of " + code}, {"count", 2}, {"examples", {"e1"}}};
}

json outcome(const std::string& decision, const json& findings) {
  const json report{{"kind", "zip archive"},
                    {"server_version", "16.4"},
                    {"odoo_version", "17.0"},
                    {"archive_bytes", 5'000'000},
                    {"tables", 12},
                    {"rows", 3456},
                    {"files", 7},
                    {"complete", true},
                    {"findings", findings}};
  return {{"decision", decision}, {"backup", decision == "kept" ? "bk_9" : ""}, {"report", report}};
}

class ImportTest : public ApiCommandTest {
 protected:
  void SetUp() override {
    ApiCommandTest::SetUp();
    variables_["SKYHOLD_PROJECT"] = "acme";
    service_.answer("POST /projects/acme/imports", 202,
                    R"({"id": "jb_1", "kind": "import", "state": "queued"})");
    service_.answer_with("GET /jobs/jb_1/events", [](const ServerRequest&) {
      ServerResponse response;
      response.events = events_of(format_event("end", "{}"));
      return response;
    });
    service_.answer("GET /projects/acme/backups/bk_9", 200,
                    R"({"id": "bk_9", "project": "acme", "branch": "production", "kind": "imported",
                        "state": "good", "copies": []})");
    service_.answer_with("POST /projects/acme/uploads", [this](const ServerRequest& request) {
      size_ = json::parse(request.body)["size_bytes"].get<std::size_t>();
      return state(201);
    });
    service_.answer_with("GET /projects/acme/uploads/up_1",
                         [this](const ServerRequest&) { return state(200); });
    service_.answer_with("PUT /projects/acme/uploads/up_1/content",
                         [this](const ServerRequest& request) { return take(request); });
    job_ends("succeeded", outcome("kept", json::array()));
  }
  void job_ends(const std::string& state, const json& result, const json& error = nullptr) {
    service_.answer("GET /jobs/jb_1", 200,
                    json{{"id", "jb_1"},
                         {"kind", "import"},
                         {"project", "acme"},
                         {"state", state},
                         {"result", result},
                         {"error", error}}
                        .dump());
  }
  std::string file_of(std::size_t size, const std::string& name = "shop.zip") {
    content_.resize(size);
    for (std::size_t i = 0; i < size; ++i) content_[i] = static_cast<char>(i % 251);
    std::ofstream(directory_ / name, std::ios::binary) << content_;
    return (directory_ / name).string();
  }
  int import(const std::string& arguments) { return run_line("import --branch production " + arguments); }
  json sent() { return json::parse(service_.last("POST /projects/acme/imports").body); }

  // An upload as the service keeps it.
  [[nodiscard]] ServerResponse state(int status) const {
    ServerResponse response;
    response.status = status;
    response.headers.push_back({"Content-Type", "application/json"});
    response.body = json{{"id", "up_1"},
                         {"file_name", "shop.zip"},
                         {"size_bytes", size_},
                         {"received_bytes", received_.size()},
                         {"complete", received_.size() == size_}}
                        .dump();
    return response;
  }
  ServerResponse take(const ServerRequest& request) {
    ++parts_;
    if (request.query_value("offset") != std::to_string(received_.size())) {
      ServerResponse conflict;
      conflict.status = 409;
      conflict.body = R"({"title": "it has another length", "code": "already_exists"})";
      return conflict;
    }
    received_ += request.body.substr(0, parts_ == breaks_at_ ? kept_of_broken_ : request.body.size());
    if (parts_ != breaks_at_) return state(200);
    ServerResponse broken;
    broken.status = 503;
    return broken;
  }

  std::string content_;
  std::size_t size_ = 0;
  std::string received_;
  int parts_ = 0;
  int breaks_at_ = 0;
  std::size_t kept_of_broken_ = 0;
};

TEST_F(ImportTest, AFileIsSentInPartsLookedAtAndKept) {
  const std::string file = file_of(kPartBytes + 1000);
  EXPECT_EQ(import(file + " --note moved --progress json"), 0) << err_.str();
  EXPECT_TRUE(received_ == content_);
  EXPECT_EQ(parts_, 2);
  EXPECT_THAT(err_.str(), HasSubstr(R"("phase":"Uploading","done_bytes":0,"total_bytes":16778216)"));
  EXPECT_EQ(json::parse(service_.last("POST /projects/acme/uploads").body),
            (json{{"file_name", "shop.zip"}, {"size_bytes", content_.size()}}));
  EXPECT_EQ(sent(), (json{{"branch", "production"},
                          {"source", {{"upload", "up_1"}}},
                          {"accept", "clean"},
                          {"note", "moved"}}));
  EXPECT_THAT(out_.str(), HasSubstr("Read     5.0 MB, zip archive\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Odoo     17.0\nHolds    12 tables with rows, 3 456 rows, 7 files\n"));
  EXPECT_THAT(out_.str(), HasSubstr("good, imported"));
}

TEST_F(ImportTest, WithJsonItIsOneObject) {
  EXPECT_EQ(import(file_of(10) + " --json"), 0) << err_.str();
  const json printed = json::parse(out_.str());
  EXPECT_EQ(printed["decision"], "kept");
  EXPECT_EQ(printed["backup"]["id"], "bk_9");
  EXPECT_EQ(printed["report"]["rows"], 3456);
  EXPECT_EQ(printed["job"]["id"], "jb_1");
  EXPECT_EQ(printed["upload"], "up_1");
  EXPECT_EQ(import(file_of(10) + " --no-wait --json"), 0) << err_.str();
  EXPECT_EQ(json::parse(out_.str())["id"], "jb_1");
}

TEST_F(ImportTest, WhatWasReceivedBeforeABreakIsNotSentAgain) {
  for (const std::size_t kept : {std::size_t{0}, std::size_t{5000}, kPartBytes}) {
    received_.clear();
    parts_ = 0;
    breaks_at_ = 1;
    kept_of_broken_ = kept;
    EXPECT_EQ(import(file_of(kPartBytes + 1000) + " --progress json"), 0) << err_.str();
    EXPECT_TRUE(received_ == content_) << kept;
    EXPECT_THAT(err_.str(), HasSubstr("broke off"));
  }
}

TEST_F(ImportTest, APartThatWasTakenAlthoughTheServiceSaysOtherwiseIsFoundOut) {
  service_.answer_with("PUT /projects/acme/uploads/up_1/content", [this](const ServerRequest& request) {
    const bool again = parts_ == 1;
    ServerResponse response = take(request);
    // As after a request that the network has sent twice.
    if (parts_ == 1) return take(request);
    EXPECT_TRUE(!again || request.query_value("offset") == std::to_string(kPartBytes));
    return response;
  });
  EXPECT_EQ(import(file_of(kPartBytes + 1000)), 0) << err_.str();
  EXPECT_TRUE(received_ == content_);
}

TEST_F(ImportTest, ALaterRunGoesOnWithWhatAnEarlierOneLeft) {
  const std::string file = file_of(3000);
  service_.answer("PUT /projects/acme/uploads/up_1/content", 507,
                  R"({"title": "the disk of the service is full", "code": "no_space"})");
  EXPECT_EQ(import(file), 9);
  EXPECT_THAT(err_.str(), HasSubstr("the disk of the service is full"));
  EXPECT_THAT(err_.str(), HasSubstr("--resume up_1"));
  EXPECT_EQ(service_.last("POST /projects/acme/imports").line, "");

  received_ = content_.substr(0, 1000);
  service_.answer_with("PUT /projects/acme/uploads/up_1/content",
                       [this](const ServerRequest& request) { return take(request); });
  EXPECT_EQ(import("--resume up_1"), 2) << "the rest of it is in a file";
  EXPECT_EQ(import(file + " --resume up_1"), 0) << err_.str();
  EXPECT_EQ(received_, content_);
  EXPECT_EQ(import("--resume up_1"), 0) << "all is there";
  EXPECT_EQ(import(file_of(3001, "other.zip") + " --resume up_1"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("leave --resume out"));
}

TEST_F(ImportTest, WhatTheServiceReadsItselfIsNotSent) {
  service_.answer("GET /projects/old", 200, R"({"health": {"last_good_backup": "bk_7"}})");
  const std::vector<std::pair<std::string, json>> sources{
      {"s3://moving/shop.zip", {{"url", "s3://moving/shop.zip"}}},
      {"https://example.com/shop.zip", {{"url", "https://example.com/shop.zip"}}},
      {"--on-server /srv/shop.dump", {{"path", "/srv/shop.dump"}}},
      {"--from-backup old/latest", {{"backup", {{"project", "old"}, {"id", "bk_7"}}}}},
      {"--from-backup old/bk_3", {{"backup", {{"project", "old"}, {"id", "bk_3"}}}}}};
  for (const auto& [arguments, source] : sources) {
    EXPECT_EQ(import(arguments), 0) << arguments << "\n" << err_.str();
    EXPECT_EQ(sent()["source"], source);
  }
  EXPECT_EQ(parts_, 0);
}

TEST_F(ImportTest, WhatCannotBeMeantIsRefusedBeforeAnythingIsSent) {
  for (const std::string arguments :
       {"", "-", "a.zip --from-backup old/bk_1", "--from-backup old", "--from-backup old/",
        "--from-backup /x", "--on-server a.zip", "--on-server", "s3://b/o --resume up_1",
        "/a --on-server --resume up_1", "a.zip --dry-run --accept warnings"}) {
    EXPECT_EQ(import(arguments), 2) << arguments;
  }
  EXPECT_EQ(import((directory_ / "none.zip").string()), 4);
  EXPECT_EQ(import(directory_.string()), 2);
  EXPECT_EQ(import(file_of(0)), 2);
  EXPECT_TRUE(service_.seen().empty());
  EXPECT_EQ(run_line("import a.zip"), 2) << "for which branch?";
}

TEST_F(ImportTest, WarningsWantADecisionAndSayHowToTakeIt) {
  json found{finding("warning", "missing_files"), finding("note", "owners")};
  found[1]["examples"] = {"n1", "n2", "n3", "n4"};
  job_ends("succeeded", outcome("wanted", found));
  EXPECT_EQ(import(file_of(10)), 2);
  EXPECT_THAT(out_.str(), HasSubstr("warning  of missing_files (2)\n           e1\n"));
  EXPECT_THAT(out_.str(), HasSubstr("           n3\n           …\n")) << "nobody decides on a note";
  EXPECT_THAT(err_.str(), HasSubstr("the import needs a decision: of missing_files (2)"));
  EXPECT_THAT(err_.str(), HasSubstr("`skyhold import --resume up_1 --project acme --branch production "
                                    "--accept warnings` keeps it"));
  EXPECT_EQ(import("--from-backup old/bk_1 --json"), 2);
  EXPECT_EQ(json::parse(out_.str())["decision"], "wanted");
  EXPECT_TRUE(json::parse(out_.str())["backup"].is_null());
  EXPECT_THAT(err_.str(), HasSubstr("the same command with --accept warnings"));

  EXPECT_EQ(import(file_of(10) + " --dry-run"), 0) << "the report was all that was wanted\n" << err_.str();
  EXPECT_EQ(sent()["accept"], "nothing");
  EXPECT_THAT(out_.str(), HasSubstr("Nothing was kept: `skyhold import --resume up_1"));
}

TEST_F(ImportTest, ARefusalEndsAsThatOfARepositoryDoes) {
  const std::vector<std::pair<std::string, int>> codes{
      {"broken_archive", 7},   {"unknown_format", 11}, {"too_large", 9}, {"meta_command", 2},
      {"failed_statement", 8}, {"server_rights", 6},   {"brand_new", 2}};
  for (const auto& [code, exit_code] : codes) {
    job_ends("succeeded", outcome("refused", json::array({finding("refused", code)})));
    EXPECT_EQ(import("--from-backup old/bk_1"), exit_code) << code;
    EXPECT_THAT(err_.str(), HasSubstr("of " + code + ": e1"));
    EXPECT_THAT(out_.str(), HasSubstr("refused  of " + code));
  }
  job_ends("failed", outcome("refused", json::array({finding("refused", "server")})),
           {{"code", "unavailable"}, {"message", "no server to load it on"}});
  EXPECT_EQ(import("--from-backup old/bk_1"), 9) << "the job's own error goes before";
  EXPECT_THAT(out_.str(), HasSubstr("refused  of server"));
  job_ends("cancelled", nullptr);
  EXPECT_EQ(import("--from-backup old/bk_1"), 130);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(ImportTest, CtrlCWhileItIsSentSaysHowToGoOn) {
  service_.answer_with("PUT /projects/acme/uploads/up_1/content", [this](const ServerRequest& request) {
    cancel_.cancel();
    return take(request);
  });
  EXPECT_EQ(import(file_of(kPartBytes + 1000)), 130);
  EXPECT_THAT(err_.str(), HasSubstr("the same command with --resume up_1 goes on where it is"));
  EXPECT_EQ(service_.last("POST /projects/acme/imports").line, "");
}

TEST_F(ImportTest, WhatIsKeptWithoutAllOfItIsTold) {
  service_.answer("GET /projects/acme/backups/bk_9", 200,
                  R"({"id": "bk_9", "project": "acme", "state": "degraded", "missing_file_count": 2})");
  EXPECT_EQ(import(file_of(10)), 3);
  EXPECT_THAT(err_.str(), HasSubstr("2 files were missing"));
}

TEST_F(ImportTest, NamesFromTheArchiveDoNotSteerTheTerminal) {
  json found = finding("warning", "missing_files");
  found["examples"] = {"ab/\x1b[2J\x07"};
  job_ends("succeeded", outcome("kept", json::array({found})));
  EXPECT_EQ(import(file_of(10)), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("ab/?"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace skyhold
