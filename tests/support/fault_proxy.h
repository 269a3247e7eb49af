// A TCP proxy on loopback that does to a server's clients what networks do: closes, falls
// silent, cuts off in the middle, is slow; or answers 503 in the server's place.
//
//   client ──► proxy ──► server        one thread for all connections
//
// It knows requests by the change of direction: one begins when a client sends after the
// server has sent, or first of all. (In a TLS handshake that happens as well.) Where chance is
// involved, the same seed and the same order of connections and requests give the same faults.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace skyhold {

enum class ProxyFault {
  kPass,
  kRefuse,  // hang up at once
  kSilent,  // take everything and never answer
  kBusy,    // answer "503 Slow Down" to a request, and hang up; not through TLS
};

struct ProxyMode {
  ProxyFault fault = ProxyFault::kPass;
  std::chrono::seconds retry_after{0};  // of kBusy; 0: without Retry-After
  // Hang up once so many bytes were passed on, counted from when a connection met the mode.
  std::optional<std::uint64_t> cut_after_bytes_to_server{};
  std::optional<std::uint64_t> cut_after_bytes_to_client{};
  std::chrono::milliseconds delay_per_request{0};
  // Of each direction, shared by all connections; 0: without limit.
  std::uint64_t bytes_per_second = 0;
};

// A mode that is met by chance, in the place of the usual one.
struct ProxyChance {
  enum class Draw { kEachConnection, kEachRequest };
  double probability = 0;
  Draw draw = Draw::kEachConnection;
  ProxyMode mode{};  // its bytes_per_second means nothing: bandwidth is that of the usual mode
};

struct FaultProxyOptions {
  std::string host = "127.0.0.1";  // of the server
  std::uint16_t port = 0;
  std::uint16_t listen_port = 0;  // on 127.0.0.1; 0: any that is free
  std::uint64_t seed = 1;
};

class FaultProxy {
 public:
  // Listens when it returns. Throws std::runtime_error when it cannot.
  explicit FaultProxy(const FaultProxyOptions& options);
  ~FaultProxy();  // hangs up on everybody
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  // From now on. Connections that are open meet kRefuse, kSilent and limits of bytes at once,
  // the rest with their next request.
  void set_mode(const ProxyMode& mode);
  // Drawn in this order; the first that hits counts.
  void set_chances(std::vector<ProxyChance> chances);
  void hang_up();  // on all that are connected
  // kRefuse from when so many more bytes have gone to the server, a buffer more or less.
  void refuse_after(std::uint64_t bytes_to_server);

  [[nodiscard]] std::uint64_t connections() const;  // that were accepted
  [[nodiscard]] std::uint64_t requests() const;
  [[nodiscard]] std::uint64_t faults() const;  // refused, silenced, answered with 503, cut
  [[nodiscard]] std::uint64_t bytes_to_server() const;
  [[nodiscard]] std::uint64_t bytes_to_client() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace skyhold
