#include "http/server_listener.h"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "http/server_client.h"

namespace skyhold {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using LocalStream = asio::local::stream_protocol;

constexpr int kBacklog = 1024;
// The kernel holds no more than so much of an answer that was not sent yet, so that a slow peer
// costs little and its progress can be seen.
constexpr int kUnsentBytes = 256 << 10;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};
constexpr ::mode_t kSocketMode = 0660;

AcceptedSocket describe(tcp::socket socket) {
  error_code ignored;  // settings that only make it faster; a peer that is gone has no address
  socket.set_option(tcp::no_delay(true), ignored);
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytes, sizeof(kUnsentBytes));
  std::string text = socket.remote_endpoint(ignored).address().to_string();
  text = text.substr(0, text.find('%'));  // the zone of a link-local address
  const auto address = NetworkAddress::parse(text);
  return {std::move(socket), address ? address->text() : text, false};
}

AcceptedSocket describe(LocalStream::socket socket) {
  return {std::move(socket), "unix", true};
}

template <typename Protocol>
class SocketListener final : public Listener, public std::enable_shared_from_this<SocketListener<Protocol>> {
 public:
  using Acceptor = asio::basic_socket_acceptor<Protocol>;
  SocketListener(Acceptor acceptor, std::uint16_t port, std::string path)
      : acceptor_(std::move(acceptor)),
        pause_(acceptor_.get_executor()),
        port_(port),
        path_(std::move(path)) {}
  ~SocketListener() override { close(); }
  SocketListener(const SocketListener&) = delete;
  SocketListener& operator=(const SocketListener&) = delete;

  void start(std::function<void(AcceptedSocket)> accepted) override {
    asio::co_spawn(acceptor_.get_executor(), accept_all(this->shared_from_this(), std::move(accepted)),
                   asio::detached);
  }
  void close() override {
    if (!acceptor_.is_open()) return;
    error_code ignored;  // there is nothing left to do about it
    acceptor_.close(ignored);
    pause_.cancel();
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  [[nodiscard]] std::uint16_t port() const override { return port_; }

 private:
  static asio::awaitable<void> accept_all(std::shared_ptr<SocketListener> self,
                                          std::function<void(AcceptedSocket)> accepted) {
    while (self->acceptor_.is_open()) {
      error_code failure;
      typename Protocol::socket socket =
          co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, failure));
      if (!failure) {
        accepted(describe(std::move(socket)));
      } else if (self->acceptor_.is_open() && failure != asio::error::connection_aborted) {
        // Out of descriptors or memory: those who are here must leave before others come in.
        log::warning("cannot accept a connection: {}", failure.message());
        self->pause_.expires_after(kPauseWithoutDescriptors);
        error_code cancelled;
        co_await self->pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
      }
    }
  }

  Acceptor acceptor_;
  asio::steady_timer pause_;
  std::uint16_t port_;
  std::string path_;
};

Error listen_error(const std::string& place, const error_code& failure) {
  Error error{ErrorCode::kUnavailable, fmt::format("cannot listen on {}: {}", place, failure.message()), ""};
  if (failure == asio::error::address_in_use) {
    error.code = ErrorCode::kBusy;
    error.hint = "another program listens there: stop it, or choose another address";
  } else if (failure == asio::error::access_denied) {
    error.code = ErrorCode::kPermissionDenied;
    error.hint = "ports below 1024 need CAP_NET_BIND_SERVICE; a socket's directory must be writable";
  } else if (failure.value() == EADDRNOTAVAIL) {
    error.code = ErrorCode::kInvalidArgument;
    error.hint = "no interface of this machine has that address";
  }
  return error;
}

// A socket file outlives its server; one that answers does not.
bool is_abandoned(asio::io_context& io, const std::string& path) {
  struct ::stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  LocalStream::socket probe(io);
  error_code failure;
  probe.connect(LocalStream::endpoint(path), failure);
  return failure == asio::error::connection_refused;
}

}  // namespace

Result<std::shared_ptr<Listener>> listen_on_address(asio::io_context& io, const ListenAddress& address) {
  error_code failure;
  const auto ip = asio::ip::make_address(address.address, failure);
  if (failure) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not an IP address", address.address),
                "listen on an address like 127.0.0.1, ::1, 0.0.0.0 or ::");
  }
  const tcp::endpoint endpoint(ip, address.port);
  const std::string place = fmt::format("{} port {}", address.address, address.port);
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), failure);
  if (failure) return fail(listen_error(place, failure));
  acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure && ip.is_v6()) acceptor.set_option(asio::ip::v6_only(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(kBacklog, failure);
  if (failure) return fail(listen_error(place, failure));
  const std::uint16_t port = acceptor.local_endpoint().port();
  return std::make_shared<SocketListener<tcp>>(std::move(acceptor), port, "");
}

Result<std::shared_ptr<Listener>> listen_on_unix_socket(asio::io_context& io, const std::string& path) {
  if (path.size() >= sizeof(::sockaddr_un::sun_path)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("the path of the socket {} is too long", path),
                "a local socket's path has at most 107 bytes");
  }
  if (is_abandoned(io, path)) ::unlink(path.c_str());
  LocalStream::acceptor acceptor(io);
  error_code failure;
  acceptor.open(LocalStream(), failure);
  if (!failure) acceptor.bind(LocalStream::endpoint(path), failure);
  if (failure) return fail(listen_error(path, failure));
  if (::chmod(path.c_str(), kSocketMode) != 0) return fail(error_from_errno(errno, "cannot chmod " + path));
  acceptor.listen(kBacklog, failure);
  if (failure) return fail(listen_error(path, failure));
  return std::make_shared<SocketListener<LocalStream>>(std::move(acceptor), std::uint16_t{0}, path);
}

}  // namespace skyhold
