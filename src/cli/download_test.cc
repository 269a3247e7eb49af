// Downloads against a service with canned answers: what is asked for, and what broken connections lead to.
#include <atomic>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "cli/api_test_support.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Gives some bytes, and then breaks the connection unless told otherwise.
class Bytewise final : public ByteSource {
 public:
  Bytewise(std::string bytes, bool breaks) : bytes_(std::move(bytes)), breaks_(breaks) {}
  Result<std::size_t> read(MutableByteView out) override {
    const std::size_t count = std::min(out.size(), bytes_.size());
    std::copy_n(bytes_.begin(), count, out.begin());
    bytes_.erase(0, count);
    if (count == 0 && breaks_) return fail(ErrorCode::kUnavailable, "it breaks off");
    return count;
  }

 private:
  std::string bytes_;
  const bool breaks_;
};

ServerResponse streamed(const std::string& bytes, bool breaks = false) {
  ServerResponse response;
  response.headers.push_back({"Content-Type", "application/octet-stream"});
  response.stream = std::make_unique<Bytewise>(bytes, breaks);
  return response;
}

ServerResponse part(const std::string& whole, std::size_t from, std::size_t count, bool breaks = false) {
  ServerResponse response = streamed(whole.substr(from, count), breaks);
  response.status = 206;
  response.headers.push_back({"Content-Range", "bytes " + std::to_string(from) + "-" +
                                                   std::to_string(whole.size() - 1) + "/" +
                                                   std::to_string(whole.size())});
  return response;
}

