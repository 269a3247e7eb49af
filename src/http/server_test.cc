#include "http/server.h"

#include <atomic>
#include <filesystem>
#include <latch>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server_test_support.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

// Says what it was asked.
ServerResponse echo(ServerRequest& request) {
  std::string text = std::string(to_string(request.method)) + " " + request.target_path;
  for (const auto& [name, value] : request.query) text += " [" + name + "=" + value + "]";
  return text_response(text + " " + request.peer_address + (request.secure ? " secure " : " ") +
                       request.body);
}

std::string get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}

TEST(HttpServerTest, AnswersAnOrdinaryClient) {
  const auto server = start_test_server({}, echo);
  HttpClient client;
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = "http://127.0.0.1:" + std::to_string(server->port()) + "/a%20b/%C3%A9?x=1&y=a+b%26c&x=2";
  request.body = {as_bytes("the body")};
  const auto response = client.send(request);
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(as_text(response->body), "POST /a b/\xC3\xA9 [x=1] [y=a b&c] [x=2] 127.0.0.1 the body");
  EXPECT_TRUE(response->header("date").has_value());
  EXPECT_FALSE(response->header("server").has_value());
}

TEST(HttpServerTest, KeepsTheConnectionAndReadsAheadOfItsAnswers) {
  const auto server = start_test_server({}, echo);
  RawClient client(server->port());
  // Three at once, with a chunked body in the midst and a line end too many behind it.
  client.send(get("/1") +
              "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              "3;why=not\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n\r\n" +
              get("/3"));
  EXPECT_THAT(client.read_response().body, HasSubstr("GET /1"));
  EXPECT_THAT(client.read_response().body, HasSubstr("POST /2 127.0.0.1 abcde"));
  EXPECT_THAT(client.read_response().body, HasSubstr("GET /3"));
  client.send(get("/4", "Connection: close\r\n"));
  EXPECT_THAT(client.read_response().head, HasSubstr("Connection: close"));
  EXPECT_TRUE(client.hung_up());
  EXPECT_EQ(server->statistics().answered, 4U);
  EXPECT_EQ(server->statistics().accepted, 1U);
}

TEST(HttpServerTest, SpeaksTheOldVersionAndClosesAfterIt) {
  const auto server = start_test_server({}, echo);
  RawClient client(server->port());
  client.send("GET /old HTTP/1.0\r\n\r\n");
  const RawResponse response = client.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.head, HasSubstr("Connection: close"));
  EXPECT_TRUE(client.hung_up());
}

TEST(HttpServerTest, AnswersHeadWithTheHeadOfGet) {
  const auto server = start_test_server({}, echo);
  RawClient client(server->port());
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"));
  const RawResponse head = client.read_response(true);
  EXPECT_THAT(head.head, HasSubstr("Content-Length: 17"));  // of "GET /x 127.0.0.1 "
  EXPECT_THAT(client.read_response().body, HasSubstr("GET /next"));
}

TEST(HttpServerTest, AHandlerThatThrowsIsAnsweredWith500) {
  const auto server = start_test_server({}, [](ServerRequest& request) -> ServerResponse {
    if (request.target_path == "/number") throw 42;
    throw std::runtime_error("secret inner words");
  });
  RawClient client(server->port());
  client.send(get("/number") + get("/exception"));
  EXPECT_EQ(client.read_response().status, 500);
  const RawResponse response = client.read_response();
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr("\"code\":\"internal\""));
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
}

TEST(HttpServerTest, AnAnswerCannotBreakItsHead) {
  const auto server = start_test_server({}, [](ServerRequest& request) {
    ServerResponse response = text_response("ok");
    if (request.target_path == "/split") response.headers.push_back({"X-Name", "a\r\nSet-Cookie: b"});
    if (request.target_path == "/length") response.headers.push_back({"content-length", "7"});
    if (request.target_path == "/status") response.status = 99;
    return response;
  });
  RawClient client(server->port());
  for (const char* target : {"/split", "/length", "/status"}) {
    client.send(get(target));
    const RawResponse response = client.read_response();
    EXPECT_EQ(response.status, 500) << target;
    EXPECT_THAT(response.head, Not(HasSubstr("Set-Cookie"))) << target;
  }
}

