// A small HTTP/1.1 server on loopback, with TLS or without, that answers what a function
// says and misbehaves as it is told: what clients and drivers are tested against.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace skyhold {

struct TestRequest {
  std::string method;
  std::string target;                                        // as it was sent: "/b/bucket/o?prefix=data%2F"
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  Bytes body;

  // The first of that name; empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
  [[nodiscard]] bool has_header(std::string_view lower_case_name) const;
  // The target before '?', still encoded.
  [[nodiscard]] std::string_view path() const;
  // A parameter of the query, decoded; empty if it is not there.
  [[nodiscard]] std::string query(std::string_view name) const;
  [[nodiscard]] bool has_query(std::string_view name) const;
};

// "%2F" and "+" decoded; a '%' that begins no escape stays.
std::string percent_decoded(std::string_view text);

struct TestResponse {
  int status = 200;
  // Content-Length is added unless it is here.
  std::vector<std::pair<std::string, std::string>> headers;
  Bytes body;  // not sent to HEAD, which hears of its length only

  // Ways to misbehave.
  std::chrono::milliseconds delay{0};           // before the answer
  bool close_without_answer = false;            // hang up instead
  std::optional<std::uint64_t> cut_body_after;  // hang up after so many bytes of the body
  std::uint64_t body_bytes_per_second = 0;      // dribble the body; 0: as fast as it goes
};

struct TestHttpServerOptions {
  // PEM files; both or none. With them the server speaks TLS only.
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
  std::uint16_t port = 0;  // 0: any that is free
  std::uint64_t most_body_bytes = std::uint64_t{200} << 20;
};

class TestHttpServer {
 public:
  using Handler = std::function<TestResponse(const TestRequest&)>;

  // Listens when it returns. `handler` is called from several threads at once; what it
  // throws is answered with 500. Throws when it cannot listen.
  explicit TestHttpServer(Handler handler, TestHttpServerOptions options = {});
  ~TestHttpServer();  // hangs up on everybody, waits for all handlers
  TestHttpServer(const TestHttpServer&) = delete;
  TestHttpServer& operator=(const TestHttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const;  // "https://127.0.0.1:4711"

  // Hangs up on everybody and refuses connections; the port stays ours until start().
  void stop();
  void start();

  // How many connections were accepted and requests answered since it was made.
  [[nodiscard]] std::uint64_t connections() const;
  [[nodiscard]] std::uint64_t requests() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace skyhold
