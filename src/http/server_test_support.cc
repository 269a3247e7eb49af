#include "http/server_test_support.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace skyhold {
namespace {

constexpr ::timeval kPatience{20, 0};

sockaddr_in loopback(const std::string& address, std::uint16_t port) {
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &place.sin_addr);
  return place;
}

template <typename Address>
void connect_or_throw(int socket, const Address& address) {
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("cannot connect to the server under test");
  }
}

std::string header_of(const std::string& head, std::string_view name) {
  const std::size_t begin = head.find("\r\n" + std::string(name) + ": ");
  if (begin == std::string::npos) return {};
  const std::size_t value = begin + name.size() + 4;
  return head.substr(value, head.find("\r\n", value) - value);
}

}  // namespace

RawClient::RawClient(std::uint16_t port, const std::string& from)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in own = loopback(from, 0);
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)) != 0) {
    throw std::runtime_error("cannot bind " + from);
  }
  connect_or_throw(socket_.get(), loopback("127.0.0.1", port));
}

RawClient::RawClient(const std::string& unix_socket)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un place{};
  place.sun_family = AF_UNIX;
  unix_socket.copy(place.sun_path, sizeof(place.sun_path) - 1);
  connect_or_throw(socket_.get(), place);
}

bool RawClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::receive() {
  std::array<char, 65536> bytes{};
  const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (got > 0) received_.append(bytes.data(), static_cast<std::size_t>(got));
  return got > 0;
}

std::string RawClient::read_until(std::string_view mark) {
  while (received_.find(mark) == std::string::npos && receive()) {
  }
  const std::size_t found = received_.find(mark);
  const std::size_t taken = found == std::string::npos ? received_.size() : found + mark.size();
  std::string text = received_.substr(0, taken);
  received_.erase(0, taken);
  return text;
}

std::string RawClient::read_to_end() {
  while (receive()) {
  }
  return std::exchange(received_, {});
}

bool RawClient::hung_up() {
  return received_.empty() && !receive();
}

void RawClient::end_writing() const {
  ::shutdown(socket_.get(), SHUT_WR);
}

void RawClient::set_receive_buffer(int bytes) const {
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

RawResponse RawClient::read_response(bool head_only) {
  RawResponse response;
  response.head = read_until("\r\n\r\n");
  if (!response.head.starts_with("HTTP/1.1 ")) return response;
  response.status = std::stoi(response.head.substr(9, 3));
  const std::string length = header_of(response.head, "Content-Length");
  if (head_only || response.status == 204 || response.status == 304 || response.status == 100) {
    response.whole = true;
  } else if (!length.empty()) {
    const std::size_t size = std::stoul(length);
    while (received_.size() < size && receive()) {
    }
    response.whole = received_.size() >= size;
    response.body = received_.substr(0, size);
    received_.erase(0, response.body.size());
  } else if (header_of(response.head, "Transfer-Encoding") == "chunked") {
    read_chunks(response);
  } else {
    response.body = read_to_end();
  }
  return response;
}

void RawClient::read_chunks(RawResponse& response) {
  while (true) {
    const std::string line = read_until("\r\n");
    if (!line.ends_with("\r\n")) return;
    const std::size_t size = std::stoul(line, nullptr, 16);
    while (received_.size() < size + 2) {
      if (!receive()) return;
    }
    response.body += received_.substr(0, size);
    received_.erase(0, size + 2);
    response.whole = size == 0;
    if (response.whole) return;
  }
}

std::unique_ptr<HttpServer> start_test_server(ServerOptions options, ServerHandler handler) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  if (!server) throw std::runtime_error(to_string(server.error()));
  return std::move(*server);
}

ServerResponse text_response(std::string text, int status) {
  ServerResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain"}};
  response.body = std::move(text);
  return response;
}

Result<std::size_t> PatternSource::read(MutableByteView out) {
  const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - position_));
  if (taken == 0 && fails_at_end_) return fail(ErrorCode::kUnavailable, "the pattern fails here");
  for (std::size_t i = 0; i < taken; ++i) out[i] = static_cast<std::uint8_t>(byte_at(position_ + i));
  position_ += taken;
  return taken;
}

bool eventually(const std::function<bool()>& condition) {
  for (int attempt = 0; attempt < 2000; ++attempt) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace skyhold
