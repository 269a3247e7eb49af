#include "http/client.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <map>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace skyhold {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

// One accepted connection, byte by byte: a client must also meet what no HTTP library would send.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}

  // The next request with its body; empty at the end of the connection.
  std::string read_request() {
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!read_more()) return {};
    }
    const std::size_t head = buffer_.find("\r\n\r\n") + 4;
    const std::size_t field = buffer_.substr(0, head).find("Content-Length: ");
    const std::size_t body = field == std::string::npos ? 0 : std::stoul(buffer_.substr(field + 16));
    while (buffer_.size() < head + body) {
      if (!read_more()) return {};
    }
    const std::string request = buffer_.substr(0, head + body);
    buffer_.erase(0, head + body);
    return request;
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  void answer(std::string_view body, std::string_view status = "200 OK",
              std::string_view headers = "") const {
    write("HTTP/1.1 " + std::string(status) + "\r\n" + std::string(headers) +
          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  }

 private:
  bool read_more() {
    std::array<char, 65536> bytes{};
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (got > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return got > 0;
  }
  int socket_;
  std::string buffer_;
};

class RawServer {
 public:
  using Talk = std::function<void(Peer&, int connection)>;  // connections count from 1

  explicit RawServer(Talk talk) : talk_(std::move(talk)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 64), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { accept_all(); });
  }
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const auto& [number, socket] : sockets_) ::shutdown(socket, SHUT_RDWR);
    talks_.clear();
    for (const auto& [number, socket] : sockets_) ::close(socket);
    ::close(listener_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all() {
    for (int socket = 0; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      const int number = ++connections_;
      sockets_[number] = socket;
      talks_.emplace_back([this, socket, number] {
        Peer peer(socket);
        talk_(peer, number);
        ::shutdown(socket, SHUT_RDWR);
      });
    }
  }

  const Talk talk_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::map<int, int> sockets_;
  std::vector<std::jthread> talks_;
  std::jthread acceptor_;
};

HttpClientOptions without_patience() {
  HttpClientOptions options;
  options.stall_timeout = std::chrono::seconds(1);
  return options;
}

ErrorCode code_of(const Result<HttpResponse>& response) {
  return response ? ErrorCode::kInternal : response.error().code;
}

// Answers each request with the request itself.
void echo(Peer& peer, int /*connection*/) {
  for (std::string request; !(request = peer.read_request()).empty();) peer.answer(request);
}

TEST(HttpClient, SendsMethodPathHeadersAndBodyAsTheyAre) {
  RawServer server(echo);
  HttpClient client;
  HttpRequest request;
  request.method = HttpMethod::kPut;
  request.url = server.url("/a/../b//%2F%20c?x=1&y=%2B");
  request.headers = {{"X-One", "1"}, {"X-None", ""}};
  request.body = {as_bytes("first,"), {}, as_bytes("second")};
  const Result<HttpResponse> response = client.send(request);
  ASSERT_TRUE(response) << to_string(response.error());
  const std::string echoed(as_text(response->body));
  EXPECT_THAT(echoed, testing::StartsWith("PUT /a/../b//%2F%20c?x=1&y=%2B HTTP/1.1\r\n"));
  EXPECT_THAT(echoed, HasSubstr("\r\nX-One: 1\r\n"));
  EXPECT_THAT(echoed, HasSubstr("\r\nX-None:\r\n"));
  EXPECT_THAT(echoed, HasSubstr("\r\nContent-Length: 12\r\n"));
  EXPECT_THAT(echoed, testing::EndsWith("\r\n\r\nfirst,second"));
  EXPECT_THAT(echoed, Not(HasSubstr("Expect")));
  EXPECT_THAT(echoed, Not(HasSubstr("Accept-Encoding")));
}

TEST(HttpClient, TellsAnEmptyBodyFromNone) {
  RawServer server(echo);
  HttpClient client;
  for (const HttpMethod method :
       {HttpMethod::kPut, HttpMethod::kPost, HttpMethod::kPatch, HttpMethod::kGet, HttpMethod::kDelete}) {
    const Result<HttpResponse> response = client.send({method, server.url(), {}, {}});
    ASSERT_TRUE(response) << to_string(response.error());
    const std::string echoed(as_text(response->body));
    EXPECT_THAT(echoed, testing::StartsWith(std::string(to_string(method)) + " / "));
    const bool has_body = method != HttpMethod::kGet && method != HttpMethod::kDelete;
    EXPECT_EQ(echoed.find("Content-Length: 0\r\n") != std::string::npos, has_body) << echoed;
    EXPECT_THAT(echoed, Not(HasSubstr("Content-Type")));
  }
}

