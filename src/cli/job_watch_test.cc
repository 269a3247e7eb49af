// Following a job: by its events, through broken connections, and without events at all.
#include <atomic>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "cli/api_test_support.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string job_json(const std::string& state, int done_bytes) {
  return json{{"id", "jb_1"},
              {"kind", "backup"},
              {"state", state},
              {"project", "acme"},
              {"progress", {{"phase", "Reading tables"}, {"done_bytes", done_bytes}, {"total_bytes", 100}}}}
      .dump();
}

std::string warning(int sequence, const std::string& text) {
  return format_event("event", json{{"sequence", sequence}, {"kind", "warning"}, {"text", text}}.dump(),
                      std::to_string(sequence));
}

class JobWatchTest : public ApiCommandTest {
 protected:
  void events(const std::function<std::string(int call, const ServerRequest&)>& text) {
    service_.answer_with("GET /jobs/jb_1/events", [this, text](const ServerRequest& request) {
      ServerResponse response;
      response.events = events_of(text(++streams_, request));
      return response;
    });
  }
  std::atomic<int> streams_{0};
};

TEST_F(JobWatchTest, ShowsProgressAndWarningsAsTheyCome) {
  events([](int, const ServerRequest&) {
    return format_event("job", job_json("running", 40)) + warning(1, "one file is gone") +
           format_event("end", "{}");
  });
  service_.answer("GET /jobs/jb_1", 200, job_json("succeeded", 100));
  EXPECT_EQ(run_line("job watch jb_1 --progress json --json"), 0) << err_.str();
  EXPECT_EQ(json::parse(out_.str())["state"], "succeeded");
  EXPECT_THAT(err_.str(), HasSubstr("\"done_bytes\":40"));
  EXPECT_THAT(err_.str(), HasSubstr("one file is gone"));
}

TEST_F(JobWatchTest, AConnectionThatBreaksGoesOnWhereItWas) {
  std::string asked_after;
  events([&](int call, const ServerRequest& request) {
    if (call == 1) return warning(6, "first") + warning(7, "second") + "event: job\ndata: {\"cut";
    asked_after = std::string(request.header("last-event-id").value_or(""));
    service_.answer("GET /jobs/jb_1", 200, job_json("succeeded", 100));
    return warning(8, "third") + format_event("end", "{}");
  });
  service_.answer("GET /jobs/jb_1", 200, job_json("running", 50));
  EXPECT_EQ(run_line("job watch jb_1 --progress json"), 0) << err_.str();
  EXPECT_EQ(streams_, 2);
  EXPECT_EQ(asked_after, "7");
  for (const std::string text : {"first", "second", "third"}) EXPECT_THAT(err_.str(), HasSubstr(text));
}

TEST_F(JobWatchTest, WithoutEventsTheJobIsAskedFor) {
  service_.answer("GET /jobs/jb_1/events", 503, R"({"title": "too many watch", "code": "unavailable"})");
  std::atomic<int> looks{0};
  service_.answer_with("GET /jobs/jb_1", [&](const ServerRequest&) {
    ServerResponse response;
    response.headers.push_back({"Content-Type", "application/json"});
    const bool away = ++looks == 1;
    response.status = away ? 502 : 200;
    response.body = away ? "{}" : job_json("failed", 50);
    return response;
  });
  EXPECT_EQ(run_line("job watch jb_1"), 1) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("backup jb_1 has failed"));
  EXPECT_EQ(looks, 2) << "a gateway that was away for a moment ends nothing";
}

TEST_F(JobWatchTest, AJobThatIsNotThereOrIsCancelledEndsIt) {
  EXPECT_EQ(run_line("job watch jb_1"), 4);
  events([](int, const ServerRequest&) { return format_event("end", "{}"); });
  service_.answer("GET /jobs/jb_1", 200, job_json("cancelled", 50));
  EXPECT_EQ(run_line("job watch jb_1"), 130);
  EXPECT_THAT(err_.str(), HasSubstr("was cancelled"));
}

TEST_F(JobWatchTest, CtrlCEndsTheWatchingAndSaysThatTheJobGoesOn) {
  events([this](int, const ServerRequest&) {
    cancel_.cancel();
    return format_event("job", job_json("running", 1));
  });
  service_.answer("GET /jobs/jb_1", 200, job_json("running", 1));
  EXPECT_EQ(run_line("job watch jb_1"), 130);
  EXPECT_THAT(err_.str(), HasSubstr("it goes on"));
  EXPECT_THAT(err_.str(), HasSubstr("skyhold job cancel jb_1"));
}

}  // namespace
}  // namespace skyhold
