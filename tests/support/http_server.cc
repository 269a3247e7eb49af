#include "tests/support/http_server.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <sys/socket.h>
// Fences are for asynchronous calls, of which there are none, and ThreadSanitizer does not know them.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace skyhold {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using RequestParser = http::request_parser<http::vector_body<std::uint8_t, Bytes::allocator_type>>;

constexpr std::uint32_t kMostHeadBytes = 64 << 10;
constexpr std::size_t kMostConnections = 256;
constexpr std::size_t kPartsPerSecond = 20;  // of a body that is dribbled

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

TestRequest to_test_request(RequestParser::value_type&& message) {
  TestRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.emplace_back(lower_case(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

std::string head_of(const TestResponse& response, bool keeps_open) {
  std::string head = fmt::format(
      "HTTP/1.1 {} {}\r\n", response.status,
      std::string_view(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)))));
  bool has_length = response.status == 204 || response.status == 304;
  for (const auto& [name, value] : response.headers) {
    head += fmt::format("{}: {}\r\n", name, value);
    has_length = has_length || lower_case(name) == "content-length";
  }
  if (!has_length) head += fmt::format("Content-Length: {}\r\n", response.body.size());
  if (!keeps_open) head += "Connection: close\r\n";
  return head + "\r\n";
}

}  // namespace

class TestHttpServer::Engine {
 public:
  Engine(Handler handler, TestHttpServerOptions options)
      : handler_(std::move(handler)), options_(std::move(options)) {
    if (!options_.certificate_file.empty()) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain_file(options_.certificate_file.string());
      tls_->use_private_key_file(options_.key_file.string(), asio::ssl::context::pem);
    }
    bind();
    start();
  }
  ~Engine() { stop(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void start() {
    if (accepting_.joinable()) return;
    stopping_ = false;
    acceptor_.listen();
    accepting_ = std::thread([this] { accept_connections(); });
  }

  void stop() {
    if (!accepting_.joinable()) return;
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
      for (const Connection& connection : connections_) {
        if (connection.socket >= 0) ::shutdown(connection.socket, SHUT_RDWR);
      }
    }
    stop_asked_.notify_all();
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // ends the accept() that waits
    accepting_.join();
    for (Connection& connection : connections_) connection.thread.join();
    connections_.clear();
    acceptor_.close();
    bind();
  }

  [[nodiscard]] std::uint16_t port() const { return options_.port; }
  [[nodiscard]] std::string url() const {
    return fmt::format("{}://127.0.0.1:{}", tls_ ? "https" : "http", options_.port);
  }
  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }

 private:
  struct Connection {
    int socket = -1;  // -1: it ended
    std::thread thread;
  };

  // A socket that is bound but does not listen refuses connections and keeps the port.
  void bind() {
    acceptor_.open(tcp::v4());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind({asio::ip::address_v4::loopback(), options_.port});
    options_.port = acceptor_.local_endpoint().port();
  }

  void accept_connections() {
    while (true) {
      error_code failure;
      tcp::socket socket = acceptor_.accept(failure);
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
      if (failure) continue;
      join_ended_connections();
      if (connections_.size() >= kMostConnections) continue;  // the socket closes
      ++accepted_;
      Connection& connection = connections_.emplace_back();
      connection.socket = socket.native_handle();
      connection.thread = std::thread(
          [this, &connection, accepted = std::move(socket)]() mutable { run(connection, accepted); });
    }
  }

  void join_ended_connections() {
    std::erase_if(connections_, [](Connection& connection) {
      if (connection.socket >= 0) return false;
      connection.thread.join();
      return true;
    });
  }

  void run(Connection& connection, tcp::socket& socket) {
    error_code ignored;  // a client that is gone needs no answer
    socket.set_option(tcp::no_delay(true), ignored);
    if (tls_) {
      asio::ssl::stream<tcp::socket&> stream(socket, *tls_);
      stream.handshake(asio::ssl::stream_base::server, ignored);
      if (!ignored) serve(stream);
    } else {
      serve(socket);
    }
    // stop() may shut the number of this socket down only for as long as it is ours.
    const std::scoped_lock lock(mutex_);
    connection.socket = -1;
    socket.shutdown(tcp::socket::shutdown_both, ignored);
    socket.close(ignored);
  }

  template <typename Stream>
  void serve(Stream& stream) {
    boost::beast::flat_buffer buffer;
    while (true) {
      RequestParser parser;
      parser.header_limit(kMostHeadBytes);
      parser.body_limit(options_.most_body_bytes);
      error_code failure;
      http::read_header(stream, buffer, parser, failure);
      if (failure) return;
      if (lower_case(parser.get()[http::field::expect]) == "100-continue") {
        asio::write(stream, asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")), failure);
      }
      http::read(stream, buffer, parser, failure);
      if (failure == http::error::body_limit) {
        send(stream, TestResponse{.status = 413, .headers = {}, .body = {}, .cut_body_after = {}}, false,
             false);
      }
      if (failure) return;
      const bool keeps_open = parser.keep_alive();
      const TestRequest request = to_test_request(parser.release());
      const TestResponse response = answer(request);
      ++answered_;
      if (!wait(response.delay) || response.close_without_answer) return;
      if (!send(stream, response, request.method != "HEAD", keeps_open) || !keeps_open) return;
    }
  }

  TestResponse answer(const TestRequest& request) {
    try {
      return handler_(request);
    } catch (const std::exception& failure) {
      TestResponse response;
      response.status = 500;
      response.body = to_bytes(failure.what());
      return response;
    }
  }

  // False: the connection is of no more use.
  template <typename Stream>
  bool send(Stream& stream, const TestResponse& response, bool with_body, bool keeps_open) {
    error_code failure;
    asio::write(stream, asio::buffer(head_of(response, keeps_open)), failure);
    if (failure) return false;
    if (!with_body) return true;
    ByteView rest = response.body;
    if (response.cut_body_after)
      rest = rest.first(std::min<std::uint64_t>(*response.cut_body_after, rest.size()));
    const bool is_whole = rest.size() == response.body.size();
    const std::size_t part_bytes =
        response.body_bytes_per_second == 0
            ? rest.size()
            : std::max<std::size_t>(1, response.body_bytes_per_second / kPartsPerSecond);
    while (!rest.empty()) {
      const ByteView part = rest.first(std::min(part_bytes, rest.size()));
      asio::write(stream, asio::buffer(part.data(), part.size()), failure);
      if (failure) return false;
      rest = rest.subspan(part.size());
      if (!rest.empty() && !wait(std::chrono::milliseconds(1000 / kPartsPerSecond))) return false;
    }
    return is_whole;
  }

  // False: the server is to stop.
  bool wait(std::chrono::milliseconds duration) {
    if (duration.count() <= 0) return true;
    std::unique_lock lock(mutex_);
    return !stop_asked_.wait_for(lock, duration, [this] { return stopping_; });
  }

  const Handler handler_;
  TestHttpServerOptions options_;
  std::optional<asio::ssl::context> tls_;
  asio::io_context context_;
  tcp::acceptor acceptor_{context_};
  std::thread accepting_;
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  bool stopping_ = false;
  std::list<Connection> connections_;
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> answered_{0};
};