TEST(HttpClient, HandsOnEveryStatusAndFollowsNoRedirect) {
  RawServer server([](Peer& peer, int) {
    while (!peer.read_request().empty()) {
      peer.answer("moved", "307 Temporary Redirect",
                  "Location: http://127.0.0.1:1/\r\nX-Twice: a\r\nX-TWICE: b\r\n");
    }
  });
  HttpClient client;
  const Result<HttpResponse> response = client.send({HttpMethod::kGet, server.url(), {}, {}});
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->status, 307);
  EXPECT_FALSE(response->ok());
  EXPECT_EQ(response->header("location"), "http://127.0.0.1:1/");
  EXPECT_EQ(response->header("x-twice"), "a");
  EXPECT_EQ(response->header("x-thrice"), std::nullopt);
  EXPECT_EQ(as_text(response->body), "moved");
}

TEST(HttpClient, HasAnAnswerToHeadWithoutItsBody) {
  RawServer server([](Peer& peer, int) {
    while (!peer.read_request().empty()) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
  });
  HttpClient client;
  const Result<HttpResponse> response = client.send({HttpMethod::kHead, server.url(), {}, {}});
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->header("content-length"), "99999999");
  EXPECT_TRUE(response->body.empty());
}

TEST(HttpClient, KeepsItsConnection) {
  RawServer server(echo);
  HttpClient client;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.send({HttpMethod::kGet, server.url(), {}, {}}));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, CallersAtOnceHaveOneConnectionEach) {
  constexpr int kCallers = 6;
  std::latch all_are_there(kCallers);
  RawServer server([&](Peer& peer, int) {
    while (!peer.read_request().empty()) {
      all_are_there.count_down();
      all_are_there.wait();
      peer.answer("ok");
    }
  });
  HttpClient client;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] { EXPECT_TRUE(client.send({HttpMethod::kGet, server.url(), {}, {}})); });
    }
  }
  EXPECT_EQ(server.connections(), kCallers);
}

TEST(HttpClient, SendsAgainAndSaysSoWhenAKeptConnectionDied) {
  std::string second_body;
  RawServer server([&](Peer& peer, int connection) {
    if (connection == 1) {
      peer.read_request();
      peer.answer("first");
      peer.read_request();  // and goes away without a word
      return;
    }
    second_body = peer.read_request();
    peer.answer("second");
  });
  HttpClient client;
  const Result<HttpResponse> first = client.send({HttpMethod::kGet, server.url(), {}, {}});
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_FALSE(first->sent_again);

  const Bytes large(3'000'000, 'x');
  HttpRequest request{HttpMethod::kPut, server.url(), {}, {as_bytes("a"), large, as_bytes("z")}};
  const Result<HttpResponse> second = client.send(request);
  ASSERT_TRUE(second) << to_string(second.error());
  EXPECT_TRUE(second->sent_again);
  EXPECT_EQ(as_text(second->body), "second");
  EXPECT_THAT(second_body, testing::EndsWith("\r\n\r\na" + std::string(3'000'000, 'x') + "z"));
}

TEST(HttpClient, ReadsAnAnswerInChunks) {
  RawServer server([](Peer& peer, int) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nSky\n\r\n4\r\nhold\r\n0\r\n\r\n");
  });
  HttpClient client;
  const Result<HttpResponse> response = client.send({HttpMethod::kGet, server.url(), {}, {}});
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(as_text(response->body), "Sky\nhold");
}

TEST(HttpClient, TakesNoMoreThanTheCallerAskedFor) {
  RawServer server([](Peer& peer, int connection) {
    peer.read_request();
    if (connection == 1) peer.answer("12345");
    if (connection == 2) peer.answer("123456");
    if (connection == 3)
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n0\r\n\r\n");
    if (connection == 4) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n1");
  });
  HttpClient client;
  HttpRequest request{HttpMethod::kGet, server.url(), {{"Connection", "close"}}, {}, 5};
  const Result<HttpResponse> five = client.send(request);
  ASSERT_TRUE(five) << to_string(five.error());
  EXPECT_EQ(as_text(five->body), "12345");
  for (int i = 2; i <= 4; ++i) EXPECT_EQ(code_of(client.send(request)), ErrorCode::kCorrupt) << i;
}

