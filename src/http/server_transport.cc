#include "http/server_transport.h"

#include <cerrno>
#include <string_view>

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace skyhold {
namespace {

using boost::system::error_code;

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(StreamSocket socket) : socket_(std::move(socket)) {}

  asio::awaitable<bool> handshake() override { co_return true; }
  asio::awaitable<std::size_t> read_some(asio::mutable_buffer into) override {
    error_code failure;
    co_return co_await socket_.async_read_some(into, asio::redirect_error(asio::use_awaitable, failure));
  }
  asio::awaitable<std::size_t> write_some(asio::const_buffer from) override {
    error_code failure;
    co_return co_await socket_.async_write_some(from, asio::redirect_error(asio::use_awaitable, failure));
  }
  asio::awaitable<void> end_writing() override {
    error_code ignored;  // a peer that is gone needs no end
    socket_.shutdown(StreamSocket::shutdown_send, ignored);
    co_return;
  }
  asio::awaitable<std::size_t> read_leftover(asio::mutable_buffer into) override { return read_some(into); }
  [[nodiscard]] bool is_tls() const override { return false; }

 protected:
  StreamSocket& socket() override { return socket_; }

 private:
  StreamSocket socket_;
};

class TlsTransport final : public Transport {
 public:
  TlsTransport(StreamSocket socket, TlsContext context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {}

  asio::awaitable<bool> handshake() override {
    error_code failure;
    co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                     asio::redirect_error(asio::use_awaitable, failure));
    co_return !failure;
  }
  asio::awaitable<std::size_t> read_some(asio::mutable_buffer into) override {
    error_code failure;
    co_return co_await stream_.async_read_some(into, asio::redirect_error(asio::use_awaitable, failure));
  }
  asio::awaitable<std::size_t> write_some(asio::const_buffer from) override {
    error_code failure;
    co_return co_await stream_.async_write_some(from, asio::redirect_error(asio::use_awaitable, failure));
  }
  asio::awaitable<void> end_writing() override {
    error_code ignored;  // a peer that is gone needs no end
    // Waits for the peer's own end as well, so it needs a deadline.
    co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    socket().shutdown(StreamSocket::shutdown_send, ignored);
  }
  asio::awaitable<std::size_t> read_leftover(asio::mutable_buffer into) override {
    error_code failure;
    co_return co_await stream_.next_layer().async_read_some(
        into, asio::redirect_error(asio::use_awaitable, failure));
  }
  [[nodiscard]] bool is_tls() const override { return true; }

 protected:
  StreamSocket& socket() override { return stream_.next_layer(); }

 private:
  TlsContext context_;
  asio::ssl::stream<StreamSocket> stream_;
};

// Only http/1.1 is spoken; a client that offers nothing else is told so in the handshake.
int choose_protocol(SSL* /*connection*/, const unsigned char** chosen, unsigned char* chosen_bytes,
                    const unsigned char* offered, unsigned offered_bytes, void* /*unused*/) {
  static constexpr std::string_view kProtocols = "\x08http/1.1";
  unsigned char* match = nullptr;
  const int outcome =
      SSL_select_next_proto(&match, chosen_bytes, reinterpret_cast<const unsigned char*>(kProtocols.data()),
                            static_cast<unsigned>(kProtocols.size()), offered, offered_bytes);
  *chosen = match;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Status check_readable(const std::string& file) {
  if (::access(file.c_str(), R_OK) == 0) return {};
  return fail(error_from_errno(errno, fmt::format("cannot read {}", file)));
}

Error tls_error(const std::string& what, const error_code& failure) {
  return Error{ErrorCode::kInvalidArgument, fmt::format("{}: {}", what, failure.message()),
               "both files are PEM; the key belongs to the first certificate and has no passphrase"};
}

}  // namespace

void Transport::cancel() {
  error_code ignored;  // a closed socket has nothing under way
  socket().cancel(ignored);
}

void Transport::close() {
  error_code ignored;  // there is nothing left to do about it
  socket().close(ignored);
}

void Transport::reset() {
  error_code ignored;
  socket().set_option(asio::socket_base::linger(true, 0), ignored);
  socket().close(ignored);
}

bool Transport::peer_hung_up() {
  char next = 0;
  const ssize_t got = ::recv(socket().native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

std::unique_ptr<Transport> make_transport(StreamSocket socket, TlsContext tls) {
  if (tls) return std::make_unique<TlsTransport>(std::move(socket), std::move(tls));
  return std::make_unique<PlainTransport>(std::move(socket));
}

Result<TlsContext> load_tls_context(const std::string& certificate_file, const std::string& key_file) {
  TRY(check_readable(certificate_file));
  TRY(check_readable(key_file));
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // idle connections are many
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);

  error_code failure;
  context->set_password_callback(  // else OpenSSL asks on the terminal
      [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); }, failure);
  context->use_certificate_chain_file(certificate_file, failure);
  if (failure) return fail(tls_error("cannot use certificate " + certificate_file, failure));
  context->use_private_key_file(key_file, asio::ssl::context::pem, failure);
  if (failure) return fail(tls_error("cannot use key " + key_file, failure));
  return context;
}

}  // namespace skyhold