class DownloadTest : public ApiCommandTest {
 protected:
  void SetUp() override {
    ApiCommandTest::SetUp();
    variables_["SKYHOLD_PROJECT"] = "acme";
    service_.answer("GET /projects/acme", 200, R"({"name": "acme", "health": {"last_good_backup": "bk_1"}})");
    link_is(json::object());
  }
  void link_is(const json& changes, const std::string& backup = "bk_1") {
    json link{{"url", "/api/v1/downloads/secret"},
              {"file_name", "acme.zip"},
              {"media_type", "application/zip"},
              {"size_bytes", kContent.size()},
              {"size_exact", true},
              {"resumable", true},
              {"encrypted", false},
              {"expires_at", "2026-11-23T02:00:00Z"}};
    link.update(changes);
    service_.answer("POST /projects/acme/backups/" + backup + "/downloads", 201, link.dump());
  }
  // The n-th request for the file, from 1 on.
  void file_gives(const std::function<ServerResponse(int call, const ServerRequest&)>& answer) {
    service_.answer_with("GET /downloads/secret",
                         [this, answer](const ServerRequest& request) { return answer(++calls_, request); });
  }
  int download(const std::string& more = "") {
    return run_line("download latest --output " + target().string() + " " + more);
  }
  [[nodiscard]] std::filesystem::path target() const { return directory_ / "there.zip"; }
  [[nodiscard]] std::string written() const {
    std::ifstream file(target(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void expect_nothing_left() const {
    EXPECT_FALSE(std::filesystem::exists(target()));
    EXPECT_FALSE(std::filesystem::exists(target().string() + ".partial"));
  }
  json sent() { return json::parse(service_.last("POST /projects/acme/backups/bk_1/downloads").body); }

  const std::string kContent = "what a backup holds, as a file";
  std::atomic<int> calls_{0};
};

TEST_F(DownloadTest, TheFileAppearsWholeAndTheLinkAloneIsTheRightToIt) {
  file_gives([&](int, const ServerRequest&) { return streamed(kContent); });
  EXPECT_EQ(download("--progress json"), 0) << err_.str();
  EXPECT_EQ(written(), kContent);
  EXPECT_THAT(out_.str(), HasSubstr("Downloaded 30 B to "));
  EXPECT_THAT(err_.str(), HasSubstr(R"("phase":"Downloading")"));
  EXPECT_EQ(service_.last("GET /downloads/secret").header("authorization"), "");
  EXPECT_EQ(sent(), (json{{"format", "odoo-zip"}}));
  EXPECT_EQ(download(), 5) << "it is there already";

  std::filesystem::remove(target());
  EXPECT_EQ(download("--json"), 0) << err_.str();
  EXPECT_EQ(json::parse(out_.str()), (json{{"backup", "bk_1"},
                                           {"format", "odoo-zip"},
                                           {"file", target().string()},
                                           {"bytes", kContent.size()},
                                           {"encrypted", false},
                                           {"neutralized", false}}));
}

TEST_F(DownloadTest, WithoutANameItGetsTheServicesInThisDirectoryAndNowhereElse) {
  file_gives([&](int, const ServerRequest&) { return streamed(kContent); });
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(directory_);
  EXPECT_EQ(run_line("download bk_1"), 0) << err_.str();
  EXPECT_TRUE(std::filesystem::exists(directory_ / "acme.zip"));
  for (const std::string name : {"../up.zip", "/tmp/skyhold-no.zip", "-", ".bashrc", "", "a\x1b[2J"}) {
    link_is({{"file_name", name}});
    EXPECT_EQ(run_line("download bk_1"), 11) << name;
  }
  EXPECT_THAT(err_.str(), HasSubstr("--output FILE"));
  std::filesystem::current_path(before);
}

TEST_F(DownloadTest, WhatIsWantedIsSaidInTheRequest) {
  file_gives([&](int, const ServerRequest&) { return streamed(kContent); });
  std::ofstream(directory_ / "passphrase") << "open sesame\nnot this\n";
  const std::vector<std::pair<std::string, json>> wishes{
      {"--without-filestore", {{"format", "odoo-zip"}, {"filestore", false}}},
      {"--format tar.zst --recipient age1a --recipient age1b",
       {{"format", "tar.zst"}, {"recipients", {"age1a", "age1b"}}}},
      {"--format sql.zst --passphrase-file " + (directory_ / "passphrase").string(),
       {{"format", "sql.zst"}, {"passphrase", "open sesame"}}},
      {"--table res_partner", {{"format", "table"}, {"table", "res_partner"}, {"table_format", "csv"}}},
      {"--format table --table a.b --table-format copy",
       {{"format", "table"}, {"table", "a.b"}, {"table_format", "copy"}}},
      {"--file ab/abc", {{"format", "file"}, {"file", "ab/abc"}}}};
  for (const auto& [flags, request] : wishes) {
    std::filesystem::remove(target());
    EXPECT_EQ(download(flags), 0) << flags << "\n" << err_.str();
    EXPECT_EQ(sent(), request) << flags;
  }
  const std::size_t asked = service_.seen().size();
  for (const std::string flags : {"--format table", "--format pg-dump --table t", "--table t --file f",
                                  "--format tar.zst --without-filestore", "--link"}) {
    EXPECT_EQ(download(flags), 2) << flags;
  }
  EXPECT_EQ(run_line("download latest --output - --json"), 2);
  EXPECT_EQ(service_.seen().size(), asked) << "nothing was asked for";
}

TEST_F(DownloadTest, AResumableOneGoesOnWhereItBroke) {
  file_gives([&](int call, const ServerRequest& request) {
    if (call == 1) return streamed(kContent.substr(0, 5), true);
    if (call == 2) return part(kContent, 5, 7, true);
    EXPECT_EQ(request.header("range"), "bytes=12-");
    return part(kContent, 12, 100);
  });
  EXPECT_EQ(download("--progress json"), 0) << err_.str();
  EXPECT_EQ(written(), kContent);
  EXPECT_EQ(calls_, 3);
  EXPECT_THAT(err_.str(), HasSubstr("broke off after 5 B and goes on there"));
  EXPECT_THAT(service_.lines(), testing::Contains("POST /projects/acme/backups/bk_1/downloads").Times(1));
}

TEST_F(DownloadTest, AServiceThatGivesAllInThePlaceOfAPartIsUnderstood) {
  file_gives([&](int call, const ServerRequest&) {
    return call == 1 ? streamed(kContent.substr(0, 5), true) : streamed(kContent);
  });
  EXPECT_EQ(download(), 0) << err_.str();
  EXPECT_EQ(written(), kContent);
}

TEST_F(DownloadTest, APartOfSomewhereElseIsNotTaken) {
  for (const std::string range : {"bytes 6-29/30", "", "bytes 5-29/x"}) {
    calls_ = 0;
    file_gives([&](int call, const ServerRequest&) {
      if (call == 1) return streamed(kContent.substr(0, 5), true);
      ServerResponse response = streamed(kContent.substr(5));
      response.status = 206;
      response.headers.push_back({"Content-Range", range});
      return response;
    });
    EXPECT_EQ(download(), 11) << range;
    EXPECT_EQ(calls_, 2);
    expect_nothing_left();
  }
}

TEST_F(DownloadTest, AFileThatChangedMeanwhileIsNotTaken) {
  file_gives([&](int call, const ServerRequest&) {
    if (call > 1) return part(kContent + "!", 5, 100);
    ServerResponse response = streamed(kContent.substr(0, 5), true);
    response.stream_bytes = kContent.size();
    return response;
  });
  EXPECT_EQ(download(), 7);
  EXPECT_THAT(err_.str(), HasSubstr("changed its size"));
  expect_nothing_left();
}

TEST_F(DownloadTest, AnotherOneBeginsAgainTwiceAndNoMore) {
  link_is({{"resumable", false}, {"size_exact", false}, {"size_bytes", 20}});
  file_gives([&](int call, const ServerRequest& request) {
    EXPECT_FALSE(request.header("range").has_value());
    return streamed(call == 3 ? kContent : "half of it is anoth", call < 3);
  });
  EXPECT_EQ(download("--progress json"), 0) << err_.str();
  EXPECT_EQ(written(), kContent);
  EXPECT_THAT(err_.str(), HasSubstr("begins again"));

  std::filesystem::remove(target());
  calls_ = 0;
  file_gives([&](int, const ServerRequest&) { return streamed("half", true); });
  EXPECT_EQ(download(), 9);
  EXPECT_EQ(calls_, 3);
  EXPECT_THAT(err_.str(), HasSubstr("the download broke off after 4 B"));
  expect_nothing_left();
}

TEST_F(DownloadTest, AServiceThatIsAwayForAMomentIsWaitedForAndARefusalIsNot) {
  file_gives([&](int call, const ServerRequest&) {
    ServerResponse away;
    away.status = 503;
    return call == 1 ? std::move(away) : streamed(kContent);
  });
  EXPECT_EQ(download(), 0) << err_.str();
  std::filesystem::remove(target());
  calls_ = 0;
  service_.answer_with("GET /downloads/secret", [&](const ServerRequest&) {
    ++calls_;
    ServerResponse gone;
    gone.status = 404;
    gone.headers.push_back({"Content-Type", "application/problem+json"});
    gone.body = R"({"title": "this link has expired", "code": "not_found"})";
    return gone;
  });
  EXPECT_EQ(download(), 4);
  EXPECT_EQ(calls_, 1);
  EXPECT_THAT(err_.str(), HasSubstr("this link has expired"));
  expect_nothing_left();
}

TEST_F(DownloadTest, ALinkThatIsOverBeforeTheFileIsReplaced) {
  file_gives([&](int call, const ServerRequest&) {
    if (call == 1) {
      link_is({{"url", "/api/v1/downloads/newer"}});
      return streamed(kContent.substr(0, 5), true);
    }
    ServerResponse over;
    over.status = 410;
    return over;
  });
  service_.answer_with("GET /downloads/newer", [&](const ServerRequest&) { return part(kContent, 5, 100); });
  EXPECT_EQ(download(), 0) << err_.str();
  EXPECT_EQ(written(), kContent);
  EXPECT_EQ(calls_, 2);
  EXPECT_EQ(service_.last("GET /downloads/newer").header("range"), "bytes=5-");

  std::filesystem::remove(target());
  link_is(json::object());
  calls_ = 0;
  service_.answer("GET /downloads/newer", 410, "{}");
  EXPECT_EQ(download(), 2) << "one that is refused at once stays so";
  expect_nothing_left();
}

TEST_F(DownloadTest, AnotherSizeThanWasSaidIsAnError) {
  file_gives([&](int, const ServerRequest&) { return streamed(kContent + " and more"); });
  EXPECT_EQ(download(), 7);
  EXPECT_THAT(err_.str(), HasSubstr("39 bytes were downloaded where 30 were announced"));
  expect_nothing_left();
  link_is({{"size_exact", false}});
  EXPECT_EQ(download(), 0) << err_.str();
}

TEST_F(DownloadTest, CtrlCLeavesNothing) {
  file_gives([&](int, const ServerRequest&) {
    cancel_.cancel();
    return streamed(kContent.substr(0, 5), true);
  });
  EXPECT_EQ(download(), 130);
  EXPECT_EQ(calls_, 1);
  expect_nothing_left();
}

TEST_F(DownloadTest, ALinkIsPrintedWithItsEndAndNotFetched) {
  EXPECT_EQ(run_line("download latest --link"), 0) << err_.str();
  EXPECT_THAT(out_.str(), testing::StartsWith(service_.url() + "/api/v1/downloads/secret\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Good until 2026-11-23 02:00:00 UTC for whoever has it: acme.zip, 30 B"));
  EXPECT_EQ(run_line("download latest --link --json"), 0);
  EXPECT_EQ(json::parse(out_.str())["url"], service_.url() + "/api/v1/downloads/secret");
  link_is({{"url", "@elsewhere.example.com/"}});
  EXPECT_EQ(run_line("download latest --link"), 11) << "a link leads to the service or nowhere";
}

class NeutralizedDownloadTest : public DownloadTest {
 protected:
  void job_ends_with(const json& result) {
    service_.answer("POST /projects/acme/backups/bk_1/neutralized-copy", 202,
                    R"({"id": "jb_1", "kind": "import", "state": "queued"})");
    service_.answer_with("GET /jobs/jb_1/events", [](const ServerRequest&) {
      ServerResponse response;
      response.events = events_of(format_event("end", "{}"));
      return response;
    });
    service_.answer(
        "GET /jobs/jb_1", 200,
        json{{"id", "jb_1"}, {"kind", "import"}, {"state", "succeeded"}, {"result", result}}.dump());
  }
};

TEST_F(NeutralizedDownloadTest, TheCopyIsMadeFirstAndTakenAway) {
  job_ends_with({{"backup", "bk_2"}});
  link_is(json::object(), "bk_2");
  file_gives([&](int, const ServerRequest&) { return streamed(kContent); });
  EXPECT_EQ(download("--neutralized"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("bk_2, the neutralized copy of bk_1"));
  EXPECT_EQ(service_.last("POST /projects/acme/backups/bk_1/neutralized-copy").body, "");
  EXPECT_EQ(service_.last("POST /projects/acme/backups/bk_1/downloads").line, "");
}

TEST_F(NeutralizedDownloadTest, WhatIsNotCertainlyNeutralizedIsNotTaken) {
  file_gives([&](int, const ServerRequest&) { return streamed(kContent); });
  for (const json& result : {json{{"backup", "bk_1"}}, json::object()}) {
    job_ends_with(result);
    EXPECT_EQ(download("--neutralized"), 11) << result;
  }
  EXPECT_EQ(calls_, 0);
}

}  // namespace
}  // namespace skyhold
