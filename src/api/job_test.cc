// Jobs through the API, and their stories while they happen.
#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "api/job_events.h"
#include "http/event_parser.h"

namespace skyhold {
namespace {

class JobTest : public testing::Test {
 protected:
  std::string add_job(const std::string& project, JobKind kind = JobKind::kVerify) {
    Job job;
    job.kind = kind;
    job.project = project;
    job.region = "west";
    job.parameters = "{}";
    job.created_by = "schedule";
    house_.clock.advance(std::chrono::milliseconds{5});
    return house_.jobs->enqueue(job).value();
  }

  // Everything that a stream says until it ends.
  std::vector<ServerEvent> listen(const Caller& who, const std::string& job,
                                  const std::string& last_event_id = {}) {
    HttpClient client;
    ServerEventParser parser;
    std::vector<ServerEvent> heard;
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(house_.port()) + "/api/v1/jobs/" + job + "/events";
    request.headers = {{"Accept", "text/event-stream"}, {"Cookie", who.cookie}};
    if (!last_event_id.empty()) request.headers.push_back({"Last-Event-ID", last_event_id});
    request.on_body = [&](ByteView piece) {
      std::vector<ServerEvent> events = parser.feed(as_text(piece)).value();
      std::move(events.begin(), events.end(), std::back_inserter(heard));
      return true;
    };
    const Result<HttpResponse> response = client.send(request);
    EXPECT_TRUE(response) << to_string(response.error());
    if (response) {
      EXPECT_EQ(response->status, 200);
    }
    return heard;
  }

  ApiHouse house_;
};

TEST_F(JobTest, ListsShowTheProjectsThatOneMaySee) {
  const std::string first = add_job("acme");
  const std::string second = add_job("globex");
  const std::string third = add_job("acme", JobKind::kMend);
  const auto listed = [](Caller caller, const std::string& query) {
    std::vector<std::string> ids;
    const Answer answer = caller.get("/jobs" + query);
    for (const JsonValue& job : answer.at("items").items()) ids.push_back(job.text("id"));
    return ids;
  };
  using testing::ElementsAre;
  EXPECT_THAT(listed(house_.as("uma"), ""), ElementsAre(third, first));
  EXPECT_THAT(listed(house_.as("sam"), ""), ElementsAre(second));
  EXPECT_THAT(listed(house_.as("olga"), ""), ElementsAre(third, second, first));
  EXPECT_THAT(listed(house_.as("olga"), "?kind=mend"), ElementsAre(third));
  house_.finish_next_job();
  EXPECT_EQ(listed(house_.as("olga"), "?active=true").size(), 2U);
}

TEST_F(JobTest, WhatWasAskedForIsToldInTheWordsOfTheRequest) {
  const BackupRecord backup = house_.add_backup("main", parse_rfc3339("2026-11-23T00:00:00Z").value());
  Caller ada = house_.as("ada");
  const auto ask = [&](const std::string& path, const std::string& body) {
    const Answer queued = ada.post("/projects/acme/" + path, body);
    EXPECT_EQ(queued.status, 202) << queued.text;
    Answer job = ada.get("/jobs/" + queued.text_at("id"));
    house_.finish_next_job();
    return job;
  };
  const std::string of = R"("backup":")" + backup.id + '"';
  const Answer exact = ask("restores", "{" + of + R"(,"branch":"stage","confirm":"stage","mode":"exact"})");
  EXPECT_EQ(exact.text_at("request.mode"), "exact");
  EXPECT_EQ(exact.text_at("request.identity"), "new");
  EXPECT_EQ(exact.text_at("request.backup"), backup.id);
  EXPECT_TRUE(exact.at("request.safety_backup").as_boolean());
  EXPECT_EQ(exact.at("request").find("neutralize"), nullptr);
  const Answer copied = ask("restores", "{" + of + R"(,"new_branch":{"name":"trial"}})");
  EXPECT_EQ(copied.text_at("request.mode"), "neutralized");
  EXPECT_TRUE(copied.at("request.new_branch").as_boolean());
  EXPECT_EQ(ask("restores", "{" + of + R"(,"branch":"main","confirm":"main"})").text_at("request.identity"),
            "keep");
  const Answer refreshed =
      ask("branches/stage/refresh", R"({"source":"main","confirm":"stage","fresh":true})");
  EXPECT_EQ(refreshed.text_at("request.source"), "main");
  EXPECT_TRUE(refreshed.at("request.fresh").as_boolean());
  EXPECT_TRUE(ask("verify", R"({"read_data":true})").at("request.read_data").as_boolean());
}

TEST_F(JobTest, AMemberOfSeveralProjectsPagesThroughThemAll) {
  ASSERT_TRUE(house_.access->put_member("globex", "uma", Role::kUser));
  std::vector<std::string> made;
  for (int i = 0; i < 7; ++i) made.push_back(add_job(i % 2 == 0 ? "acme" : "globex"));
  std::reverse(made.begin(), made.end());
  Caller uma = house_.as("uma");
  std::vector<std::string> seen;
  std::string next;
  for (int page = 0; page < 10; ++page) {
    const Answer answer = uma.get("/jobs?limit=3" + (next.empty() ? "" : "&after=" + next));
    for (const JsonValue& job : answer.at("items").items()) seen.push_back(job.text("id"));
    next = answer.text_at("next");
    if (next.empty()) break;
  }
  EXPECT_EQ(seen, made);
}

TEST_F(JobTest, ARunningOneIsAskedToEnd) {
  const std::string id = add_job("acme");
  ASSERT_TRUE(house_.take_job());
  Caller ada = house_.as("ada");
  const Answer asked = ada.post("/jobs/" + id + "/cancel");
  EXPECT_EQ(asked.text_at("state"), "running");
  EXPECT_TRUE(asked.at("cancel_requested").as_boolean());
  EXPECT_EQ(house_.audited("job.cancel")->subject, id);
  EXPECT_EQ(house_.as("uma").post("/jobs/" + id + "/cancel").code(), "forbidden");
}

TEST_F(JobTest, ItsStoryIsToldUntilItIsOver) {
  const std::string id = add_job("acme");
  const auto taken = house_.take_job();
  ASSERT_TRUE(taken);
  ASSERT_TRUE(house_.jobs->add_event(taken->lease, "phase", "Reading tables"));
  const Caller uma = house_.as("uma");
  std::thread worker([&] {
    EXPECT_TRUE(house_.jobs->report(taken->lease, {"Reading files", 50, 100, 1, 2}, 10));
    EXPECT_TRUE(house_.jobs->add_event(taken->lease, "phase", "Reading files"));
    EXPECT_TRUE(house_.jobs->succeed(taken->lease, R"({"rows":7})"));
  });
  const std::vector<ServerEvent> heard = listen(uma, id);
  worker.join();
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard.back().name, "end");
  std::string last_job;
  std::string texts;
  for (const ServerEvent& event : heard) {
    const auto data = parse_json(event.data);
    ASSERT_TRUE(data) << event.data;
    if (event.name == "job") {
      last_job = event.data;
      const JsonValue* schema = contract().operation("getJob")->responses->find("200")->find("content");
      EXPECT_FALSE(contract().check(*data, *schema->find("application/json")->find("schema")));
    }
    if (event.name == "event") texts += data->text("text") + ";";
  }
  EXPECT_THAT(texts,
              testing::AllOf(testing::HasSubstr("Reading tables;"), testing::HasSubstr("Reading files;")));
  EXPECT_THAT(last_job, testing::HasSubstr("\"succeeded\""));
  EXPECT_THAT(last_job, testing::HasSubstr("\"rows\":7"));
}

