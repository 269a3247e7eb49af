// How a server ends: what is under way is finished, nothing new begins, nobody is waited for too long.
#include <atomic>
#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server_test_support.h"

namespace skyhold {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds kLong{20'000};
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

class Silence final : public EventSource {
 public:
  EventPoll poll() override { return {}; }
};

bool refuses_connections(std::uint16_t port) {
  try {
    const RawClient client(port);
    return false;
  } catch (const std::exception&) {
    return true;
  }
}

TEST(HttpServerDrainTest, FinishesWhatIsUnderWayAndAcceptsNoMore) {
  std::atomic<int> started{0};
  std::latch release(1);
  const auto server = start_test_server({}, [&](ServerRequest&) {
    ++started;
    release.wait();
    return text_response("finished");
  });
  RawClient busy(server->port());
  busy.send(kGet);
  RawClient idle(server->port());
  ASSERT_TRUE(eventually([&] { return started == 1 && server->statistics().connections == 2; }));

  server->begin_drain();
  EXPECT_TRUE(idle.hung_up());
  EXPECT_TRUE(eventually([&] { return refuses_connections(server->port()); }));
  std::atomic<bool> whole{false};
  std::jthread stopping([&] { whole = server->stop(kLong); });
  release.count_down();
  const RawResponse response = busy.read_response();
  EXPECT_EQ(response.body, "finished");
  EXPECT_THAT(response.head, HasSubstr("Connection: close"));
  busy.close();
  stopping.join();
  EXPECT_TRUE(whole);
}

TEST(HttpServerDrainTest, EndsEventStreams) {
  const auto server = start_test_server({}, [](ServerRequest&) {
    ServerResponse response;
    response.events = std::make_unique<Silence>();
    response.event_interval = kLong;
    return response;
  });
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("text/event-stream"));
  server->begin_drain();
  EXPECT_EQ(client.read_to_end(), "0\r\n\r\n");
  client.close();
  EXPECT_TRUE(server->stop(kLong));
}

TEST(HttpServerDrainTest, CutsOffWhoTakesTooLong) {
  ServerOptions options;
  options.plan = [](const ServerRequest&) {
    return ServerRoutePlan{.max_body_bytes = {}, .stream_body = true};
  };
  std::optional<Error> failure;
  std::latch reading(1);
  const auto server = start_test_server(options, [&](ServerRequest& request) {
    Bytes buffer(10);
    if (request.body_stream->read(buffer).value() > 0) reading.count_down();
    const auto rest = request.body_stream->read(buffer);
    if (!rest) failure = rest.error();
    return text_response("");
  });
  RawClient client(server->port());
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  reading.wait();
  EXPECT_FALSE(server->stop(milliseconds(10)));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, ErrorCode::kCancelled);
  EXPECT_TRUE(client.hung_up());
}

TEST(HttpServerDrainTest, StopsTwiceAndWithNobodyThere) {
  const auto server = start_test_server({}, [](ServerRequest&) { return text_response(""); });
  EXPECT_TRUE(server->stop(kLong));
  EXPECT_TRUE(server->stop(milliseconds(0)));
}

TEST(HttpServerDrainTest, MayBeDestroyedWithClientsOfAllKinds) {
  auto server = start_test_server({}, [](ServerRequest& request) {
    ServerResponse response;
    if (request.target_path == "/events") response.events = std::make_unique<Silence>();
    if (request.target_path == "/stream")
      response.stream = std::make_unique<PatternSource>(std::uint64_t{1} << 40);
    return response;
  });
  std::vector<std::unique_ptr<RawClient>> clients;
  for (const char* request :
       {"", "GET", "GET /events HTTP/1.1\r\nHost: a\r\n\r\n", "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"}) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    clients.back()->send(request);
  }
  ASSERT_TRUE(eventually([&] { return server->statistics().connections == 5; }));
  server.reset();
  for (const auto& client : clients) client->read_to_end();
}

}  // namespace
}  // namespace skyhold
