// A socket that listens, and the peers that come to it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/server.h"
#include "http/server_transport.h"

#include <boost/asio/io_context.hpp>

namespace skyhold {

struct AcceptedSocket {
  StreamSocket socket;
  std::string peer_address;  // "unix" for a local socket
  bool is_local = false;
};

class Listener {
 public:
  virtual ~Listener() = default;
  // `accepted` is called on the I/O thread.
  virtual void start(std::function<void(AcceptedSocket)> accepted) = 0;
  virtual void close() = 0;  // on the I/O thread, or before it runs
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

Result<std::shared_ptr<Listener>> listen_on_address(asio::io_context& io, const ListenAddress& address);
// Takes the place of a socket that nobody listens on any more; removed by close().
Result<std::shared_ptr<Listener>> listen_on_unix_socket(asio::io_context& io, const std::string& path);

}  // namespace skyhold