TEST(HttpServerTest, APlanSetsTheSizeOfABody) {
  ServerOptions options;
  options.max_body_bytes = 10;
  options.plan = [](const ServerRequest& head) {
    ServerRoutePlan plan;
    if (head.target_path == "/large") plan.max_body_bytes = 100;
    return plan;
  };
  const auto server = start_test_server(options, echo);
  const auto status_of = [&](const std::string& request) {
    RawClient client(server->port());
    client.send(request);
    return client.read_response().status;
  };
  const std::string eleven(11, 'x');
  const std::string chunks = "b\r\n" + eleven + "\r\n0\r\n\r\n";
  EXPECT_EQ(status_of("PUT /large HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n" + eleven), 200);
  EXPECT_EQ(status_of("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n" + eleven), 413);
  EXPECT_EQ(status_of("PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks), 413);
  EXPECT_EQ(status_of("PUT /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks), 200);
  // Told before it is sent.
  EXPECT_EQ(status_of("PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n"),
            413);
}

TEST(HttpServerTest, InvitesABodyThatWaitsToBeAskedFor) {
  const auto server = start_test_server({}, echo);
  RawClient client(server->port());
  client.send("PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 100);
  client.send("hello");
  EXPECT_THAT(client.read_response().body, HasSubstr("hello"));
}

TEST(HttpServerTest, RefusesWhatDoesNotFitTheQueueWhileTheFastLaneAnswers) {
  ServerOptions options;
  options.worker_threads = 1;
  options.queued_requests = 1;
  options.plan = [](const ServerRequest& head) {
    ServerRoutePlan plan;
    plan.inline_fast = head.target_path == "/healthz";
    return plan;
  };
  std::atomic<int> started{0};
  std::latch release(1);
  const auto server = start_test_server(options, [&](ServerRequest& request) {
    ++started;
    if (request.target_path != "/healthz") release.wait();
    return text_response("done");
  });
  RawClient running(server->port());
  running.send(get("/slow"));
  ASSERT_TRUE(eventually([&] { return started == 1; }));
  RawClient waiting(server->port());
  waiting.send(get("/slow"));
  ASSERT_TRUE(eventually([&] { return server->statistics().queued_requests == 1; }));

  RawClient third(server->port());
  third.send(get("/slow") + get("/healthz"));
  const RawResponse refused = third.read_response();
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.head, HasSubstr("Retry-After: 1"));
  EXPECT_EQ(third.read_response().body, "done") << "the fast lane, on the same connection";
  release.count_down();
  EXPECT_EQ(running.read_response().status, 200);
  EXPECT_EQ(waiting.read_response().status, 200);
}

TEST(HttpServerTest, BelievesAProxyThatItTrustsAndNobodyElse) {
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.9", "10.0.0.0/8"};
  const auto server = start_test_server(options, echo);
  const std::string request =
      get("/", "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.1.1.1\r\nX-Forwarded-Proto: https\r\n");
  RawClient proxy(server->port(), "127.0.0.9");
  proxy.send(request);
  EXPECT_EQ(proxy.read_response().body, "GET / 192.0.2.7 secure ");
  RawClient stranger(server->port(), "127.0.0.8");
  stranger.send(request);
  EXPECT_EQ(stranger.read_response().body, "GET / 127.0.0.8 ");
}

TEST(HttpServerTest, CapsTheConnectionsOfOneAddress) {
  ServerOptions options;
  options.max_connections_per_address = 2;
  options.max_connections = 3;
  const auto server = start_test_server(options, echo);
  const auto is_served = [](RawClient& client) {
    client.send(get("/"));
    return client.read_response().status == 200;
  };
  RawClient first(server->port());
  RawClient second(server->port());
  EXPECT_TRUE(is_served(first));
  EXPECT_TRUE(is_served(second));
  RawClient third(server->port());
  EXPECT_FALSE(is_served(third));
  RawClient elsewhere(server->port(), "127.0.0.2");
  EXPECT_TRUE(is_served(elsewhere));
  RawClient too_many(server->port(), "127.0.0.3");
  EXPECT_FALSE(is_served(too_many));
  EXPECT_EQ(server->statistics().refused_connections, 2U);

  first.close();
  ASSERT_TRUE(eventually([&] { return server->statistics().connections == 2; }));
  RawClient again(server->port());
  EXPECT_TRUE(is_served(again));
}

TEST(HttpServerTest, ListensOnSeveralAddressesAndALocalSocket) {
  const ScratchDirectory scratch;
  ServerOptions options;
  options.listen = {{"127.0.0.1", 0}, {"127.0.0.2", 0}};
  options.unix_socket = (scratch.path() / "s").string();
  options.trusted_proxies = {"unix"};
  {
    const auto server = start_test_server(options, echo);
    ASSERT_EQ(server->ports().size(), 2U);
    RawClient local(options.unix_socket);
    local.send(get("/") + get("/", "X-Forwarded-For: 192.0.2.1\r\n"));
    EXPECT_EQ(local.read_response().body, "GET / unix ");
    EXPECT_EQ(local.read_response().body, "GET / 192.0.2.1 ");
    // A second server does not take a socket that is in use.
    const auto second = HttpServer::start(options, echo);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  }
  EXPECT_FALSE(std::filesystem::exists(options.unix_socket));
}

TEST(HttpServerTest, SaysWhyItCannotListen) {
  const auto first = start_test_server({}, echo);
  ServerOptions options;
  options.listen = {{"127.0.0.1", first->port()}};
  EXPECT_EQ(HttpServer::start(options, echo).error().code, ErrorCode::kBusy);
  options.listen = {{"localhost", 0}};
  EXPECT_EQ(HttpServer::start(options, echo).error().code, ErrorCode::kInvalidArgument);
  options.listen = {{"192.0.2.1", 0}};  // not of this machine
  EXPECT_EQ(HttpServer::start(options, echo).error().code, ErrorCode::kInvalidArgument);
  options = {};
  options.trusted_proxies = {"10.0.0.0/33"};
  EXPECT_THAT(HttpServer::start(options, echo).error().message, HasSubstr("10.0.0.0/33"));
}

}  // namespace
}  // namespace skyhold
