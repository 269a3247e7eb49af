// Bodies of any size, in bounded memory: downloads, uploads, events.
#include <atomic>
#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server_test_support.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint64_t kDownloadBytes = 3'000'001;
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string pattern(std::uint64_t size) {
  std::string text(size, '\0');
  for (std::uint64_t i = 0; i < size; ++i) text[i] = PatternSource::byte_at(i);
  return text;
}

ServerOptions streaming_uploads() {
  ServerOptions options;
  options.plan = [](const ServerRequest&) {
    return ServerRoutePlan{.max_body_bytes = std::uint64_t{1} << 40, .stream_body = true};
  };
  return options;
}

struct Upload {
  std::uint64_t bytes = 0;
  std::optional<Error> failure;
};

Upload read_all(ByteSource& source) {
  Upload upload;
  Bytes buffer(100'000);
  while (true) {
    const auto got = source.read(buffer);
    if (!got) upload.failure = got.error();
    if (!got || *got == 0) return upload;
    for (std::size_t i = 0; i < *got; ++i) {
      EXPECT_EQ(static_cast<char>(buffer[i]), PatternSource::byte_at(upload.bytes + i));
      if (testing::Test::HasFailure()) return upload;
    }
    upload.bytes += *got;
  }
}

TEST(HttpServerDownloadTest, SendsAStreamOfKnownAndOfUnknownLength) {
  const auto server = start_test_server({}, [](ServerRequest& request) {
    ServerResponse response;
    response.stream = std::make_unique<PatternSource>(kDownloadBytes);
    if (request.target_path == "/known") response.stream_bytes = kDownloadBytes;
    return response;
  });
  RawClient client(server->port());
  for (const char* target : {"/known", "/unknown"}) {
    client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const RawResponse response = client.read_response();
    EXPECT_TRUE(response.whole) << target;
    EXPECT_TRUE(response.body == pattern(kDownloadBytes)) << target;
  }
  // To a client that knows no chunks, the end of the connection is the end.
  RawClient old(server->port());
  old.send("GET /unknown HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(old.read_response().body == pattern(kDownloadBytes));
}

TEST(HttpServerDownloadTest, AStreamThatFailsDoesNotLookWhole) {
  const auto server = start_test_server({}, [](ServerRequest& request) {
    ServerResponse response;
    response.stream = std::make_unique<PatternSource>(1000, request.target_path == "/fails");
    if (request.target_path == "/short") response.stream_bytes = 2000;
    if (request.target_path == "/long") response.stream_bytes = 999;
    return response;
  });
  for (const char* target : {"/fails", "/short", "/long"}) {
    RawClient client(server->port());
    client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_FALSE(client.read_response().whole) << target;
    EXPECT_TRUE(client.hung_up()) << target;
  }
}

TEST(HttpServerDownloadTest, ManySlowReadersHoldNoThread) {
  ServerOptions options;
  options.worker_threads = 1;
  options.source_threads = 1;
  const auto server = start_test_server(options, [](ServerRequest& request) {
    ServerResponse response = text_response("small");
    if (request.target_path == "/large") {
      response = ServerResponse{};
      response.stream = std::make_unique<PatternSource>(std::uint64_t{1} << 40);
    }
    return response;
  });
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<RawClient>(server->port()));
    slow.back()->send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(slow.back()->read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  }
  RawClient quick(server->port());
  quick.send(kGet);
  EXPECT_EQ(quick.read_response().body, "small");
  slow.clear();  // they vanish in the midst of the answer
  EXPECT_TRUE(eventually([&] { return server->statistics().connections == 1; }));
}

TEST(HttpServerDownloadTest, HangsUpOnAPeerThatDoesNotRead) {
  ServerOptions options;
  options.write_patience = std::chrono::milliseconds(200);
  const auto server = start_test_server(options, [](ServerRequest&) {
    ServerResponse response;
    response.stream = std::make_unique<PatternSource>(std::uint64_t{1} << 40);
    return response;
  });
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return server->statistics().accepted == 1; }));
  EXPECT_TRUE(eventually([&] { return server->statistics().connections == 0; }));
}

