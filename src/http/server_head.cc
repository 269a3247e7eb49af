#include "http/server_head.h"

#include <algorithm>
#include <charconv>

namespace skyhold {
namespace {

constexpr std::size_t kMostHeaders = 128;

tl::unexpected<ServerRefusal> refuse(std::string detail) {
  return tl::unexpected(ServerRefusal{.detail = std::move(detail)});
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> values_of(const std::vector<HttpHeader>& headers, std::string_view name) {
  std::vector<std::string_view> values;
  for (const HttpHeader& header : headers) {
    if (header.name == name) values.emplace_back(header.value);
  }
  return values;
}

bool is_host_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-._~:[]").find(c) != std::string_view::npos;
}

OrRefusal<void> check_host(const std::vector<HttpHeader>& headers, bool http_1_1) {
  const auto hosts = values_of(headers, "host");
  if (hosts.empty() && http_1_1) return refuse("Host is missing");
  if (hosts.size() > 1) return refuse("Host is there twice");
  if (hosts.empty()) return {};
  if (hosts[0].empty() || !std::ranges::all_of(hosts[0], is_host_character)) {
    return refuse("Host is not a host and port");
  }
  return {};
}

OrRefusal<std::optional<std::uint64_t>> content_length(const std::vector<HttpHeader>& headers) {
  const auto lengths = values_of(headers, "content-length");
  if (lengths.empty()) return std::optional<std::uint64_t>{};
  // Two that agree are refused as well: nobody who means well sends them.
  if (lengths.size() > 1) return refuse("Content-Length is there twice");
  const std::string_view text = lengths[0];
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || text.size() > 18) {
    return refuse("Content-Length is not a number");
  }
  return std::optional<std::uint64_t>{value};
}

OrRefusal<bool> is_chunked(const std::vector<HttpHeader>& headers, bool http_1_1) {
  const auto codings = values_of(headers, "transfer-encoding");
  if (codings.empty()) return false;
  if (!http_1_1) return refuse("Transfer-Encoding does not belong into HTTP/1.0");
  if (codings.size() > 1) return refuse("Transfer-Encoding is there twice");
  if (lower_case(codings[0]) == "chunked") return true;
  return tl::unexpected(
      ServerRefusal{501, "unsupported_coding", "the only transfer coding understood is chunked"});
}

bool lists(const std::vector<std::string_view>& values, std::string_view token) {
  return std::ranges::any_of(values, [&](std::string_view value) {
    while (!value.empty()) {
      const std::string_view item = value.substr(0, value.find(','));
      value.remove_prefix(std::min(value.size(), item.size() + 1));
      if (lower_case(trimmed(item)) == token) return true;
    }
    return false;
  });
}

}  // namespace

OrRefusal<void> HeadScanner::check(std::string_view received, std::size_t position) const {
  const char c = received[position];
  const char before = position == 0 ? '\n' : received[position - 1];
  if (before == '\r' && c != '\n') return refuse("a line ends with CR alone");
  if (c == '\n' && before != '\r') return refuse("a line ends with LF alone");
  if (before == '\n' && (c == ' ' || c == '\t')) return refuse("a header is folded over two lines");
  const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  if (control && c != '\t' && c != '\r' && c != '\n') return refuse("the head has a control character");
  return {};
}

OrRefusal<std::optional<std::size_t>> HeadScanner::scan(std::string_view received) {
  for (; scanned_ < received.size(); ++scanned_) {
    if (scanned_ >= max_bytes_) {
      return tl::unexpected(ServerRefusal{431, "headers_too_large", "the head of the request is too large"});
    }
    if (auto sound = check(received, scanned_); !sound) return tl::unexpected(sound.error());
    if (received[scanned_] == '\n' && received.substr(0, scanned_ + 1).ends_with("\r\n\r\n")) {
      return std::optional<std::size_t>{scanned_ + 1};
    }
  }
  return std::optional<std::size_t>{};
}

OrRefusal<RequestFraming> check_framing(const std::vector<HttpHeader>& headers, bool http_1_1) {
  if (headers.size() > kMostHeaders) {
    return tl::unexpected(ServerRefusal{431, "headers_too_large", "the request has too many headers"});
  }
  if (auto host = check_host(headers, http_1_1); !host) return tl::unexpected(host.error());
  const auto length = content_length(headers);
  if (!length) return tl::unexpected(length.error());
  const auto chunked = is_chunked(headers, http_1_1);
  if (!chunked) return tl::unexpected(chunked.error());
  if (*chunked && *length) return refuse("Content-Length and Transfer-Encoding are both there");

  RequestFraming framing;
  framing.chunked = *chunked;
  framing.content_length = *length;
  framing.keep_alive = http_1_1 && !lists(values_of(headers, "connection"), "close");
  const auto expectations = values_of(headers, "expect");
  if (!expectations.empty()) {
    if (expectations.size() > 1 || lower_case(expectations[0]) != "100-continue") {
      return tl::unexpected(ServerRefusal{417, "unmet_expectation", "Expect may say 100-continue only"});
    }
    framing.expects_continue = http_1_1;
  }
  return framing;
}

}  // namespace skyhold
