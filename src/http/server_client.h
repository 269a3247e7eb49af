// Who asks: the peer of the connection, or whom a trusted proxy says it speaks for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/client.h"

namespace skyhold {

// An IPv4 or IPv6 address; an IPv4 one is held as ::ffff:a.b.c.d, so that both spellings are equal.
class NetworkAddress {
 public:
  // Without port, brackets or zone.
  static std::optional<NetworkAddress> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool shares_prefix(const NetworkAddress& other, unsigned bits) const;
  // What one customer of a network commonly has: an IPv4 address, an IPv6 /64.
  [[nodiscard]] std::string network() const;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

class TrustedProxies {
 public:
  // "10.0.0.0/8", "::1", "unix". kInvalidArgument names the one that is none of these.
  static Result<TrustedProxies> parse(const std::vector<std::string>& networks);
  // `address` as NetworkAddress writes it, or "unix".
  [[nodiscard]] bool contains(std::string_view address) const;

 private:
  struct Network {
    NetworkAddress address;
    unsigned bits;  // of the 128
  };
  static std::optional<Network> parse_network(std::string_view text);

  std::vector<Network> networks_;
  bool unix_ = false;
};

struct ServerClient {
  std::string address;
  bool secure = false;
};

// X-Forwarded-For is read from its end, where the nearest proxy wrote, as far back as those are
// trusted that wrote it: what stands before may be the client's invention.
ServerClient find_client(const ServerClient& peer, const std::vector<HttpHeader>& headers,
                         const TrustedProxies& trusted);

}  // namespace skyhold