TEST(HttpClient, BoundsTheHeadersOfAnAnswer) {
  RawServer server([](Peer& peer, int) {
    peer.read_request();
    std::string headers;
    for (int i = 0; i < 6; ++i) headers += "X-Pad: " + std::string(60'000, 'p') + "\r\n";
    peer.write("HTTP/1.1 200 OK\r\n" + headers + "\r\n");
  });
  HttpClient client;
  EXPECT_EQ(code_of(client.send({HttpMethod::kGet, server.url(), {}, {}})), ErrorCode::kCorrupt);
}

TEST(HttpClient, AnAnswerThatBreaksOffMayBeTriedAgain) {
  RawServer server([](Peer& peer, int connection) {
    peer.read_request();
    if (connection == 1) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    if (connection == 2) peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    if (connection == 3) peer.write("HTTP/1.1 200 O");
    if (connection == 5) {
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      peer.read_request();  // until the client has waited long enough
    }
  });
  HttpClient client(without_patience());
  for (int i = 1; i <= 5; ++i) {
    const Result<HttpResponse> response = client.send({HttpMethod::kGet, server.url("/?secret=1"), {}, {}});
    ASSERT_FALSE(response) << i;
    EXPECT_EQ(response.error().code, ErrorCode::kUnavailable) << i << ": " << to_string(response.error());
    EXPECT_THAT(to_string(response.error()), HasSubstr("127.0.0.1:"));
    EXPECT_THAT(to_string(response.error()), Not(HasSubstr("secret")));
  }
}

TEST(HttpClient, AnInterruptionEndsWhatIsUnderWayAndNothingLater) {
  std::atomic<bool> asked = false;
  RawServer server([&](Peer& peer, int connection) {
    peer.read_request();
    if (connection > 1) {
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    asked = true;
    peer.read_request();  // until the client is gone
  });
  HttpClient client;
  std::jthread impatient([&] {
    while (!asked) std::this_thread::yield();
    client.interrupt();
  });
  EXPECT_EQ(code_of(client.send({HttpMethod::kGet, server.url(), {}, {}})), ErrorCode::kCancelled);
  const Result<HttpResponse> next = client.send({HttpMethod::kGet, server.url(), {}, {}});
  ASSERT_TRUE(next) << to_string(next.error());
  EXPECT_EQ(next->status, 200);
}

TEST(HttpClient, WhatIsNotHttpIsCorrupt) {
  RawServer server([](Peer& peer, int) {
    peer.read_request();
    peer.write("220 mail.example.org ESMTP\r\n");
  });
  HttpClient client;
  EXPECT_EQ(code_of(client.send({HttpMethod::kGet, server.url(), {}, {}})), ErrorCode::kCorrupt);
}

TEST(HttpClient, AServerThatIsNotThereIsUnavailable) {
  std::string url;
  { url = RawServer(echo).url(); }
  HttpClient client;
  const Result<HttpResponse> response = client.send({HttpMethod::kGet, url, {}, {}});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(response.error().message, HasSubstr("cannot reach 127.0.0.1:"));
}

TEST(HttpClient, RefusesWhatItCannotSendSafely) {
  HttpClient client;
  for (const std::string url : {"", "nonsense url", "ftp://host/file", "file:///etc/passwd", "http://",
                                "https://me:hunter2@127.0.0.1/"}) {
    const Result<HttpResponse> response = client.send({HttpMethod::kGet, url, {}, {}});
    ASSERT_FALSE(response) << url;
    EXPECT_EQ(response.error().code, ErrorCode::kInvalidArgument) << url;
    EXPECT_THAT(to_string(response.error()), Not(HasSubstr("hunter2")));
  }
  for (const HttpHeader& header :
       {HttpHeader{"X-A", "1\r\nX-B: 2"}, HttpHeader{"X-A: 1\r\nX-B", "2"}, HttpHeader{"", "2"}}) {
    EXPECT_EQ(code_of(client.send({HttpMethod::kGet, "http://127.0.0.1:1/", {header}, {}})),
              ErrorCode::kInvalidArgument);
  }
}

TEST(HttpClient, ACaFileThatCannotBeReadIsTheSettingsFault) {
  HttpClientOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  RawServer server(echo);
  HttpClient client(options);
  const std::string https = "https" + server.url().substr(4);
  const Result<HttpResponse> response = client.send({HttpMethod::kGet, https, {}, {}});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kInvalidArgument) << to_string(response.error());
  EXPECT_THAT(response.error().message, HasSubstr("/nonexistent/ca.pem"));
}

milliseconds retry_after_of(std::vector<HttpHeader> headers) {
  HttpResponse response;
  response.headers = std::move(headers);
  return response.retry_after();
}

TEST(HttpResponse, TellsForHowLongTheServerWantsToBeLeftAlone) {
  EXPECT_EQ(retry_after_of({}), milliseconds(0));
  EXPECT_EQ(retry_after_of({{"retry-after", "7"}}), milliseconds(7000));
  EXPECT_EQ(retry_after_of({{"retry-after", "-7"}}), milliseconds(0));
  EXPECT_EQ(retry_after_of({{"retry-after", "soon"}}), milliseconds(0));
  EXPECT_EQ(retry_after_of({{"retry-after", "99999999999"}}), std::chrono::hours(1));
  // A date counts from the server's own clock.
  const HttpHeader date{"date", "Mon, 23 Nov 2026 01:00:00 GMT"};
  EXPECT_EQ(retry_after_of({date, {"retry-after", "Mon, 23 Nov 2026 01:00:30 GMT"}}), milliseconds(30'000));
  EXPECT_EQ(retry_after_of({date, {"retry-after", "Mon, 23 Nov 2026 00:59:00 GMT"}}), milliseconds(0));
  EXPECT_EQ(retry_after_of({{"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"}}), milliseconds(0));
}

}  // namespace
}  // namespace skyhold