TEST(HttpServerUploadTest, TakesMoreThanFitsIntoMemoryAndNoMoreThanIsRead) {
  constexpr std::uint64_t kSize = std::uint64_t{64} << 20;
  std::latch looked(1);
  const auto server = start_test_server(streaming_uploads(), [&](ServerRequest& request) {
    EXPECT_EQ(request.content_length, kSize);
    Bytes first(1);
    EXPECT_EQ(request.body_stream->read(first).value(), 1U);
    EXPECT_EQ(static_cast<char>(first[0]), PatternSource::byte_at(0));
    looked.wait();
    std::uint64_t bytes = 1;
    Bytes buffer(100'000);
    while (const std::size_t got = request.body_stream->read(buffer).value()) {
      EXPECT_EQ(static_cast<char>(buffer[0]), PatternSource::byte_at(bytes));
      bytes += got;
    }
    return text_response(std::to_string(bytes));
  });
  RawClient client(server->port());
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n");
  const std::string body = pattern(kSize);
  std::atomic<std::uint64_t> sent{0};
  std::jthread sender([&] {
    constexpr std::size_t kPiece = std::size_t{1} << 20;
    for (std::uint64_t at = 0; at < kSize && client.send(std::string_view(body).substr(at, kPiece));
         at += kPiece) {
      sent += kPiece;
    }
  });
  // While the handler looks at its first byte, what is under way settles far below the whole.
  std::uint64_t before = 0;
  EXPECT_TRUE(eventually([&] {
    const std::uint64_t now = sent;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return now > 0 && now == std::exchange(before, sent.load());
  }));
  EXPECT_LT(sent, kSize / 2);
  looked.count_down();
  EXPECT_EQ(client.read_response().body, std::to_string(kSize));
}

TEST(HttpServerUploadTest, ReadsAChunkedBodyAsItComes) {
  const auto server = start_test_server(streaming_uploads(), [](ServerRequest& request) {
    const std::string announced = request.content_length ? "announced " : "";
    return text_response(announced + std::to_string(read_all(*request.body_stream).bytes));
  });
  RawClient client(server->port());
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string body = pattern(1'000'000);
  for (std::size_t at = 0; at < body.size(); at += 100'000) {
    client.send("186a0;x=y\r\n" + body.substr(at, 100'000) + "\r\n");
  }
  client.send("0\r\n\r\n" + std::string("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"));
  EXPECT_EQ(client.read_response().body, "1000000");
  EXPECT_EQ(client.read_response().body, "announced 3") << "the connection goes on";
}

TEST(HttpServerUploadTest, AHandlerThatRefusesIsNotSentTheBody) {
  const auto server = start_test_server(streaming_uploads(),
                                        [](ServerRequest&) { return text_response("who are you", 401); });
  RawClient polite(server->port());
  polite.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9999999999\r\n\r\n");
  EXPECT_EQ(polite.read_response().status, 401) << "and no 100 Continue before it";
  RawClient hasty(server->port());
  hasty.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n" + pattern(1'000'000));
  const RawResponse response = hasty.read_response();
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(response.head, HasSubstr("Connection: close"));
}

TEST(HttpServerUploadTest, TellsTheHandlerWhyABodyEnded) {
  ServerOptions options = streaming_uploads();
  options.plan = [](const ServerRequest&) {
    return ServerRoutePlan{.max_body_bytes = 100, .stream_body = true};
  };
  options.body_patience = std::chrono::milliseconds(200);
  std::mutex mutex;
  std::vector<ErrorCode> failures;
  const auto server = start_test_server(options, [&](ServerRequest& request) {
    const Upload upload = read_all(*request.body_stream);
    const std::scoped_lock lock(mutex);
    failures.push_back(upload.failure ? upload.failure->code : ErrorCode::kInternal);
    return text_response("it ended", 400);
  });
  const std::string chunked = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto failed = [&](std::size_t count) {
    return eventually([&] {
      const std::scoped_lock lock(mutex);
      return failures.size() == count;
    });
  };
  RawClient large(server->port());
  large.send(chunked + "ff\r\n" + pattern(255) + "\r\n0\r\n\r\n");
  EXPECT_EQ(large.read_response().status, 400);
  EXPECT_TRUE(large.hung_up());
  RawClient stalled(server->port());
  stalled.send(chunked + "5\r\nab");
  EXPECT_EQ(stalled.read_response().status, 400);
  RawClient vanished(server->port());
  vanished.send(chunked + "5\r\nab");
  vanished.close();
  ASSERT_TRUE(failed(3));
  EXPECT_THAT(failures, testing::ElementsAre(ErrorCode::kInvalidArgument, ErrorCode::kUnavailable,
                                             ErrorCode::kUnavailable));
}

class Countdown final : public EventSource {
 public:
  Countdown(int events, std::atomic<int>& alive) : left_(events), alive_(alive) { ++alive_; }
  ~Countdown() override { --alive_; }
  EventPoll poll() override {
    if (left_ == 0) return {.text = format_event("done", "bye"), .ended = true};
    return {.text = format_event("tick", std::to_string(left_--), "7")};
  }

 private:
  int left_;
  std::atomic<int>& alive_;
};

class Silence final : public EventSource {
 public:
  EventPoll poll() override { return {}; }
};

TEST(HttpServerEventsTest, SendsEventsToTheirEnd) {
  std::atomic<int> alive{0};
  const auto server = start_test_server({}, [&](ServerRequest&) {
    ServerResponse response;
    response.events = std::make_unique<Countdown>(2, alive);
    response.event_interval = std::chrono::milliseconds(1);
    return response;
  });
  RawClient client(server->port());
  client.send(kGet);
  const RawResponse response = client.read_response();
  EXPECT_THAT(response.head, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_EQ(response.body,
            "id: 7\nevent: tick\ndata: 2\n\nid: 7\nevent: tick\ndata: 1\n\nevent: done\ndata: bye\n\n");
  EXPECT_TRUE(response.whole);
  EXPECT_TRUE(client.hung_up());
  EXPECT_TRUE(eventually([&] { return alive == 0; }));
}

TEST(HttpServerEventsTest, ManyListenersHoldNoThreadAndAreForgottenWhenTheyLeave) {
  ServerOptions options;
  options.worker_threads = 1;
  options.source_threads = 1;
  options.event_keep_alive = std::chrono::milliseconds(10);
  const auto server = start_test_server(options, [](ServerRequest& request) {
    ServerResponse response = text_response("small");
    if (request.target_path == "/events") {
      response = ServerResponse{};
      response.events = std::make_unique<Silence>();
      response.event_interval = std::chrono::milliseconds(20);
    }
    return response;
  });
  std::vector<std::unique_ptr<RawClient>> listeners;
  for (int i = 0; i < 100; ++i) {
    listeners.push_back(std::make_unique<RawClient>(server->port()));
    listeners.back()->send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  EXPECT_THAT(listeners.back()->read_until(": still here\n\n"), HasSubstr(": still here"));
  EXPECT_TRUE(eventually([&] { return server->statistics().event_streams == 100; }));
  RawClient quick(server->port());
  quick.send(kGet);
  EXPECT_EQ(quick.read_response().body, "small");
  listeners.clear();
  EXPECT_TRUE(eventually([&] { return server->statistics().event_streams == 0; }));
}

TEST(HttpServerEventsTest, AnEventCannotForgeAnother) {
  EXPECT_EQ(format_event("name\nevent: other", "one\r\ntwo\nthree\rfour", "1\n2"),
            "id: 1\nevent: name\ndata: one\ndata: two\ndata: three\ndata: four\n\n");
  EXPECT_EQ(format_event("", ""), "data: \n\n");
}

}  // namespace
}  // namespace skyhold