TestHttpServer::TestHttpServer(Handler handler, TestHttpServerOptions options)
    : engine_(std::make_unique<Engine>(std::move(handler), std::move(options))) {}
TestHttpServer::~TestHttpServer() = default;

std::uint16_t TestHttpServer::port() const {
  return engine_->port();
}
std::string TestHttpServer::url() const {
  return engine_->url();
}
void TestHttpServer::stop() {
  engine_->stop();
}
void TestHttpServer::start() {
  engine_->start();
}
std::uint64_t TestHttpServer::connections() const {
  return engine_->accepted();
}
std::uint64_t TestHttpServer::requests() const {
  return engine_->answered();
}

std::string_view TestRequest::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

bool TestRequest::has_header(std::string_view lower_case_name) const {
  return std::ranges::any_of(headers, [&](const auto& header) { return header.first == lower_case_name; });
}

std::string_view TestRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

namespace {

// The value of a parameter, still encoded.
std::optional<std::string_view> find_query(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decoded(pair.substr(0, equals)) == name)
      return pair.substr(std::min(equals + 1, pair.size()));
  }
  return std::nullopt;
}

}  // namespace

std::string TestRequest::query(std::string_view name) const {
  return percent_decoded(find_query(target, name).value_or(""));
}

bool TestRequest::has_query(std::string_view name) const {
  return find_query(target, name).has_value();
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && text.size() - i > 2 &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      decoded.push_back(static_cast<char>(value));
      i += 2;
    } else {
      decoded.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return decoded;
}

}  // namespace skyhold
