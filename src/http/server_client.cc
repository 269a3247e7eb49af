#include "http/server_client.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::string_view kUnix = "unix";
constexpr std::array<std::uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned kV4PrefixBits = 96;
constexpr unsigned kCustomerBits = 64;

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711": proxies write all of these.
std::optional<NetworkAddress> forwarded_address(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    return NetworkAddress::parse(text.substr(1, end - 1));
  }
  if (std::ranges::count(text, ':') == 1) text = text.substr(0, text.find(':'));
  return NetworkAddress::parse(text);
}

// The entries of all headers of that name, in order.
std::vector<std::string_view> forwarded_entries(const std::vector<HttpHeader>& headers) {
  std::vector<std::string_view> entries;
  for (const HttpHeader& header : headers) {
    if (header.name != "x-forwarded-for") continue;
    for (std::string_view rest = header.value; !rest.empty();) {
      const std::string_view entry = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
      entries.push_back(entry);
    }
  }
  return entries;
}

bool forwarded_over_tls(const std::vector<HttpHeader>& headers) {
  std::size_t count = 0;
  bool https = false;
  for (const HttpHeader& header : headers) {
    if (header.name != "x-forwarded-proto") continue;
    ++count;
    https = header.value == "https";
  }
  return count == 1 && https;  // a second one is nobody's that we know
}

}  // namespace

std::optional<NetworkAddress> NetworkAddress::parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  NetworkAddress address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + kV4Prefix.size()) == 1) {
    std::ranges::copy(kV4Prefix, address.bytes_.begin());
    return address;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

bool NetworkAddress::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin());
}

std::string NetworkAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + kV4Prefix.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  }
  return text.data();
}

bool NetworkAddress::shares_prefix(const NetworkAddress& other, unsigned bits) const {
  for (std::size_t i = 0; i < bytes_.size() && bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    if ((bytes_[i] ^ other.bytes_[i]) >> (8U - here) != 0) return false;
    bits -= here;
  }
  return true;
}

std::string NetworkAddress::network() const {
  if (is_v4()) return text();
  NetworkAddress first = *this;
  std::fill(first.bytes_.begin() + kCustomerBits / 8, first.bytes_.end(), std::uint8_t{0});
  return first.text();
}

std::optional<TrustedProxies::Network> TrustedProxies::parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = NetworkAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned most = address->is_v4() ? 32 : 128;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data() + slash + 1, end, bits);
    if (failure != std::errc() || stop != end || bits > most) return std::nullopt;
  }
  return Network{*address, address->is_v4() ? bits + kV4PrefixBits : bits};
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies trusted;
  for (const std::string& text : networks) {
    if (text == kUnix) {
      trusted.unix_ = true;
      continue;
    }
    const auto network = parse_network(text);
    if (!network) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("trusted proxy \"{}\" is not a network", text),
                  "write an address or a network like 10.0.0.0/8 or ::1, or unix");
    }
    trusted.networks_.push_back(*network);
  }
  return trusted;
}

bool TrustedProxies::contains(std::string_view address) const {
  if (address == kUnix) return unix_;
  const auto parsed = NetworkAddress::parse(address);
  return parsed && std::ranges::any_of(networks_, [&](const Network& network) {
           return network.address.shares_prefix(*parsed, network.bits);
         });
}

ServerClient find_client(const ServerClient& peer, const std::vector<HttpHeader>& headers,
                         const TrustedProxies& trusted) {
  ServerClient client = peer;
  if (!trusted.contains(peer.address)) return client;
  client.secure = peer.secure || forwarded_over_tls(headers);
  const std::vector<std::string_view> entries = forwarded_entries(headers);
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const auto address = forwarded_address(*entry);
    if (!address) break;
    client.address = address->text();
    if (!trusted.contains(client.address)) break;
  }
  return client;
}

}  // namespace skyhold
