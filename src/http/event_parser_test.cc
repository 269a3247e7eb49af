#include "http/event_parser.h"

#include <gtest/gtest.h>

#include "http/server.h"
#include "http/server_test_support.h"

namespace skyhold {
namespace {

std::string said(const std::vector<ServerEvent>& events) {
  std::string text;
  for (const ServerEvent& event : events) text += event.name + "|" + event.data + "|" + event.id + ";";
  return text;
}

std::string parsed(std::string_view text) {
  const auto events = ServerEventParser().feed(text);
  return events ? said(*events) : to_string(events.error());
}

TEST(ServerEventParser, ReadsWhatTheServerWrites) {
  EXPECT_EQ(parsed(format_event("job", "{\"a\": 1}") + format_event("event", "one\ntwo", "7")),
            "job|{\"a\": 1}|;event|one\ntwo|7;");
}

TEST(ServerEventParser, LinesEndInAnyOfThreeWaysAndCommentsSayNothing) {
  EXPECT_EQ(parsed("data: a\r\n\r\ndata:b\r\rdata: c\n\n"), "message|a|;message|b|;message|c|;");
  EXPECT_EQ(parsed(": keep-alive\n\nevent: job\n\nretry: 5\ndata\n\n"), "message||;");
  EXPECT_EQ(parsed("id: 3\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"), "message|a|3;message|b|3;message|c|;");
}

TEST(ServerEventParser, AnEventIsNoneBeforeItsEmptyLine) {
  ServerEventParser parser;
  EXPECT_EQ(said(*parser.feed("event: j")), "");
  EXPECT_EQ(said(*parser.feed("ob\ndata: 1\r")), "");
  EXPECT_EQ(said(*parser.feed("\n")), "");
  EXPECT_EQ(said(*parser.feed("\r\nevent: lost")), "job|1|;");
}

TEST(ServerEventParser, AnEventWithoutEndIsRefused) {
  ServerEventParser parser;
  const std::string half(ServerEventParser::kMostEventBytes / 2, 'x');
  EXPECT_TRUE(parser.feed("data: " + half).has_value());
  EXPECT_FALSE(parser.feed("\ndata: " + half).has_value());
}

class Counting final : public EventSource {
 public:
  EventPoll poll() override {
    ++count_;
    return {format_event("count", std::to_string(count_), std::to_string(count_)), count_ == 3};
  }

 private:
  int count_ = 0;
};

class StreamedAnswer : public testing::Test {
 protected:
  StreamedAnswer() {
    server_ = start_test_server({}, [](ServerRequest& request) {
      ServerResponse response;
      if (request.target_path == "/missing") return text_response("not here", 404);
      response.events = std::make_unique<Counting>();
      response.event_interval = std::chrono::milliseconds{10};
      return response;
    });
  }
  HttpRequest request(const std::string& path) const {
    HttpRequest made;
    made.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    made.most_response_bytes = 10;
    return made;
  }

  std::unique_ptr<HttpServer> server_;
  HttpClient client_;
};

TEST_F(StreamedAnswer, ComesInPiecesBeyondTheBoundOfABody) {
  ServerEventParser parser;
  std::vector<ServerEvent> events;
  HttpRequest streamed = request("/events");
  streamed.on_body = [&](ByteView piece) {
    const auto more = parser.feed(as_text(piece));
    if (more) events.insert(events.end(), more->begin(), more->end());
    return true;
  };
  const auto response = client_.send(streamed);
  ASSERT_TRUE(response.has_value()) << to_string(response.error());
  EXPECT_TRUE(response->body.empty());
  EXPECT_EQ(said(events), "count|1|1;count|2|2;count|3|3;");
}

TEST_F(StreamedAnswer, TellsItsHeadBeforeItsFirstPieceAndMayEndThere) {
  std::string order;
  HttpRequest streamed = request("/events");
  streamed.on_head = [&](const HttpResponse& head) {
    order += head.status == 200 ? "head " + std::string(*head.header("content-type")) + "; " : "no success";
    return true;
  };
  streamed.on_body = [&](ByteView) {
    order += "piece";
    return false;
  };
  EXPECT_EQ(client_.send(streamed).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(order, "head text/event-stream; piece");
  streamed.on_head = [](const HttpResponse&) { return false; };
  EXPECT_EQ(client_.send(streamed).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(order, "head text/event-stream; piece") << "no piece after a head that was not wanted";
}

TEST_F(StreamedAnswer, OfNoSuccessIsABodyAsEver) {
  HttpRequest streamed = request("/missing");
  streamed.on_body = [](ByteView) {
    ADD_FAILURE() << "a problem is not an event";
    return true;
  };
  const auto response = client_.send(streamed);
  ASSERT_TRUE(response.has_value()) << to_string(response.error());
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(as_text(response->body), "not here");
}

TEST_F(StreamedAnswer, EndsWhenTheReaderHasEnoughOrIsCancelled) {
  HttpRequest streamed = request("/events");
  streamed.on_body = [](ByteView) { return false; };
  auto response = client_.send(streamed);
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::kCancelled);
  CancelToken cancel;
  cancel.cancel();
  HttpRequest cancelled = request("/events");
  cancelled.on_body = [](ByteView) { return true; };
  cancelled.cancel = &cancel;
  response = client_.send(cancelled);
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace skyhold
