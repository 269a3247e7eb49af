// Many who mean harm, or are merely slow, and those who must not notice.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "http/server_test_support.h"

namespace skyhold {
namespace {

constexpr std::size_t kSlowClients = 1000;
constexpr ::rlim_t kDescriptors = 2 * kSlowClients + 200;  // both ends are in this process
constexpr std::string_view kHealth = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

bool can_open_enough() {
  ::rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= kDescriptors) return true;
  limit.rlim_cur = std::min(limit.rlim_max, kDescriptors);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= kDescriptors;
}

ServerOptions with_health() {
  ServerOptions options;
  options.max_connections_per_address = 2 * kSlowClients;
  options.header_deadline = std::chrono::milliseconds(1000);
  options.body_patience = std::chrono::milliseconds(1000);
  options.plan = [](const ServerRequest& head) {
    ServerRoutePlan plan;
    plan.inline_fast = head.target_path == "/healthz";
    return plan;
  };
  return options;
}

// Percentiles for a person to read; a loaded machine must not fail the test.
void print_percentiles(std::vector<double> milliseconds) {
  std::ranges::sort(milliseconds);
  const auto at = [&](double part) {
    return milliseconds[static_cast<std::size_t>(static_cast<double>(milliseconds.size() - 1) * part)];
  };
  std::printf("healthz beside %zu slow clients: %zu answers, p50 %.2f ms, p99 %.2f ms, most %.2f ms\n",
              kSlowClients, milliseconds.size(), at(0.5), at(0.99), at(1.0));
}

std::string slow_beginning(std::size_t number) {
  switch (number % 4) {
    case 0: return "";                                       // says nothing
    case 1: return "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ";  // a head without end
    case 2: return "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx";
    default: return "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1";
  }
}

TEST(HttpServerLoadTest, AThousandSlowClientsKeepNobodyWaiting) {
  if (!can_open_enough()) GTEST_SKIP() << "needs " << kDescriptors << " file descriptors (ulimit -n)";
  const auto server = start_test_server(with_health(), [](ServerRequest&) { return text_response("ok"); });
  std::vector<std::unique_ptr<RawClient>> slow;
  for (std::size_t i = 0; i < kSlowClients; ++i) {
    slow.push_back(std::make_unique<RawClient>(server->port()));
    slow.back()->send(slow_beginning(i));
  }
  std::vector<double> milliseconds;
  RawClient health(server->port());
  // Asks until all of them were turned away, and dribbles a byte of each now and then.
  for (std::size_t round = 0; server->statistics().connections > 1; ++round) {
    ASSERT_LT(round, 60'000U) << "slow clients are not turned away";
    const auto began = std::chrono::steady_clock::now();
    ASSERT_TRUE(health.send(kHealth));
    ASSERT_EQ(health.read_response().body, "ok");
    milliseconds.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    if (round % 100 == 0) {
      for (std::size_t i = 0; i < kSlowClients; i += 10) {
        if (i % 4 != 0) slow[i]->send("x");
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  print_percentiles(std::move(milliseconds));
  EXPECT_GE(server->statistics().accepted, kSlowClients);
}

TEST(HttpServerLoadTest, ManyRequestsOnManyConnectionsAreEachAnsweredOnce) {
  std::atomic<int> handled{0};
  ServerOptions options = with_health();
  options.queued_requests = 10'000;
  const auto server = start_test_server(options, [&](ServerRequest& request) {
    ++handled;
    return text_response(std::string(request.query_value("n").value_or("")));
  });
  constexpr int kClients = 16;
  constexpr int kRequests = 200;
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < kClients; ++c) {
      clients.emplace_back([&server, &wrong, c] {
        RawClient client(server->port());
        for (int i = 0; i < kRequests; ++i) {
          const std::string name = std::to_string(c) + "-" + std::to_string(i);
          client.send("GET /?n=" + name + " HTTP/1.1\r\nHost: a\r\n\r\n");
          if (client.read_response().body != name) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(handled, kClients * kRequests);
}

TEST(HttpServerLoadTest, BodiesInMemoryAreBoundedTogether) {
  ServerOptions options = with_health();
  options.max_buffered_bytes = 100'000;
  const auto server = start_test_server(
      options, [](ServerRequest& request) { return text_response(std::to_string(request.body.size())); });
  const std::string head = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n";
  RawClient first(server->port());
  first.send(head + std::string(80'000, 'x'));
  ASSERT_TRUE(eventually([&] { return server->statistics().buffered_bytes == 80'000; }));
  RawClient second(server->port());
  second.send(head + std::string(90'000, 'x'));
  EXPECT_EQ(second.read_response().status, 503);
  first.send(std::string(10'000, 'x'));
  EXPECT_EQ(first.read_response().body, "90000");
  RawClient third(server->port());
  third.send(head + std::string(90'000, 'x'));
  EXPECT_EQ(third.read_response().body, "90000") << "what was taken is given back";
}

}  // namespace
}  // namespace skyhold