TEST_F(JobTest, AListenerGoesOnWhereItLeftOff) {
  const std::string id = add_job("acme");
  const auto taken = house_.take_job();
  for (const char* text : {"one", "two", "three"}) {
    ASSERT_TRUE(house_.jobs->add_event(taken->lease, "phase", text));
  }
  ASSERT_TRUE(house_.jobs->succeed(taken->lease, "{}"));
  Caller uma = house_.as("uma");
  const Answer all = uma.get("/jobs/" + id + "/events");
  std::int64_t sequence_of_two = 0;
  for (const JsonValue& event : all.at("items").items()) {
    if (event.text("text") == "two") sequence_of_two = event.integer("sequence", 0);
  }
  ASSERT_GT(sequence_of_two, 0);
  std::string texts;
  for (const ServerEvent& event : listen(uma, id, std::to_string(sequence_of_two))) texts += event.data;
  EXPECT_THAT(texts, testing::Not(testing::HasSubstr("\"two\"")));
  EXPECT_THAT(texts, testing::HasSubstr("\"three\""));
}

TEST_F(JobTest, AnAccountHoldsSoManyStreamsAndNoMore) {
  EventStreamCap cap;
  std::vector<std::shared_ptr<void>> places;
  for (int i = 0; i < EventStreamCap::kPerAccount; ++i) {
    places.push_back(cap.enter("ada"));
    ASSERT_TRUE(places.back());
  }
  EXPECT_FALSE(cap.enter("ada"));
  EXPECT_TRUE(cap.enter("uma"));
  places.pop_back();
  EXPECT_TRUE(cap.enter("ada"));
}

TEST_F(JobTest, WhoeverMayNotHearItAnyMoreHearsNoMore) {
  const std::string id = add_job("acme");
  bool may = true;
  auto source = job_event_source(
      *house_.jobs, id, 0, [&] { return may; }, nullptr);
  EXPECT_FALSE(source->poll().ended);
  may = false;
  bool ended = false;
  for (int i = 0; i < 100 && !ended; ++i) ended = source->poll().ended;
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace skyhold
