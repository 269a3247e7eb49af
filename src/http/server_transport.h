// A connection's bytes, with TLS or without. For the I/O thread only.
#pragma once

#include <memory>
#include <string>

// One thread runs the I/O context; ThreadSanitizer does not know fences.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/result.h"

namespace skyhold {

namespace asio = boost::asio;
using StreamSocket = asio::generic::stream_protocol::socket;

// Keeps OpenSSL's settings alive while connections use them.
using TlsContext = std::shared_ptr<asio::ssl::context>;
// TLS 1.2 and later. kPermissionDenied: a file that may not be read; kNotFound: it is not there;
// kInvalidArgument: it is no certificate, no key, or they do not belong together.
Result<TlsContext> load_tls_context(const std::string& certificate_file, const std::string& key_file);

// One operation at a time, cancel() and close() aside.
class Transport {
 public:
  virtual ~Transport() = default;
  // False: it failed, and the connection is of no more use.
  virtual asio::awaitable<bool> handshake() = 0;
  // Bytes that moved; 0: the end, a failure, or cancelled.
  virtual asio::awaitable<std::size_t> read_some(asio::mutable_buffer into) = 0;
  virtual asio::awaitable<std::size_t> write_some(asio::const_buffer from) = 0;
  // Says that nothing follows.
  virtual asio::awaitable<void> end_writing() = 0;
  // Whatever still comes in, to be thrown away, after end_writing().
  virtual asio::awaitable<std::size_t> read_leftover(asio::mutable_buffer into) = 0;

  void cancel();  // the operation under way
  void close();
  void reset();  // closes so that the peer sees an error
  [[nodiscard]] bool peer_hung_up();
  [[nodiscard]] virtual bool is_tls() const = 0;

 protected:
  virtual StreamSocket& socket() = 0;
};

std::unique_ptr<Transport> make_transport(StreamSocket socket, TlsContext tls);  // null: plain

}  // namespace skyhold
