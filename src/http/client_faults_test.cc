// The client behind a network that closes, falls silent, cuts off, dawdles and turns away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "http/client.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/http_server.h"

namespace skyhold {
namespace {

using namespace std::chrono_literals;

class ClientBehindFaultProxy : public testing::Test {
 protected:
  // Echoes the body, or answers a GET with a body of `content_bytes_`.
  TestResponse answer(const TestRequest& request) const {
    TestResponse response;
    response.body = request.method == "GET" ? Bytes(content_bytes_, 'x') : request.body;
    return response;
  }
  Result<HttpResponse> get() {
    return client_.send({.url = url_, .headers = {}, .body = {}, .most_response_bytes = 100 << 20});
  }
  Result<HttpResponse> put(const Bytes& body) {
    return client_.send({.method = HttpMethod::kPut,
                         .url = url_,
                         .headers = {},
                         .body = {body},
                         .most_response_bytes = 100 << 20});
  }
  static ErrorCode code_of(const Result<HttpResponse>& result) {
    return result ? ErrorCode::kInternal : result.error().code;
  }
  void set(ProxyFault fault) { proxy_.set_mode({.fault = fault}); }

  std::size_t content_bytes_ = 1000;
  TestHttpServer server_{[this](const TestRequest& request) { return answer(request); }};
  FaultProxy proxy_{FaultProxyOptions{.port = server_.port(), .seed = 42}};
  std::string url_ = "http://127.0.0.1:" + std::to_string(proxy_.port()) + "/x";
  HttpClient client_{HttpClientOptions{.ca_file = {},
                                       .ca_directory = {},
                                       .connect_timeout = 2s,
                                       .stall_timeout = 1s,
                                       .request_timeout = 1500ms}};
};

TEST_F(ClientBehindFaultProxy, PassesEverythingBothWays) {
  Bytes body(5'000'000);
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<std::uint8_t>(i * 7 + i / 1000);
  const auto answer = put(body);
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->body, body);
  ASSERT_TRUE(get());
  EXPECT_EQ(proxy_.requests(), 2U);
  EXPECT_EQ(proxy_.connections(), 1U) << "the connection is kept";
  EXPECT_EQ(proxy_.faults(), 0U);
  EXPECT_GE(proxy_.bytes_to_server(), body.size());
  EXPECT_GE(proxy_.bytes_to_client(), body.size() + 1000);
}

TEST_F(ClientBehindFaultProxy, AnOutageHitsOpenConnectionsToo) {
  ASSERT_TRUE(get());
  set(ProxyFault::kRefuse);
  EXPECT_EQ(code_of(get()), ErrorCode::kUnavailable);
  EXPECT_EQ(code_of(put(Bytes(100'000))), ErrorCode::kUnavailable);
  set(ProxyFault::kPass);
  EXPECT_TRUE(get());
}

TEST_F(ClientBehindFaultProxy, SilenceEndsWithTheClientsPatience) {
  ASSERT_TRUE(get());
  set(ProxyFault::kSilent);
  EXPECT_EQ(code_of(get()), ErrorCode::kUnavailable);
  set(ProxyFault::kPass);
  EXPECT_TRUE(get());
}

TEST_F(ClientBehindFaultProxy, ATurnedAwayRequestIsToldWhenToComeBack) {
  ASSERT_TRUE(get());
  proxy_.set_mode({.fault = ProxyFault::kBusy, .retry_after = 7s});
  for (const std::size_t bytes : {0U, 100U, 3'000'000U}) {
    const auto answer = put(Bytes(bytes));
    ASSERT_TRUE(answer) << bytes << ": " << to_string(answer.error());
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->retry_after(), 7s);
  }
  EXPECT_EQ(server_.requests(), 1U) << "the server never heard of them";
  set(ProxyFault::kPass);
  EXPECT_EQ(get()->status, 200);
}

TEST_F(ClientBehindFaultProxy, ACutInEitherDirectionIsAnError) {
  content_bytes_ = 1'000'000;
  ProxyMode cut;
  cut.cut_after_bytes_to_client = 300'000;
  proxy_.set_mode(cut);
  EXPECT_EQ(code_of(get()), ErrorCode::kUnavailable);
  EXPECT_EQ(proxy_.bytes_to_client(), 300'000U) << "to the byte";
  cut = {};
  cut.cut_after_bytes_to_server = 50'000;
  proxy_.set_mode(cut);
  const std::uint64_t before = proxy_.bytes_to_server();
  EXPECT_EQ(code_of(put(Bytes(100'000))), ErrorCode::kUnavailable);
  EXPECT_EQ(proxy_.bytes_to_server(), before + 50'000);
  EXPECT_EQ(proxy_.faults(), 2U);
}

TEST_F(ClientBehindFaultProxy, ADelayIsPaidOncePerRequest) {
  proxy_.set_mode({.delay_per_request = 100ms});
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(put(Bytes(200'000)));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 300ms);
}

TEST_F(ClientBehindFaultProxy, BandwidthIsSharedByAll) {
  proxy_.set_mode({.bytes_per_second = 2'000'000});
  const auto began = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([this] {
        HttpClient client;
        Bytes body(400'000);
        EXPECT_TRUE(client.send({.method = HttpMethod::kPut,
                                 .url = url_,
                                 .headers = {},
                                 .body = {body},
                                 .most_response_bytes = 1 << 20}));
      });
    }
  }
  EXPECT_GE(std::chrono::steady_clock::now() - began, 500ms) << "1.2 MB at 2 MB/s, less what may gather";
}

TEST_F(ClientBehindFaultProxy, ChanceIsTheSameForTheSameSeed) {
  const auto outcomes = [this](std::uint64_t seed) {
    FaultProxy proxy(FaultProxyOptions{.port = server_.port(), .seed = seed});
    proxy.set_chances({{.probability = 0.3, .mode = {.fault = ProxyFault::kRefuse}},
                       {.probability = 0.3,
                        .draw = ProxyChance::Draw::kEachRequest,
                        .mode = {.fault = ProxyFault::kBusy}}});
    url_ = "http://127.0.0.1:" + std::to_string(proxy.port()) + "/x";
    std::string seen;
    for (int i = 0; i < 40; ++i) {
      HttpClient client;
      const auto answer = client.send({.url = url_, .headers = {}, .body = {}});
      seen += !answer ? 'x' : answer->ok() ? '.' : '5';
    }
    return seen;
  };
  const std::string seen = outcomes(7);
  EXPECT_EQ(seen, outcomes(7));
  EXPECT_NE(seen, outcomes(8));
  for (const char outcome : {'x', '.', '5'}) EXPECT_NE(seen.find(outcome), std::string::npos) << seen;
}

TEST_F(ClientBehindFaultProxy, AServerThatIsGoneIsAnError) {
  server_.stop();
  EXPECT_EQ(code_of(get()), ErrorCode::kUnavailable);
  server_.start();
  EXPECT_TRUE(get());
}

}  // namespace
}  // namespace skyhold
