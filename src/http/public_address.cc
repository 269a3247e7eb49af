#include "http/public_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace skyhold {
namespace {

struct Network {
  std::uint32_t prefix;
  int bits;
};

// IANA's special-purpose registry, as far as it is not reachable for everybody.
constexpr std::array<Network, 16> kSpecial{{
    {0x00000000, 8},   // this network
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // shared between carriers
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link-local
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // protocol assignments
    {0xc0000200, 24},  // documentation
    {0xc0586300, 24},  // relays of 6to4
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarks
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 4},   // multicast
    {0xf0000000, 4},   // reserved, and broadcast
    {0xa83f8110, 32},  // 168.63.129.16: Azure's platform
}};

bool is_public_ipv4(std::uint32_t address) {
  return std::none_of(kSpecial.begin(), kSpecial.end(), [address](const Network& network) {
    return (address >> (32 - network.bits)) == (network.prefix >> (32 - network.bits));
  });
}

using Ipv6 = std::array<std::uint8_t, 16>;

std::uint32_t ipv4_at(const Ipv6& address, std::size_t first) {
  return std::uint32_t{address[first]} << 24 | std::uint32_t{address[first + 1]} << 16 |
         std::uint32_t{address[first + 2]} << 8 | address[first + 3];
}

template <std::size_t kBytes>
bool begins_with(const Ipv6& address, const std::array<std::uint8_t, kBytes>& prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

bool is_public_ipv6(const Ipv6& address) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<std::uint8_t, 12> kNat64{0, 0x64, 0xff, 0x9b};
  if (begins_with(address, kMapped) || begins_with(address, kNat64))
    return is_public_ipv4(ipv4_at(address, 12));
  if (begins_with<2>(address, {0x20, 0x02})) return is_public_ipv4(ipv4_at(address, 2));  // 6to4
  if ((address[0] & 0xe0U) != 0x20) return false;                                         // not 2000::/3
  if (begins_with<4>(address, {0x20, 0x01, 0x0d, 0xb8})) return false;                    // documentation
  const bool assigned = begins_with<2>(address, {0x20, 0x01}) && address[2] < 2;          // Teredo and others
  return !assigned;
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof ipv4);
    return is_public_ipv4(ntohl(ipv4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 ipv6{};
  std::memcpy(&ipv6, &address, sizeof ipv6);
  Ipv6 bytes{};
  std::memcpy(bytes.data(), ipv6.sin6_addr.s6_addr, bytes.size());
  return is_public_ipv6(bytes);
}

}  // namespace skyhold
